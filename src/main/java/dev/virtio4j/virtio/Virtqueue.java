package dev.virtio4j.virtio;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The device's side of a split virtqueue (0.9.5, section 2.3 and 2.4). It takes chains in batches:
 * what was available when the driver notified, no more, so that a batch ends; what was used, and
 * whether to interrupt, the driver learns at the end of the batch.
 *
 * <p>A ring that makes no sense is broken: the queue logs which rule, and stands still until a
 * device reset or a new address. A chain that makes no sense is logged and returned with length 0;
 * the queue goes on.
 *
 * <p>Doesn't allocate, once as many chains have been made as were ever out at a time.
 */
public final class Virtqueue {
  private final String name;
  private final int index;
  private final int size;
  private final GuestMemory memory;
  private final GuestFaultLog log;
  private final DescriptorChain.Scratch scratch = new DescriptorChain.Scratch();
  private final ArrayDeque<DescriptorChain> pool = new ArrayDeque<>();

  private int features;
  private int pageFrame;
  private long table;
  private long available;
  private long used;
  private boolean broken;

  /** Indices count chains and wrap at 65536, whatever the size of the ring. */
  private int nextAvailable;

  private int batchEnd;
  private int usedIndex;
  private int publishedIndex;
  private int publishedAvailable;
  private long suppressed;
  private int chainsOut;

  /** Counts the rings that the queue has had, so that no chain completes in another's. */
  private int ring;

  Virtqueue(String name, int index, int size, GuestMemory memory, GuestFaultLog log) {
    this.name = name;
    this.index = index;
    this.size = size;
    this.memory = memory;
    this.log = log;
  }

  /**
   * Which of the device's queues this is.
   *
   * @return its number, from 0
   */
  public int index() {
    return index;
  }

  int size() {
    return size;
  }

  int pageFrame() {
    return pageFrame;
  }

  void acceptFeatures(int features) {
    this.features = features;
  }

  /**
   * Puts the queue at a page, empty, or out of use.
   *
   * @param pageFrame the guest-physical address divided by 4096, unsigned; 0 for out of use
   */
  void place(int pageFrame) {
    this.pageFrame = pageFrame;
    table = Integer.toUnsignedLong(pageFrame) << Vring.PAGE_SHIFT;
    available = table + Vring.availableOffset(size);
    used = table + Vring.usedOffset(size);
    broken = false;
    nextAvailable = 0;
    batchEnd = 0;
    usedIndex = 0;
    publishedIndex = 0;
    publishedAvailable = 0;
    chainsOut = 0;
    ring++;
  }

  /** Starts a batch with what is available now. */
  void beginBatch() {
    if (pageFrame == 0 || broken) {
      return;
    }
    try {
      int index = memory.load16(available + Vring.AVAIL_INDEX);
      int count = (index - nextAvailable) & 0xFFFF;
      if (count > size - chainsOut) {
        breakRing(count + " buffers are available in a ring of " + size);
      } else {
        batchEnd = index;
      }
    } catch (GuestMemoryException e) {
      breakRing("the ring is " + e.getMessage());
    }
  }

  /**
   * Takes the next available chain of this batch.
   *
   * @return the chain, to be completed once; null at the end of the batch
   */
  public DescriptorChain next() {
    try {
      while (nextAvailable != batchEnd) {
        int slot = nextAvailable & (size - 1);
        int head =
            memory.load16(available + Vring.AVAIL_RING + (long) Vring.AVAIL_ENTRY_SIZE * slot);
        if (head >= size) {
          breakRing("available entry " + slot + " names descriptor " + head + " of " + size);
          return null;
        }
        nextAvailable = (nextAvailable + 1) & 0xFFFF;
        DescriptorChain chain = takeFromPool();
        ChainFault fault = chain.gather(ring, head, table, size);
        if (fault == null) {
          return chain;
        }
        log.warn(() -> name + ": chain " + head + " returned unused, " + fault.text);
        chain.complete();
      }
    } catch (GuestMemoryException e) {
      breakRing("the ring is " + e.getMessage());
    }
    return null;
  }

  private DescriptorChain takeFromPool() {
    chainsOut++;
    DescriptorChain chain = pool.poll();
    return chain != null ? chain : new DescriptorChain(this, memory, scratch);
  }

