package dev.virtio4j.junit;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Sha256;
import dev.virtio4j.drive.Drive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Supplier;

/** A drive of a guest, as the guest sees it: with what it wrote. */
public final class GuestDrive {
  private final SteppedGuest guest;
  private final Supplier<Drive> drive;

  GuestDrive(SteppedGuest guest, Supplier<Drive> drive) {
    this.guest = guest;
    this.drive = drive;
  }

  /**
   * The size of its content.
   *
   * @return bytes
   */
  public long size() {
    return guest.call(() -> disk().size());
  }

  /**
   * The hash of all of its content.
   *
   * @return the SHA-256 in 64 lower-case digits
   */
  public String sha256() {
    return guest.call(() -> Sha256.of(disk(), 0, disk().size()));
  }

  /**
   * Reads a range.
   *
   * @param offset in bytes
   * @param length in bytes
   * @return what is there
   * @throws IllegalArgumentException if the range is not on the disk
   */
  public byte[] bytes(long offset, int length) {
    return guest.call(() -> read(offset, length));
  }

  /**
   * What it has done for the guest since power-on.
   *
   * @return counts by their names, as in {@code --stats}
   */
  public Map<String, Long> counters() {
    return guest.call(() -> Map.copyOf(drive.get().counters().counts()));
  }

  private BlockBackend disk() {
    BlockBackend disk = drive.get().disk();
    if (disk == null) {
      throw new IllegalArgumentException(drive.get() + ": there is no disc in it");
    }
    return disk;
  }

  private byte[] read(long offset, int length) throws IOException {
    BlockBackend disk = disk();
    if (offset < 0 || length < 0 || offset > disk.size() - length) {
      throw new IllegalArgumentException(
          "%d bytes at %d: the disk has %d".formatted(length, offset, disk.size()));
    }
    byte[] bytes = new byte[length];
    disk.read(offset, ByteBuffer.wrap(bytes));
    return bytes;
  }
}
