package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.host.GuestMemory;
import java.util.ArrayDeque;
import java.util.List;

/** The driver's side of a split virtqueue in guest memory. */
public final class DriverQueue {
  /** Flags of a descriptor. */
  public static final int NEXT = 1;

  public static final int WRITE = 2;
  public static final int INDIRECT = 4;

  /** Where buffers are allocated, one after the other. */
  private static final long BUFFERS = 0x100000;

  /** How far the buffers of one queue are from those of the next. */
  private static final long BUFFERS_OF_QUEUE = 0x4_0000;

  private final LegacyDriver driver;
  private final int index;
  private final int size;
  private final long table;
  private final long available;
  private final long used;
  private final GuestMemory memory;

  private final ArrayDeque<Integer> freeDescriptors = new ArrayDeque<>();
  private final List<List<Integer>> descriptorsOfHead;
  private final long firstBuffer;
  private long nextBuffer;
  private int availableIndex;
  private int seenUsed;

  /** What the device returned: the head of a chain, and how many bytes it wrote. */
  public record Used(int head, long length) {}

  DriverQueue(LegacyDriver driver, int index, int size, int page, GuestMemory memory) {
    this.driver = driver;
    this.index = index;
    this.size = size;
    this.memory = memory;
    firstBuffer = BUFFERS + BUFFERS_OF_QUEUE * (index & 3);
    nextBuffer = firstBuffer;
    table = (long) page * 4096;
    available = table + 16L * size;
    used = (available + 6 + 2L * size + 4095) / 4096 * 4096;
    memory.write(table, new byte[(int) (used - table) + 6 + 8 * size], 0, bytes());
    descriptorsOfHead = new java.util.ArrayList<>(java.util.Collections.nCopies(size, List.of()));
    for (int i = 0; i < size; i++) {
      freeDescriptors.add(i);
    }
  }

  private int bytes() {
    return (int) (used - table) + 6 + 8 * size;
  }

  /**
   * The number of descriptors.
   *
   * @return what the device told
   */
  public int size() {
    return size;
  }

  /**
   * Where the descriptor table is.
   *
   * @return a guest-physical address
   */
  public long table() {
    return table;
  }

  /**
   * Where the available ring is.
   *
   * @return a guest-physical address
   */
  public long available() {
    return available;
  }

  /**
   * Where the used ring is.
   *
   * @return a guest-physical address
   */
  public long used() {
    return used;
  }

  /**
   * Starts a chain.
   *
   * @return an empty chain
   */
  public ChainBuilder chain() {
    return new ChainBuilder(this, memory);
  }

  /** Takes room for a buffer, with a gap after it. */
  long allocate(int length) {
    long address = nextBuffer;
    nextBuffer += length + 3;
    return address;
  }

  /** Forgets all buffers: their room is used again. */
  public void freeBuffers() {
    nextBuffer = firstBuffer;
  }

  /** Takes descriptors of the table for one chain; the first is its head. */
  List<Integer> takeDescriptors(int count) {
    List<Integer> taken = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(freeDescriptors.remove());
    }
    descriptorsOfHead.set(taken.get(0), taken);
    return taken;
  }

  /**
   * Writes a descriptor.
   *
   * @param table where its table is
   * @param descriptor its number
   * @param address of the buffer
   * @param length of the buffer
   * @param flags of the descriptor
   * @param next the next one's number
   */
  public void writeDescriptor(
      long table, int descriptor, long address, long length, int flags, int next) {
    long at = table + 16L * descriptor;
    memory.store64(at, address);
    memory.store32(at + 8, (int) length);
    memory.store16(at + 12, flags);
    memory.store16(at + 14, next);
  }

  /**
   * Puts a head on the available ring, without notifying.
   *
   * @param head its number
   */
  public void makeAvailable(int head) {
    memory.store16(available + 4 + 2L * (availableIndex % size), head);
    availableIndex = (availableIndex + 1) & 0xFFFF;
    memory.store16(available + 2, availableIndex);
  }

  /** Notifies the device. */
  public void notifyDevice() {
    driver.notifyQueue(index);
  }

  /**
   * Takes the next used entry.
   *
   * @return null if there is none
   */
  public Used reap() {
    if (memory.load16(used + 2) == seenUsed) {
      return null;
    }
    long entry = used + 4 + 8L * (seenUsed % size);
    seenUsed = (seenUsed + 1) & 0xFFFF;
    int head = memory.load32(entry);
    assertThat(head).as("head in the used ring").isBetween(0, size - 1);
    freeDescriptors.addAll(descriptorsOfHead.set(head, List.of()));
    return new Used(head, Integer.toUnsignedLong(memory.load32(entry + 4)));
  }

  /**
   * The used index.
   *
   * @return what the device wrote last
   */
  public int usedIndex() {
    return memory.load16(used + 2);
  }

  /**
   * Sets or clears NO_INTERRUPT.
   *
   * @param suppress whether the driver wants no interrupts
   */
  public void suppressInterrupts(boolean suppress) {
    memory.store16(available, suppress ? 1 : 0);
  }

  /**
   * Asks for an interrupt when the device has used the entry of this index.
   *
   * @param index 16 bits
   */
  public void setUsedEvent(int index) {
    memory.store16(available + 4 + 2L * size, index);
  }

  /**
   * When the device wants to be notified.
   *
   * @return an index in the available ring
   */
  public int availEvent() {
    return memory.load16(used + 4 + 8L * size);
  }
}
