package dev.virtio4j.pc;

/** EFLAGS as text: a letter for each flag that is set, the I/O privilege level as a digit. */
final class Flags {
  static final int C = 1;
  static final int P = 4;
  static final int A = 0x10;
  static final int Z = 0x40;
  static final int S = 0x80;
  static final int D = 0x400;
  static final int O = 0x800;

  /** The six that arithmetic sets. */
  static final int ARITHMETIC = C | P | A | Z | S | O;

  /** Bit 1, which is always set. */
  static final int ALWAYS = 2;

  private static final int IOPL_SHIFT = 12;
  private static final String LETTERS = "c-p-a-zstido--n-rvklmf";

  private Flags() {}

  /** As {@link #format} writes it. */
  static int parse(String text) {
    int flags = 0;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter >= '1' && letter <= '3') {
        flags |= (letter - '0') << IOPL_SHIFT;
      } else if (letter != '-') {
        int bit = LETTERS.indexOf(letter);
        if (bit < 0) {
          throw new IllegalArgumentException("no flag '" + letter + "' in " + text);
        }
        flags |= 1 << bit;
      }
    }
    return flags;
  }

  /** For example {@code cpz}, or {@code -} for none. */
  static String format(int flags) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < LETTERS.length(); bit++) {
      if ((flags >>> bit & 1) != 0 && LETTERS.charAt(bit) != '-') {
        text.append(LETTERS.charAt(bit));
      }
    }
    int iopl = flags >>> IOPL_SHIFT & 3;
    if (iopl != 0) {
      text.append(iopl);
    }
    return text.isEmpty() ? "-" : text.toString();
  }
}
