package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.require;

import dev.virtio4j.fuzz.ModelMemory.NotRam;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

/**
 * A queue as its driver sees it: which chains the device was given, and which it has returned. It
 * reads the ring from RAM as it was before the device was told of it.
 */
final class QueueWatch {
  private static final int PAGE = 4096;

  private final int size;

  /** The chains that the device has, in the order in which it was given them. */
  private final List<WatchedChain> held = new ArrayList<>();

  private long table;
  private boolean broken;
  private int available;
  private int used;

  QueueWatch(int size) {
    this.size = size;
  }

  /** A ring begins, empty; or at page 0, none. */
  void place(int pageFrame) {
    table = (pageFrame & 0xFFFF_FFFFL) * PAGE;
    broken = false;
    available = 0;
    used = 0;
    held.clear();
  }

  boolean isPlaced() {
    return table != 0;
  }

  List<WatchedChain> held() {
    return held;
  }

  /** Whether the driver gave a chain away while the device had one with the same head. */
  boolean hasHeadTwice() {
    return held.stream().mapToInt(WatchedChain::head).distinct().count() < held.size();
  }

  /** Where the device reads descriptors and available entries. */
  ModelChain.Buffer driverPart() {
    return new ModelChain.Buffer(table, 18L * size + 6);
  }

  /** Where it writes used entries. */
  ModelChain.Buffer usedRing() {
    return new ModelChain.Buffer(table + ModelQueue.usedOffset(size), 8L * size + 6);
  }

  /** Whether the rings are in RAM, so that the device can return what it takes. */
  boolean isWhole() {
    return isPlaced() && usedRing().address() + usedRing().length() <= RAM_SIZE;
  }

  /** Whether the driver has written to what only the device writes. */
  boolean isTamperedWith(ModelMemory memory) {
    try {
      return isWhole() && memory.load(usedRing().address() + 2, 2) != used;
    } catch (NotRam e) {
      throw new AssertionError(e);
    }
  }

  /** The device is told that there are chains. */
  List<WatchedChain> take(ModelMemory memory) {
    List<WatchedChain> taken = new ArrayList<>();
    if (!isPlaced() || broken) {
      return taken;
    }
    long ring = table + 16L * size;
    try {
      int count = ((int) memory.load(ring + 2, 2) - available) & 0xFFFF;
      broken = count > size - held.size();
      for (; count > 0 && !broken; count--) {
        int head = (int) memory.load(ring + 4 + 2L * (available % size), 2);
        broken = head >= size;
        if (!broken) {
          available = (available + 1) & 0xFFFF;
          taken.add(new WatchedChain(memory, table, size, head));
        }
      }
    } catch (NotRam e) {
      broken = true;
    }
    held.addAll(taken);
    return taken;
  }

  /**
   * Takes off the used ring what came back since the last time.
   *
   * @param memory as it is now
   * @param check is given each chain and its used.len
   */
  void reap(ModelMemory memory, ObjLongConsumer<WatchedChain> check) {
    try {
      long ring = usedRing().address();
      int end = (int) memory.load(ring + 2, 2);
      while (used != end) {
        long entry = memory.load(ring + 4 + 8L * (used % size), 8);
        int head = (int) entry;
        WatchedChain returned =
            held.stream().filter(chain -> chain.head() == head).findFirst().orElse(null);
        require(returned != null, "a chain was returned that the device did not have");
        held.remove(returned);
        used = (used + 1) & 0xFFFF;
        check.accept(returned, entry >>> 32);
      }
    } catch (NotRam e) {
      throw new AssertionError(e);
    }
  }
}
