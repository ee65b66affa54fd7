package dev.virtio4j.guest;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * Writes an initramfs: a cpio archive of format newc, not compressed, since unpacking costs a guest
 * more instructions than loading. The same calls give the same bytes: all times are 0, all owners
 * root, and inode numbers count up.
 */
final class Initramfs implements Closeable {
  private final CpioArchiveOutputStream out;
  private int inode;

  Initramfs(OutputStream out) {
    this.out = new CpioArchiveOutputStream(out, CpioConstants.FORMAT_NEW);
  }

  void directory(String name) throws IOException {
    put(entry(name, CpioConstants.C_ISDIR | 0755), new byte[0]);
  }

  void file(String name, byte[] content) throws IOException {
    put(entry(name, CpioConstants.C_ISREG | 0644), content);
  }

  void executable(String name, byte[] content) throws IOException {
    put(entry(name, CpioConstants.C_ISREG | 0755), content);
  }

  void link(String name, String target) throws IOException {
    put(entry(name, CpioConstants.C_ISLNK | 0777), target.getBytes(StandardCharsets.UTF_8));
  }

  void characterDevice(String name, int major, int minor) throws IOException {
    CpioArchiveEntry entry = entry(name, CpioConstants.C_ISCHR | 0600);
    entry.setRemoteDeviceMaj(major);
    entry.setRemoteDeviceMin(minor);
    put(entry, new byte[0]);
  }

  /** Ends the archive and closes the stream under it. */
  @Override
  public void close() throws IOException {
    out.close();
  }

  private CpioArchiveEntry entry(String name, int mode) {
    CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name);
    entry.setMode(mode);
    entry.setInode(++inode);
    entry.setNumberOfLinks(1);
    return entry;
  }

  private void put(CpioArchiveEntry entry, byte[] content) throws IOException {
    entry.setSize(content.length);
    out.putArchiveEntry(entry);
    out.write(content);
    out.closeArchiveEntry();
  }
}
