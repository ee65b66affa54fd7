package dev.virtio4j.fuzz;

import dev.virtio4j.fuzz.ModelMemory.NotRam;
import java.util.function.Consumer;

/** A virtqueue of the model (0.9.5, sections 2.3 and 2.4). */
final class ModelQueue {
  private static final int F_NOTIFY_ON_EMPTY = 1 << 24;
  private static final int F_EVENT_IDX = 1 << 29;

  private final ModelMemory memory;
  private final int size;
  private final Consumer<Malformed> faults;

  private int pageFrame;
  private boolean broken;
  private int available;
  private int shownAvailable;
  private int used;
  private int shownUsed;

  /** How many chains the device has. */
  private int outstanding;

  /** Counts the rings that the queue has had. */
  private int ring;

  ModelQueue(ModelMemory memory, int size, Consumer<Malformed> faults) {
    this.memory = memory;
    this.size = size;
    this.faults = faults;
  }

  int pageFrame() {
    return pageFrame;
  }

  boolean isBroken() {
    return broken;
  }

  void place(int frame) {
    pageFrame = frame;
    broken = false;
    available = 0;
    shownAvailable = 0;
    used = 0;
    shownUsed = 0;
    outstanding = 0;
    ring++;
  }

  private long table() {
    return (pageFrame & 0xFFFF_FFFFL) * 4096;
  }

  private long availableRing() {
    return table() + 16L * size;
  }

  /** On the page behind the available ring. */
  private long usedRing() {
    return table() + usedOffset(size);
  }

  static int usedOffset(int size) {
    return (18 * size + 6 + 4095) / 4096 * 4096;
  }

  /** How many chains the driver has for the device now. */
  int count() {
    if (pageFrame == 0 || broken) {
      return 0;
    }
    try {
      int count = ((int) memory.load(availableRing() + 2, 2) - available) & 0xFFFF;
      if (count <= size - outstanding) {
        return count;
      }
      breakRing(Malformed.AVAILABLE_INDEX);
    } catch (NotRam e) {
      breakRing(Malformed.AVAILABLE_RING_NOT_RAM);
    }
    return 0;
  }

  /** Takes one of them; null if it makes no sense, and came back or broke the ring. */
  ModelChain take() {
    int head;
    try {
      head = (int) memory.load(availableRing() + 4 + 2L * (available % size), 2);
    } catch (NotRam e) {
      breakRing(Malformed.AVAILABLE_RING_NOT_RAM);
      return null;
    }
    if (head >= size) {
      breakRing(Malformed.HEAD);
      return null;
    }
    available = (available + 1) & 0xFFFF;
    outstanding++;
    ModelChain chain = new ModelChain(memory, this, ring, head);
    Malformed wrong = chain.gather(table(), size);
    if (wrong == null) {
      return chain;
    }
    faults.accept(wrong);
    complete(chain);
    return null;
  }

  /** Returns a chain to the driver, unless the queue was taken away from it. */
  void complete(ModelChain chain) {
    if (chain.ring() != ring) {
      return;
    }
    outstanding--;
    try {
      long length = Math.min(chain.written(), 0xFFFF_FFFFL);
      memory.store(usedRing() + 4 + 8L * (used % size), 8, chain.head() | length << 32);
      used = (used + 1) & 0xFFFF;
    } catch (NotRam e) {
      breakRing(Malformed.USED_RING_NOT_RAM);
    }
  }

  /**
   * Shows the driver what came back.
   *
   * @return whether to interrupt it
   */
  boolean publish(int features) {
    int before = shownUsed;
    shownUsed = used;
    try {
      if (used != before) {
        memory.store(usedRing() + 2, 2, used);
      }
      boolean taken = available != shownAvailable;
      shownAvailable = available;
      if (taken && (features & F_EVENT_IDX) != 0) {
        memory.store(usedRing() + 4 + 8L * size, 2, available);
      }
      return used != before && wantsInterrupt(features, before);
    } catch (NotRam e) {
      breakRing(Malformed.USED_RING_NOT_RAM);
      return false;
    }
  }

  private boolean wantsInterrupt(int features, int before) throws NotRam {
    if ((features & F_NOTIFY_ON_EMPTY) != 0 && outstanding == 0) {
      return true;
    }
    if ((features & F_EVENT_IDX) == 0) {
      return (memory.load(availableRing(), 2) & 1) == 0;
    }
    long event = memory.load(availableRing() + 4 + 2L * size, 2);
    for (int index = before; index != used; index = (index + 1) & 0xFFFF) {
      if (index == event) {
        return true;
      }
    }
    return false;
  }

  private void breakRing(Malformed rule) {
    if (!broken) {
      broken = true;
      faults.accept(rule);
    }
  }
}
