package dev.virtio4j.testing;

import dev.virtio4j.host.GuestMemory;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** The buffers of one chain, cut into descriptors wherever the test wants. */
public final class ChainBuilder {
  private record Segment(long address, long length, int flags) {}

  private final DriverQueue queue;
  private final GuestMemory memory;
  private final List<Segment> segments = new ArrayList<>();

  ChainBuilder(DriverQueue queue, GuestMemory memory) {
    this.queue = queue;
    this.memory = memory;
  }

  /**
   * Adds bytes for the device to read.
   *
   * @param content the bytes
   * @param cuts the lengths of the descriptors but for the last, which gets the rest
   * @return this
   */
  public ChainBuilder readable(byte[] content, int... cuts) {
    int done = 0;
    for (Segment segment : allocate(content.length, 0, cuts)) {
      memory.write(segment.address, content, done, (int) segment.length);
      done += (int) segment.length;
    }
    return this;
  }

  /**
   * Adds room for the device to write, filled with EE.
   *
   * @param length bytes
   * @param cuts the lengths of the descriptors but for the last, which gets the rest
   * @return this
   */
  public ChainBuilder writable(int length, int... cuts) {
    for (Segment segment : allocate(length, DriverQueue.WRITE, cuts)) {
      byte[] fill = new byte[(int) segment.length];
      java.util.Arrays.fill(fill, (byte) 0xEE);
      memory.write(segment.address, fill, 0, fill.length);
    }
    return this;
  }

  /**
   * Adds a descriptor as it is.
   *
   * @param address any number
   * @param length 32 bits
   * @param flags WRITE or 0
   * @return this
   */
  public ChainBuilder raw(long address, long length, int flags) {
    segments.add(new Segment(address, length, flags));
    return this;
  }

  private List<Segment> allocate(int length, int flags, int... cuts) {
    List<Segment> added = new ArrayList<>();
    int left = length;
    for (int cut : cuts) {
      added.add(new Segment(queue.allocate(cut), cut, flags));
      left -= cut;
    }
    added.add(new Segment(queue.allocate(left), left, flags));
    segments.addAll(added);
    return added;
  }

  /**
   * Makes the chain available, each buffer in a descriptor of the queue's table.
   *
   * @return its head
   */
  public int direct() {
    return mixed(segments.size());
  }

  /**
   * Makes the chain available in an indirect table.
   *
   * @return its head
   */
  public int indirect() {
    return mixed(0);
  }

  /**
   * Makes the chain available, the first buffers in the queue's table and the others in an indirect
   * table that its last descriptor names.
   *
   * @param direct how many in the queue's table
   * @return its head
   */
  public int mixed(int direct) {
    boolean tail = direct < segments.size();
    List<Integer> taken = queue.takeDescriptors(direct + (tail ? 1 : 0));
    for (int i = 0; i < direct; i++) {
      Segment segment = segments.get(i);
      boolean last = i == taken.size() - 1;
      queue.writeDescriptor(
          queue.table(),
          taken.get(i),
          segment.address,
          segment.length,
          segment.flags | (last ? 0 : DriverQueue.NEXT),
          last ? 0xFFFF : taken.get(i + 1));
    }
    if (tail) {
      List<Segment> rest = segments.subList(direct, segments.size());
      long table = queue.allocate(16 * rest.size());
      for (int i = 0; i < rest.size(); i++) {
        boolean last = i == rest.size() - 1;
        Segment segment = rest.get(i);
        queue.writeDescriptor(
            table,
            i,
            segment.address,
            segment.length,
            segment.flags | (last ? 0 : DriverQueue.NEXT),
            last ? 0xFFFF : i + 1);
      }
      queue.writeDescriptor(
          queue.table(), taken.get(direct), table, 16L * rest.size(), DriverQueue.INDIRECT, 0xFFFF);
    }
    queue.makeAvailable(taken.get(0));
    return taken.get(0);
  }

  /**
   * What is in the device-writable buffers now.
   *
   * @return their bytes, one buffer after the other
   */
  public byte[] written() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Segment segment : segments) {
      if (segment.flags == DriverQueue.WRITE) {
        byte[] bytes = new byte[(int) segment.length];
        memory.read(segment.address, bytes, 0, bytes.length);
        all.writeBytes(bytes);
      }
    }
    return all.toByteArray();
  }

  /**
   * Whether the device may write a byte.
   *
   * @param address where it is
   * @return true if it is in a device-writable buffer
   */
  public boolean isWritable(long address) {
    return segments.stream()
        .anyMatch(
            segment ->
                segment.flags == DriverQueue.WRITE
                    && address >= segment.address
                    && address < segment.address + segment.length);
  }
}
