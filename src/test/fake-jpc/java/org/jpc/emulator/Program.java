package org.jpc.emulator;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.processor.Processor;
import org.jpc.j2se.Option;
import org.jpc.support.Clock;

/**
 * What stands in for a guest: a text in place of the BIOS, with an instruction on each line, or
 * more with commas between them in one block. Numbers are hexadecimal.
 *
 * <pre>
 *   out PORT BYTE    sends a byte
 *   copy PORT PORT   sends what comes from the first to the second
 *   wait PORT BITS   until one of the bits is set
 *   sti, hlt         HLT is the end, or waits for ever
 *   triple, unknown  a triple fault; an instruction that JPC does not have
 * </pre>
 */
final class Program {
  private final String[] lines;
  private final Processor cpu;
  private final IOPortHandler ports;
  private final Clock clock;
  private int next;

  Program(Processor cpu, IOPortHandler ports, Clock clock) throws IOException {
    this.cpu = cpu;
    this.ports = ports;
    this.clock = clock;
    lines = text().split("\n", -1);
  }

  private static String text() throws IOException {
    String bios = Option.value("bios");
    if (bios == null) {
      return "hlt";
    }
    try (InputStream in = Program.class.getResourceAsStream(bios)) {
      return new String(in.readAllBytes(), US_ASCII).replace("\0", "");
    }
  }

  int position() {
    return next;
  }

  void goOnAt(int position) {
    next = position;
  }

  /** The guest's next block: the instructions of a line. */
  void step() {
    for (String instruction : lines[next++].split(", ", -1)) {
      execute(instruction);
    }
  }

  private void execute(String instruction) {
    String[] words = instruction.split(" ", -1);
    switch (words[0]) {
      case "out" -> ports.ioPortWrite8(number(words[1]), number(words[2]));
      case "copy" -> ports.ioPortWrite8(number(words[2]), ports.ioPortRead8(number(words[1])));
      case "wait" -> {
        if ((ports.ioPortRead8(number(words[1])) & number(words[2])) == 0) {
          next--;
        }
      }
      case "sti" -> cpu.eflagsInterruptEnable = true;
      case "hlt" -> {
        while (true) {
          clock.updateNowAndProcess(true);
        }
      }
      case "triple" -> throw new IllegalStateException("Triple Fault ");
      default -> throw new IllegalStateException("Unimplemented opcode: " + words[0]);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text, 16);
  }
}
