package dev.virtio4j.machine;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.boot.BootDisk;
import dev.virtio4j.pc.boot.LinuxKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Linux kernel: put into memory without firmware, or on a disk for that of an emulator. */
public final class LinuxBoot implements Boot {
  private final LinuxKernel kernel;
  private final byte[] initrd;
  private final String commandLine;

  private LinuxBoot(LinuxKernel kernel, byte[] initrd, String commandLine) {
    this.kernel = kernel;
    this.initrd = initrd;
    this.commandLine = commandLine;
  }

  static LinuxBoot read(MachineOptions options) throws IOException {
    checkSize(options.kernel(), options.memoryBytes());
    LinuxKernel kernel = LinuxKernel.read(options.kernel());
    byte[] initrd =
        options.initrd() == null ? null : readInitrd(options.initrd(), options.memoryBytes());
    return new LinuxBoot(kernel, initrd, options.commandLine());
  }

  private static byte[] readInitrd(Path file, int memoryBytes) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; --initrd names an initial RAM disk");
    }
    checkSize(file, memoryBytes);
    return Files.readAllBytes(file);
  }

  /** Refuses, before it is read, what can't fit; a file that is not there has no size. */
  private static void checkSize(Path file, int memoryBytes) throws IOException {
    if (Files.isRegularFile(file) && Files.size(file) > memoryBytes) {
      throw new IOException(file + ": larger than the machine's memory; raise --memory");
    }
  }

  @Override
  public void boot(ReferencePc pc) {
    pc.boot(kernel, initrd, commandLine);
  }

  /**
   * Makes a disk from which a BIOS boots it.
   *
   * @param memoryBytes the size of the machine's RAM
   * @return the image
   * @throws IllegalArgumentException if it does not fit; the message is one line that says why
   */
  public byte[] disk(int memoryBytes) {
    return BootDisk.image(kernel, initrd, commandLine, memoryBytes);
  }

  @Override
  public void saveFiles(StateWriter out) throws IOException {
    kernel.save(out);
    out.flag(initrd != null);
    if (initrd != null) {
      out.array(initrd);
    }
    out.text(commandLine);
  }

  static LinuxBoot load(StateReader in) throws IOException {
    LinuxKernel kernel = LinuxKernel.load(in);
    byte[] initrd = in.flag() ? in.array() : null;
    String commandLine = in.text();
    return new LinuxBoot(kernel, initrd, commandLine);
  }
}
