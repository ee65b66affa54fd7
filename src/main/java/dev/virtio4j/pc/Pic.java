package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/**
 * One 8259A programmable interrupt controller, as in the PIIX3: whether an input is sensed by level
 * or by edge is not chosen by ICW1 but for each input in an edge/level control register.
 *
 * <pre>
 *   IR0..7 --&gt; edge latch --&gt; IRR --&gt; not in IMR? --&gt; above all in ISR? --&gt; INT
 *                              acknowledge moves the winner from IRR to ISR; EOI clears ISR
 * </pre>
 *
 * <p>A request stays in IRR only as long as its input is high (data sheet, figure 9): if it falls
 * before the acknowledge cycle, the CPU is given input 7, with no bit set in ISR.
 */
final class Pic implements Stateful {
  private static final int INPUTS = 8;
  private static final int ALL = 0xFF;

  /** Which initialization command word the data port takes; OCW1 once there is none left. */
  private enum Expect {
    ICW2,
    ICW3,
    ICW4,
    OCW1
  }

  private final InterruptLine output;

  /** The inputs that have slaves, one bit each. */
  private final int cascade;

  private int levels;
  private int latched;
  private int levelTriggered;
  private int inService;
  private int mask;
  private int vectorBase;

  /** The input of lowest priority; the next one up, cyclically, has the highest. */
  private int lowest = INPUTS - 1;

  private Expect expect = Expect.OCW1;
  private boolean single;
  private boolean icw4Follows;
  private boolean automaticEoi;
  private boolean rotateOnAutomaticEoi;
  private boolean specialFullyNested;
  private boolean specialMask;
  private boolean poll;
  private boolean readInService;

  /**
   * Makes a controller with nothing masked.
   *
   * @param output the INT pin
   * @param cascade a mask of the inputs that have slaves
   */
  Pic(InterruptLine output, int cascade) {
    this.output = output;
    this.cascade = cascade;
  }

  /**
   * Drives an input.
   *
   * @param input 0 to 7
   * @param high its level
   */
  void setInput(int input, boolean high) {
    int bit = 1 << input;
    if (high) {
      latched |= bit & ~levels;
      levels |= bit;
    } else {
      levels &= ~bit;
    }
    updateOutput();
  }

  /** The edge/level control register: a set bit means that the input is sensed by its level. */
  int levelTriggered() {
    return levelTriggered;
  }

  void setLevelTriggered(int inputs) {
    levelTriggered = inputs;
    updateOutput();
  }

  /**
   * The interrupt acknowledge cycle: takes the request of the highest priority into service.
   *
   * @return the input, or -1 if there is no request any more
   */
  int acknowledge() {
    int input = winner();
    if (input >= 0) {
      latched &= ~(1 << input);
      if (automaticEoi) {
        if (rotateOnAutomaticEoi) {
          lowest = input;
        }
      } else {
        inService |= 1 << input;
      }
    }
    // INT falls even if another request follows at once: a master sees a new edge for it.
    output.set(false);
    updateOutput();
    return input;
  }

  /**
   * The vector that the acknowledge cycle puts on the bus.
   *
   * @param input 0 to 7, or -1 for no request, which gives that of input 7
   * @return 0 to 255
   */
  int vector(int input) {
    return vectorBase | (input & 7);
  }

  /** Reads the port with A0 = 0. */
  int readCommand() {
    if (poll) {
      return readPoll();
    }
    return readInService ? inService : requests();
  }

  /** Reads the port with A0 = 1. */
  int readData() {
    return poll ? readPoll() : mask;
  }

  /** The read after a poll command is an acknowledge cycle; bit 7 tells whether there was one. */
  private int readPoll() {
    poll = false;
    int input = acknowledge();
    return input < 0 ? 0 : 0x80 | input;
  }

  /** Writes the port with A0 = 0: ICW1, OCW2 or OCW3, told apart by bits 4 and 3. */
  void writeCommand(int value) {
    if ((value & 0x10) != 0) {
      writeIcw1(value);
    } else if ((value & 0x08) != 0) {
      writeOcw3(value);
    } else {
      writeOcw2(value);
    }
    updateOutput();
  }

  /** Writes the port with A0 = 1. */
  void writeData(int value) {
    switch (expect) {
      case ICW2 -> {
        vectorBase = value & 0xF8;
        expect = single ? afterIcw3() : Expect.ICW3;
      }
      // How the chips are cascaded is in the wiring.
      case ICW3 -> expect = afterIcw3();
      case ICW4 -> {
        automaticEoi = (value & 0x02) != 0;
        specialFullyNested = (value & 0x10) != 0;
        expect = Expect.OCW1;
      }
      case OCW1 -> mask = value;
    }
    updateOutput();
  }

