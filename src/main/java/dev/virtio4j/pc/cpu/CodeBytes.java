package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.memory.PhysicalMemory;

/**
 * The bytes of the code that is being decoded. They come from one physical page; only the first
 * instruction may reach into the next, whose place then depends on the linear address.
 */
final class CodeBytes {
  private static final int PAGE_SIZE = 4096;

  private final PhysicalMemory memory;
  private final Mmu mmu;

  private int page;
  private int start;
  private int at;
  private int nextLinear;
  private int nextPage;
  private boolean mayCross;
  private boolean cut;

  CodeBytes(PhysicalMemory memory, Mmu mmu) {
    this.memory = memory;
    this.mmu = mmu;
  }

  /**
   * Goes to the first byte of a block.
   *
   * @param linear its linear address
   * @param place where in memory it is; negative where nothing answers
   */
  void begin(int linear, int place) {
    page = place & -PAGE_SIZE;
    start = place & PAGE_SIZE - 1;
    at = start;
    nextLinear = (linear & -PAGE_SIZE) + PAGE_SIZE;
    nextPage = Block.NONE;
  }

  /**
   * An instruction begins.
   *
   * @param mayCross whether it may reach into the next page
   */
  void beginInstruction(boolean mayCross) {
    this.mayCross = mayCross;
    cut = false;
  }

  /** The next byte; faults as the fetch would. */
  int next() {
    int position = at++;
    if (position < PAGE_SIZE) {
      return byteAt(page + position);
    }
    if (!mayCross) {
      cut = true;
      return 0;
    }
    if (nextPage == Block.NONE) {
      nextPage = mmu.fetchPlace(nextLinear);
    }
    return byteAt(nextPage + position - PAGE_SIZE);
  }

  private int byteAt(int place) {
    return place >= 0 ? memory.ram[place] & 0xFF : 0xFF;
  }

  /** Whether the instruction reaches into the next page, and may not. */
  boolean isCut() {
    return cut;
  }

  /** Whether an instruction reached into the next page. */
  boolean crosses() {
    return nextPage != Block.NONE;
  }

  /** The place of the next page, if an instruction reached into it; else {@link Block#NONE}. */
  int nextPage() {
    return nextPage;
  }

  /** How many bytes of the block were read. */
  int offset() {
    return at - start;
  }

  /** Goes back, to so many bytes from the start of the block. */
  void backTo(int offset) {
    at = start + offset;
  }
}
