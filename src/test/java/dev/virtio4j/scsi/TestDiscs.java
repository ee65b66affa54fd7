package dev.virtio4j.scsi;

import dev.virtio4j.block.MemoryBackend;
import java.util.Random;

/** Media for CD-ROM drives, and drives. */
final class TestDiscs {
  static final UnitIdentity IDENTITY = UnitIdentity.ofCdrom("cd-1");

  private TestDiscs() {}

  /** Bytes that are no zeroes, the same for the same length. */
  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      bytes[i] |= 1;
    }
    return bytes;
  }

  /** A CD of a few blocks. */
  static MemoryBackend cd(int blocks) {
    return new MemoryBackend(bytes(blocks * 2048), true);
  }

  /** A disc of any number of blocks, of which 128 can be read. */
  static TestDisk large(long blocks) {
    return new TestDisk(blocks * 2048, true);
  }

  static CdromUnit driveWithLarge(long blocks) {
    return new CdromUnit(IDENTITY, large(blocks));
  }
}