  private Expect afterIcw3() {
    return icw4Follows ? Expect.ICW4 : Expect.OCW1;
  }

  private void writeIcw1(int value) {
    single = (value & 0x02) != 0;
    icw4Follows = (value & 0x01) != 0;
    expect = Expect.ICW2;
    latched = 0;
    inService = 0;
    mask = 0;
    lowest = INPUTS - 1;
    automaticEoi = false;
    rotateOnAutomaticEoi = false;
    specialFullyNested = false;
    specialMask = false;
    poll = false;
    readInService = false;
  }

  /** OCW2: bits 7 to 5 are R, SL and EOI, bits 2 to 0 an input. */
  private void writeOcw2(int value) {
    int input = value & 7;
    switch (value >> 5) {
      case 0b000 -> rotateOnAutomaticEoi = false;
      case 0b100 -> rotateOnAutomaticEoi = true;
      case 0b001 -> endOfInterrupt(highest(unmaskedInService()), false);
      case 0b101 -> endOfInterrupt(highest(unmaskedInService()), true);
      case 0b011 -> endOfInterrupt(input, false);
      case 0b111 -> endOfInterrupt(input, true);
      case 0b110 -> lowest = input;
      default -> {
        // 010: no operation
      }
    }
  }

  private void endOfInterrupt(int input, boolean rotate) {
    if (input >= 0) {
      inService &= ~(1 << input);
      if (rotate) {
        lowest = input;
      }
    }
  }

  /**
   * What is in service, without what special mask mode hides: a masked input, which then neither
   * holds back lower ones nor is cleared by a non-specific EOI.
   */
  private int unmaskedInService() {
    return specialMask ? inService & ~mask : inService;
  }

  /** OCW3: bits 6 and 5 are ESMM and SMM, bit 2 is P (a poll), bits 1 and 0 are RR and RIS. */
  private void writeOcw3(int value) {
    if ((value & 0x40) != 0) {
      specialMask = (value & 0x20) != 0;
    }
    if ((value & 0x02) != 0) {
      readInService = (value & 0x01) != 0;
    }
    poll |= (value & 0x04) != 0;
  }

  /** The interrupt request register. */
  private int requests() {
    return levels & (latched | levelTriggered);
  }

  private void updateOutput() {
    output.set(winner() >= 0);
  }

  /** The input that is to be served next, or -1. */
  private int winner() {
    int input = highest(requests() & ~mask);
    if (input < 0) {
      return input;
    }
    int served = highest(unmaskedInService());
    if (served < 0 || rank(input) < rank(served)) {
      return input;
    }
    boolean nestedInSlave = specialFullyNested && input == served && ((cascade >> input) & 1) != 0;
    return nestedInSlave ? input : -1;
  }

  /** Which of the inputs in a mask has the highest priority, or -1. */
  private int highest(int inputs) {
    if (inputs == 0) {
      return -1;
    }
    int first = (lowest + 1) & 7;
    int rotated = ((inputs >> first) | (inputs << (INPUTS - first))) & ALL;
    return (first + Integer.numberOfTrailingZeros(rotated)) & 7;
  }

  /** How far an input stands below the highest priority, 0 to 7. */
  private int rank(int input) {
    return (input - lowest - 1) & 7;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("8259A", 1);
    out.i32(levels);
    out.i32(latched);
    out.i32(levelTriggered);
    out.i32(inService);
    out.i32(mask);
    out.i32(vectorBase);
    out.i32(lowest);
    out.constant(expect);
    out.flag(single);
    out.flag(icw4Follows);
    out.flag(automaticEoi);
    out.flag(rotateOnAutomaticEoi);
    out.flag(specialFullyNested);
    out.flag(specialMask);
    out.flag(poll);
    out.flag(readInService);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("8259A", 1);
    levels = in.i32(0, ALL, "the inputs");
    latched = in.i32(0, ALL, "the edge latch");
    levelTriggered = in.i32(0, ALL, "ELCR");
    inService = in.i32(0, ALL, "ISR");
    mask = in.i32(0, ALL, "IMR");
    vectorBase = in.i32(0, 0xF8, "the first vector");
    lowest = in.i32(0, INPUTS - 1, "the lowest priority");
    expect = in.constant(Expect.class);
    single = in.flag();
    icw4Follows = in.flag();
    automaticEoi = in.flag();
    rotateOnAutomaticEoi = in.flag();
    specialFullyNested = in.flag();
    specialMask = in.flag();
    poll = in.flag();
    readInService = in.flag();
    in.end();
    updateOutput();
  }
}