  /** Whether a ring is still the queue's. */
  boolean isOf(int otherRing) {
    return otherRing == ring;
  }

  /**
   * Puts a chain on the used ring; the driver sees it at the end of the batch. A chain of a ring
   * that is gone has nowhere to go.
   */
  void complete(DescriptorChain chain, int ring, int head, int length) {
    pool.push(chain);
    if (!isOf(ring)) {
      return;
    }
    chainsOut--;
    try {
      int slot = usedIndex & (size - 1);
      memory.store64(
          used + Vring.USED_RING + (long) Vring.USED_ENTRY_SIZE * slot, head | (long) length << 32);
      usedIndex = (usedIndex + 1) & 0xFFFF;
    } catch (GuestMemoryException e) {
      breakRing("the ring is " + e.getMessage());
    }
  }

  /**
   * Ends a batch: shows the driver what was used.
   *
   * @return whether the driver is to be interrupted for it
   */
  boolean endBatch() {
    int old = publishedIndex;
    try {
      if (usedIndex != old) {
        publishedIndex = usedIndex;
        memory.store16(used + Vring.USED_INDEX, usedIndex);
      }
      if (nextAvailable != publishedAvailable) {
        publishedAvailable = nextAvailable;
        if (accepted(Features.EVENT_IDX)) {
          memory.store16(used + Vring.availEventOffset(size), nextAvailable);
        }
      }
      if (usedIndex == old) {
        return false;
      }
      boolean wanted = wantsInterrupt(old);
      suppressed += wanted ? 0 : 1;
      return wanted;
    } catch (GuestMemoryException e) {
      breakRing("the ring is " + e.getMessage());
      return false;
    }
  }

  /** Section 2.4.2, and Appendix B for the features. */
  private boolean wantsInterrupt(int old) {
    if (accepted(Features.NOTIFY_ON_EMPTY) && nextAvailable == batchEnd && chainsOut == 0) {
      return true;
    }
    if (accepted(Features.EVENT_IDX)) {
      int usedEvent = memory.load16(available + Vring.usedEventOffset(size));
      return Vring.passed(usedEvent, usedIndex, old);
    }
    return (memory.load16(available) & Vring.AVAIL_F_NO_INTERRUPT) == 0;
  }

  long suppressed() {
    return suppressed;
  }

  void save(StateWriter out) throws IOException {
    out.begin("queue", 1);
    out.i32(pageFrame);
    out.flag(broken);
    out.i32(nextAvailable);
    out.i32(batchEnd);
    out.i32(usedIndex);
    out.i32(publishedIndex);
    out.i32(publishedAvailable);
    out.i64(suppressed);
    out.end();
  }

  /** Takes over a state without chains in flight; {@link #loadChain} brings them. */
  void load(StateReader in) throws IOException {
    in.begin("queue", 1);
    place(in.i32());
    broken = in.flag();
    nextAvailable = in.i32(0, 0xFFFF, "an index");
    batchEnd = in.i32(0, 0xFFFF, "an index");
    usedIndex = in.i32(0, 0xFFFF, "an index");
    publishedIndex = in.i32(0, 0xFFFF, "an index");
    publishedAvailable = in.i32(0, 0xFFFF, "an index");
    suppressed = in.i64(0, Long.MAX_VALUE, "suppressed interrupts");
    if (nextAvailable != batchEnd) {
      throw in.wrong("stands in the middle of a batch");
    }
    in.end();
  }

  /**
   * Takes over a chain of this queue that was in flight when {@link DescriptorChain#save} saved it.
   *
   * @param in where from, after the queue itself
   * @return the chain, to be completed once
   * @throws IOException if it is not a chain, or can't be read
   */
  public DescriptorChain loadChain(StateReader in) throws IOException {
    if (chainsOut == size) {
      throw in.wrong("has more requests in flight than descriptors");
    }
    DescriptorChain chain = takeFromPool();
    chain.load(in, ring, size);
    return chain;
  }

  private boolean accepted(int feature) {
    return (features & feature) != 0;
  }

  private void breakRing(String rule) {
    if (!broken) {
      broken = true;
      batchEnd = nextAvailable;
      log.warn(() -> name + ": broken until reset, " + rule);
    }
  }
}
