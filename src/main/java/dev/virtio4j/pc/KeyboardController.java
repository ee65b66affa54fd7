package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.BytePortDevice;
import dev.virtio4j.pc.memory.IoPorts;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The i8042 keyboard controller of a PC with a keyboard on which nobody types, and no mouse port;
 * and port 92h, the fast way to the same two lines, A20 and reset.
 *
 * <pre>
 *   60h  read: output buffer; write: to the keyboard, or the argument of a controller command
 *   64h  read: status; write: controller command
 *   92h  bit 0 resets, bit 1 is A20
 * </pre>
 *
 * <p>Everything is answered within the access that asks. The A20 line is one latch behind both
 * doors: the last write wins, and either reads it back. It is on at first, as firmware leaves it.
 */
final class KeyboardController implements BytePortDevice, Stateful {
  static final int DATA = 0x60;
  static final int COMMAND = 0x64;
  static final int PORT_92 = 0x92;

  private static final int STATUS_OUTPUT_FULL = 0x01;
  private static final int STATUS_SYSTEM = 0x04;
  private static final int STATUS_COMMAND = 0x08;
  private static final int STATUS_UNLOCKED = 0x10;

  private static final int MODE_INTERRUPT = 0x01;
  private static final int MODE_SYSTEM = 0x04;
  private static final int MODE_DISABLED = 0x10;
  private static final int MODE_TRANSLATE = 0x40;
  private static final int MODE_AT_START = 0x65; // interrupt, system, no mouse, translation

  private static final int OUTPUT_PORT_RESET = 0x01; // active low
  private static final int OUTPUT_PORT_A20 = 0x02;
  private static final int OUTPUT_PORT_FULL = 0x10;
  private static final int OUTPUT_PORT_OTHERS = 0xCC;

  private static final int PORT_92_RESET = 0x01;
  private static final int PORT_92_A20 = 0x02;

  private static final int ACKNOWLEDGE = 0xFA;
  private static final int RESEND = 0xFE;

  /** The longest answer of the keyboard, to the identify command. */
  private static final int MAX_ANSWERS = 3;

  /** No answer; no command that awaits its argument. */
  private static final int NONE = -1;

  /** Drives the A20 gate. */
  @FunctionalInterface
  interface A20Gate {
    /**
     * Opens or closes the gate.
     *
     * @param open true to let address line 20 through, false to hold it at zero
     */
    void set(boolean open);
  }

  private final InterruptLine irq1;
  private final A20Gate gate;
  private final Consumer<StopReason> reset;

  private final ArrayDeque<Integer> keyboardAnswers = new ArrayDeque<>();

  /** The answer of the controller itself, which goes before those of the keyboard. */
  private int controllerAnswer = NONE;

  private int mode = MODE_AT_START;
  private int commandAwaitingArgument = NONE;
  private int keyboardAwaitingArgument = NONE;
  private boolean lastWriteWasCommand;
  private int lastByte;
  private int scanCodeSet = 2;
  private boolean a20 = true;

  /**
   * Makes the controller as firmware leaves it.
   *
   * @param irq1 its interrupt line
   * @param gate is told when the A20 line changes; it is open at first
   * @param reset is told when the guest resets the machine, within the access that does so
   */
  KeyboardController(InterruptLine irq1, A20Gate gate, Consumer<StopReason> reset) {
    this.irq1 = irq1;
    this.gate = gate;
    this.reset = reset;
  }

  /** Gives the controller its ports. */
  void map(IoPorts ports) {
    ports.map(DATA, 1, this);
    ports.map(COMMAND, 1, this);
    ports.map(PORT_92, 1, this);
  }

  @Override
  public String name(int port) {
    return "i8042";
  }

  @Override
  public int read(int port) {
    return switch (port) {
      case DATA -> readData();
      case COMMAND -> status();
      default -> a20 ? PORT_92_A20 : 0;
    };
  }

  @Override
  public void write(int port, int value) {
    switch (port) {
      case DATA -> {
        lastWriteWasCommand = false;
        writeData(value);
      }
      case COMMAND -> {
        lastWriteWasCommand = true;
        command(value);
      }
      default -> {
        setA20((value & PORT_92_A20) != 0);
        if ((value & PORT_92_RESET) != 0) {
          reset.accept(StopReason.PORT_92_RESET);
        }
      }
    }
  }

  private int status() {
    return STATUS_UNLOCKED
        | (outputFull() ? STATUS_OUTPUT_FULL : 0)
        | ((mode & MODE_SYSTEM) != 0 ? STATUS_SYSTEM : 0)
        | (lastWriteWasCommand ? STATUS_COMMAND : 0);
  }

  private boolean outputFull() {
    return controllerAnswer != NONE || keyboardMaySend();
  }

  private boolean keyboardMaySend() {
    return !keyboardAnswers.isEmpty() && (mode & MODE_DISABLED) == 0;
  }

  /** Empties the output buffer; an empty one gives its last byte again. */
  private int readData() {
    if (controllerAnswer != NONE) {
      lastByte = controllerAnswer;
      controllerAnswer = NONE;
    } else if (keyboardMaySend()) {
      lastByte = translate(keyboardAnswers.remove());
    }
    // The interrupt input senses edges: each further byte makes its own.
    irq1.set(false);
    updateInterrupt();
    return lastByte;
  }

