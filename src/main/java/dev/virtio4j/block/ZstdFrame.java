package dev.virtio4j.block;

/**
 * Finds where a zstd frame ends (RFC 8878, section 3.1.1), for decompressors that want to know
 * beforehand:
 *
 * <pre>
 *   u32 magic
 *   u8  descriptor         bits 7-6 and 5: length of the content size    bit 2: a checksum follows
 *                          bit 5: no window    bits 1-0: length of the dictionary's number
 *   window, dictionary's number, content size
 *   blocks                 u24 bit 0: the last one    bits 2-1: type    others: size
 *   u32 checksum
 * </pre>
 */
final class ZstdFrame {
  private static final int RLE_BLOCK = 1;
  private static final int FIXED = 5; // magic and descriptor

  private ZstdFrame() {}

  /**
   * The length of a frame.
   *
   * @param bytes what begins with the frame, and goes on with anything
   * @param limit how many bytes there are
   * @return bytes; -1 if there is no whole frame
   */
  static int length(byte[] bytes, int limit) {
    if (limit < FIXED) {
      return -1;
    }
    int descriptor = bytes[FIXED - 1];
    boolean noWindow = (descriptor & 0x20) != 0;
    int sizeFlag = descriptor >> 6 & 3;
    int sizeLength = sizeFlag == 0 ? (noWindow ? 1 : 0) : 1 << sizeFlag;
    int at = FIXED + (noWindow ? 0 : 1) + (1 << (descriptor & 3) >> 1) + sizeLength;
    for (boolean last = false; !last; ) {
      if (at + 3 > limit) {
        return -1;
      }
      int header = (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16;
      int type = header >> 1 & 3;
      last = (header & 1) != 0;
      at += 3 + (type == RLE_BLOCK ? 1 : header >> 3);
    }
    at += (descriptor & 4) == 0 ? 0 : 4;
    return at <= limit ? at : -1;
  }
}
