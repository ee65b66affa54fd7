package dev.virtio4j.pc.cpu;

/**
 * A region as bytecode: {@link RegionWriter} makes a class of its own for each. Its method runs
 * from the start of the region's first block, with registers and flags in local variables, and puts
 * them back where the interpreter has them before it returns.
 */
abstract class Translation {
  /** What {@link #run} returns where the region was left between two blocks, for {@link #eip}. */
  static final int LEFT = -1;

  // Bits of the other values that run returns.
  /** The operation at which the region was left, in its block. */
  static final int OPERATION = 0x3FF;

  /** Where the number of the block in the region begins. */
  static final int BLOCK_SHIFT = 10;

  /** The blocks that a region can have. */
  static final int MAX_BLOCKS = 1 << 5;

  static final int BLOCK = (MAX_BLOCKS - 1) << BLOCK_SHIFT;

  /** The operation has been done, and the rest of its instruction has not. */
  static final int DONE = 1 << 15;

  /** The code that runs was dropped: the instruction is the last one. */
  static final int DROPPED = 1 << 16;

  /** The operation faulted. */
  static final int FAULT = 1 << 17;

  final Region region;

  /** How many instructions must be allowed to run for it to be entered. */
  final int longestRun;

  // For the generated code.
  final int[] r;
  final Alu alu;
  final Mmu mmu;
  final RareOperations rare;

  /** Where to go on. */
  int eip;

  /** How many instructions may still run; before those of the block that was not finished. */
  int left;

  private final Translator translator;
  private final Block head;

  /** The address at which it was found last, and where its code came from then. */
  private int foundAt;

  private long foundIn;

  Translation(Translator translator, Region region) {
    this.translator = translator;
    this.region = region;
    head = region.head().block();
    longestRun = region.longestRuns()[region.indexOf(region.head().offset())];
    r = translator.r;
    alu = translator.alu;
    mmu = translator.mmu;
    rare = translator.rare;
  }

  /** Notes that it is what runs at an address from which code was just fetched. */
  final void foundAt(int eip) {
    foundAt = eip;
    foundIn = mmu.fetched();
  }

  /**
   * Whether it is what runs at an address, by what was noted: then that counts as a fetch from
   * there. Otherwise only a search can tell.
   */
  final boolean isAt(int eip, int mode) {
    return foundAt == eip && head.valid && head.mode == mode && mmu.fetchesFrom(eip, foundIn);
  }

  /**
   * Runs the region.
   *
   * @param page the linear address of its page
   * @param left how many instructions may run, at least {@link #longestRun}
   * @return {@link #LEFT}, or where the region was left inside of a block
   */
  abstract int run(int page, int left);

  /**
   * Does an operation that reaches memory, registers and flags being where it looks for them.
   *
   * @return whether it dropped the code that runs
   */
  final boolean doRare(int h, int immediate, int nextEip) {
    return translator.doRare(h, immediate, nextEip);
  }

  /**
   * What to return after an exception at an operation.
   *
   * @param exception a {@link GuestFault} or {@link CodeDropped}; any other is thrown on
   * @param at the operation and its block
   */
  static int interrupted(RuntimeException exception, int at) {
    if (exception instanceof GuestFault) {
      return at | FAULT;
    }
    if (exception instanceof CodeDropped) {
      return at | DROPPED;
    }
    throw exception;
  }
}
