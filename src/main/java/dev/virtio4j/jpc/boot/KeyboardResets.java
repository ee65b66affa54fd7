package dev.virtio4j.jpc.boot;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.Set;

/**
 * Knows which writes to the keyboard controller drop the reset line: a pulse by a command, or its
 * bit in the output port, which is the argument of another command.
 */
final class KeyboardResets implements Stateful {
  /** Argument of a command, or what goes to the keyboard. */
  static final int DATA = 0x60;

  static final int COMMAND = 0x64;

  private static final String SECTION = "keyboard resets";

  private static final int WRITE_OUTPUT_PORT = 0xD1;

  /** All commands that have an argument. */
  private static final Set<Integer> WITH_ARGUMENT =
      Set.of(0x60, WRITE_OUTPUT_PORT, 0xD2, 0xD3, 0xD4);

  /** F0h to FFh pulse the lines whose bits are clear. */
  private static final int PULSE = 0xF0;

  private static final int RESET_LINE = 1;

  /** Whether the next byte of data is for the output port. */
  private boolean outputPortNext;

  /**
   * Whether a write resets the machine.
   *
   * @param port {@link #DATA} or {@link #COMMAND}
   * @param value the byte
   * @return whether it does
   */
  boolean test(int port, int value) {
    boolean lineDropped = (value & RESET_LINE) == 0;
    if (port == COMMAND) {
      if (WITH_ARGUMENT.contains(value)) {
        outputPortNext = value == WRITE_OUTPUT_PORT;
      }
      return value >= PULSE && lineDropped;
    }
    boolean outputPort = outputPortNext;
    outputPortNext = false;
    return outputPort && lineDropped;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin(SECTION, 1);
    out.flag(outputPortNext);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin(SECTION, 1);
    outputPortNext = in.flag();
    in.end();
  }
}
