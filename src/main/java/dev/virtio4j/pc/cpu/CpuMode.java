package dev.virtio4j.pc.cpu;

/** How the CPU of the reference PC runs the guest's instructions. A guest can't tell. */
public enum CpuMode {
  /** All in the interpreter. */
  INTERPRETER(Translator.NEVER),
  /** What is hot as bytecode made of it, the rest in the interpreter. */
  TRANSLATOR(Translator.HOT_AFTER);

  private final int hotAfter;

  CpuMode(int hotAfter) {
    this.hotAfter = hotAfter;
  }

  /**
   * Reads the name.
   *
   * @param text {@code interpreter} or {@code translator}
   * @return the mode
   * @throws IllegalArgumentException if there is none of that name
   */
  public static CpuMode parse(String text) {
    return switch (text) {
      case "interpreter" -> INTERPRETER;
      case "translator" -> TRANSLATOR;
      default ->
          throw new IllegalArgumentException("'" + text + "' is not interpreter or translator");
    };
  }

  /**
   * How soon code is hot.
   *
   * @return after how many runs a block is translated; the largest number of all if none is
   */
  public int hotAfter() {
    return hotAfter;
  }
}
