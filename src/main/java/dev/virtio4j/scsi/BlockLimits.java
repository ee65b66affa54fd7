package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/**
 * How much one command may touch, in blocks (SBC-3, "Block Limits VPD page"): no command holds the
 * emulator up for long, whatever its CDB says.
 */
final class BlockLimits {
  // In bytes, but for the third. The first holds for what is written again and again, too.
  private static final int MAX_TRANSFER = 64 << 20;
  private static final int MAX_UNMAP = 1 << 30;
  static final int MAX_UNMAP_DESCRIPTORS = 255;

  /** What hosts give space back in, in bytes. */
  private static final int HOST_BLOCK = 4096;

  private static final int UGAVALID = 1 << 31;

  /** The length of the page without its header. */
  private static final int PAGE_LENGTH = 0x3C;

  private final BlockLayout layout;
  private final boolean unmaps;

  BlockLimits(BlockLayout layout, boolean unmaps) {
    this.layout = layout;
    this.unmaps = unmaps;
  }

  private int blocks(int bytes) {
    return bytes / layout.logicalBlockSize();
  }

  int maxTransfer() {
    return blocks(MAX_TRANSFER);
  }

  /** All is compared before anything is written, and what is written is kept for that long. */
  int maxCompareAndWrite() {
    return blocks(Medium.BUFFER_SIZE);
  }

  int maxWriteSame() {
    return blocks(MAX_TRANSFER);
  }

  /** Of all descriptors together. */
  int maxUnmap() {
    return blocks(MAX_UNMAP);
  }

  /** Fills the page. WSNZ is 0: no number of blocks in WRITE SAME is up to the end. */
  void put(ByteBuffer page) {
    int end = page.position() + PAGE_LENGTH;
    page.put((byte) 0).put((byte) maxCompareAndWrite());
    page.putShort((short) blocks(layout.minIoSize())); // optimal transfer length granularity
    page.putInt(maxTransfer()).putInt(blocks(layout.optIoSize()));
    page.putInt(0); // maximum prefetch length: not limited
    if (unmaps) {
      page.putInt(maxUnmap()).putInt(MAX_UNMAP_DESCRIPTORS);
      page.putInt(blocks(Math.max(HOST_BLOCK, layout.physicalBlockSize()))).putInt(UGAVALID);
    } else {
      Inquiry.putZeroes(page, 4 * Integer.BYTES);
    }
    page.putLong(maxWriteSame());
    Inquiry.putZeroes(page, end - page.position());
  }
}
