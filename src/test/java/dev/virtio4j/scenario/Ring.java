package dev.virtio4j.scenario;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The driver's side of a virtqueue (0.9.5, section 2.3), in the memory of the machine. */
final class Ring {
  private static final int MAX_LOOKS = 1000;

  static final int NEXT = 1;
  static final int WRITE = 2;
  static final int INDIRECT = 4;
  static final int DESCRIPTOR_SIZE = 16;
  private static final int PAGE = 4096;

  private final Qtest qtest;
  private final int size;
  private final long table;
  private final long available;
  private final long used;
  private final Map<Integer, Deque<Long>> arrived = new HashMap<>();
  private int seen;
  private int nextDescriptor;

  /** Clears the memory of a queue. */
  Ring(Qtest qtest, int size, long table) throws IOException {
    this.qtest = qtest;
    this.size = size;
    this.table = table;
    available = table + (long) DESCRIPTOR_SIZE * size;
    used = (available + 6 + 2L * size + PAGE - 1) / PAGE * PAGE;
    qtest.fill(table, (int) (used - table) + 6 + 8 * size, 0);
  }

  /** Gives a script the addresses of everything. */
  void name(Variables variables) {
    variables.set("size", size);
    variables.set("table", table);
    variables.set("avail_flags", available);
    variables.set("avail_idx", available + 2);
    variables.set("avail_ring", available + 4);
    variables.set("used_event", available + 4 + 2L * size);
    variables.set("used_flags", used);
    variables.set("used_idx", used + 2);
    variables.set("used_ring", used + 4);
    variables.set("avail_event", used + 4 + 8L * size);
  }

  long table() {
    return table;
  }

  /** Takes consecutive descriptors, or starts again at 0 where too few are left. */
  int take(int count) {
    int first = nextDescriptor + count <= size ? nextDescriptor : 0;
    nextDescriptor = first + count;
    return first;
  }

  /** Writes a descriptor to any table. */
  void write(long table, int index, long address, long length, int flags, int next)
      throws IOException {
    qtest.write(
        table + (long) DESCRIPTOR_SIZE * index,
        ByteBuffer.allocate(DESCRIPTOR_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(address)
            .putInt((int) length)
            .putShort((short) flags)
            .putShort((short) next)
            .array());
  }

  /** Makes a chain available. The index is the one in memory: a script may have changed it. */
  void publish(int head) throws IOException {
    int index = (int) qtest.get("readw", available + 2);
    qtest.put("writew", available + 4 + 2L * (index % size), head);
    qtest.put("writew", available + 2, (index + 1) & 0xFFFF);
  }

  private int usedIndex() throws IOException {
    return (int) qtest.get("readw", used + 2);
  }

  /** Looks what the device has used since the last time. */
  void poll() throws IOException {
    int index = usedIndex();
    // Where a script has data written over the ring, QEMU may be seen between that and its index.
    for (int looks = 1; ((index - seen) & 0xFFFF) > size; looks++) {
      if (looks == MAX_LOOKS) {
        throw new AssertionError("used index goes from " + seen + " to " + index);
      }
      index = usedIndex();
    }
    while (seen != index) {
      long entry = used + 4 + 8L * (seen % size);
      int head = (int) qtest.get("readl", entry);
      arrived
          .computeIfAbsent(head, unused -> new ArrayDeque<>())
          .add(qtest.get("readl", entry + 4));
      seen = (seen + 1) & 0xFFFF;
    }
  }

  boolean hasUsed(int head) {
    return arrived.containsKey(head);
  }

  /** What the device used that nobody took. */
  Map<Integer, Deque<Long>> arrived() {
    return arrived;
  }

  /** Takes the oldest used entry of a chain that {@link #hasUsed} one; gives its length. */
  long takeUsed(int head) {
    Deque<Long> lengths = arrived.get(head);
    long length = lengths.remove();
    if (lengths.isEmpty()) {
      arrived.remove(head);
    }
    return length;
  }
}
