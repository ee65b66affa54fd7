package dev.virtio4j.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A chain that was made available.
 *
 * @param request what it is for
 * @param head its first descriptor
 * @param segments its buffers, in their order
 */
record Chain(Request request, int head, List<Segment> segments) {
  /** What is in memory that the device is to write. */
  static final int UNTOUCHED = 0xEE;

  /**
   * A buffer.
   *
   * @param address where it is
   * @param length in bytes
   * @param writable whether the device writes it
   * @param placed whether the script said where it is: then nothing is known of what it holds
   */
  record Segment(long address, long length, boolean writable, boolean placed) {}

  /** What is in the device-writable buffers. */
  byte[] written(Qtest qtest) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Segment segment : segments) {
      if (segment.writable && !segment.placed) {
        all.writeBytes(qtest.read(segment.address, (int) segment.length));
      }
    }
    return all.toByteArray();
  }

  /** What is in them but for what goes before and behind the data. */
  byte[] data(Qtest qtest) throws IOException {
    byte[] all = written(qtest);
    int from = Math.min(request.beforeData(), all.length);
    return Arrays.copyOfRange(all, from, Math.max(from, all.length - request.afterData()));
  }

  /** The last byte of them: where a block device, or a control queue, says what came of it. */
  int status(Qtest qtest) throws IOException {
    byte[] all = written(qtest);
    if (all.length == 0) {
      throw new AssertionError("the chain has no status byte");
    }
    return all[all.length - 1] & 0xFF;
  }
}