  /** Scan code set 2 to set 1, as far as this keyboard's answers change with it: its ID. */
  private int translate(int value) {
    return (mode & MODE_TRANSLATE) != 0 && value == 0x83 ? 0x41 : value;
  }

  private void updateInterrupt() {
    irq1.set(outputFull() && (mode & MODE_INTERRUPT) != 0);
  }

  private void answer(int value) {
    controllerAnswer = value;
    updateInterrupt();
  }

  private void command(int value) {
    commandAwaitingArgument = NONE;
    switch (value) {
      case 0x20 -> answer(mode);
      case 0x60, 0xD1, 0xD2, 0xD3, 0xD4 -> commandAwaitingArgument = value;
      case 0xA9 -> answer(0x01); // test of the mouse port: clock line stuck low
      case 0xAA -> {
        mode |= MODE_SYSTEM;
        answer(0x55); // self test passed
      }
      case 0xAB -> answer(0x00); // test of the keyboard port: no error
      case 0xAD -> setMode(mode | MODE_DISABLED);
      case 0xAE -> setMode(mode & ~MODE_DISABLED);
      case 0xC0 -> answer(0x80); // input port: not locked
      case 0xD0 -> answer(outputPort());
      default -> {
        // F0h to FFh pulse the lines of the output port whose bits are clear.
        if (value >= 0xF0 && (value & OUTPUT_PORT_RESET) == 0) {
          reset.accept(StopReason.KEYBOARD_RESET);
        }
      }
    }
  }

  private void writeData(int value) {
    int command = commandAwaitingArgument;
    commandAwaitingArgument = NONE;
    switch (command) {
      case 0x60 -> setMode(value);
      case 0xD1 -> {
        setA20((value & OUTPUT_PORT_A20) != 0);
        if ((value & OUTPUT_PORT_RESET) == 0) {
          reset.accept(StopReason.KEYBOARD_RESET);
        }
      }
      // D2h fills the output buffer. D3h would fill it from the mouse port; that the byte is not
      // marked as the mouse's tells a driver that there is no such port.
      case 0xD2, 0xD3 -> answer(value);
      case 0xD4 -> {
        // to the mouse, which is not there
      }
      default -> {
        // Writing to the keyboard enables it.
        mode &= ~MODE_DISABLED;
        writeKeyboard(value);
      }
    }
  }

  private void setMode(int value) {
    mode = value;
    updateInterrupt();
  }

  private int outputPort() {
    return OUTPUT_PORT_OTHERS
        | OUTPUT_PORT_RESET
        | (a20 ? OUTPUT_PORT_A20 : 0)
        | (outputFull() ? OUTPUT_PORT_FULL : 0);
  }

  private void setA20(boolean open) {
    if (open != a20) {
      a20 = open;
      gate.set(open);
    }
  }

  /** The keyboard's side: it has 101 keys, none ever pressed. */
  private void writeKeyboard(int value) {
    int command = keyboardAwaitingArgument;
    keyboardAwaitingArgument = NONE;
    // A new byte ends what is left of the answer to the last one.
    keyboardAnswers.clear();
    if (command != NONE) {
      writeArgument(command, value);
    } else {
      switch (value) {
        case 0xED, 0xF0, 0xF3 -> { // indicators, scan code set, typematic rate
          keyboardAwaitingArgument = value;
          send(ACKNOWLEDGE);
        }
        case 0xEE -> send(0xEE); // echo
        case 0xF2 -> send(ACKNOWLEDGE, 0xAB, 0x83); // identify
        case 0xF4, 0xF5, 0xF6 -> send(ACKNOWLEDGE); // enable, disable, set defaults
        case 0xFF -> { // reset; the self test passes
          scanCodeSet = 2;
          send(ACKNOWLEDGE, 0xAA);
        }
        default -> send(RESEND);
      }
    }
    irq1.set(false);
    updateInterrupt();
  }

  private void writeArgument(int command, int value) {
    if (command == 0xF0 && value == 0) {
      send(ACKNOWLEDGE, scanCodeSet);
      return;
    }
    if (command == 0xF0) {
      scanCodeSet = value;
    }
    send(ACKNOWLEDGE);
  }

  private void send(int... bytes) {
    for (int value : bytes) {
      keyboardAnswers.add(value);
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("i8042", 1);
    out.i32(keyboardAnswers.size());
    for (int answer : keyboardAnswers) {
      out.i32(answer);
    }
    out.i32(controllerAnswer);
    out.i32(mode);
    out.i32(commandAwaitingArgument);
    out.i32(keyboardAwaitingArgument);
    out.flag(lastWriteWasCommand);
    out.i32(lastByte);
    out.i32(scanCodeSet);
    out.flag(a20);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("i8042", 1);
    keyboardAnswers.clear();
    for (int left = in.i32(0, MAX_ANSWERS, "the answers"); left > 0; left--) {
      keyboardAnswers.add(in.i32(0, 0xFF, "an answer"));
    }
    controllerAnswer = in.i32(NONE, 0xFF, "the controller's answer");
    mode = in.i32(0, 0xFF, "the command byte");
    commandAwaitingArgument = in.i32(NONE, 0xFF, "the controller's command");
    keyboardAwaitingArgument = in.i32(NONE, 0xFF, "the keyboard's command");
    lastWriteWasCommand = in.flag();
    lastByte = in.i32(0, 0xFF, "the last byte");
    scanCodeSet = in.i32(0, 0xFF, "the scan code set");
    setA20(in.flag());
    in.end();
    updateInterrupt();
  }
}
