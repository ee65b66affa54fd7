package dev.virtio4j.scenario;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/** The test program's side of QEMU's qtest protocol: one line asks, one line answers. */
final class Qtest {

  /** Where the lines go to and come from. */
  interface Channel extends Closeable {
    void send(String line) throws IOException;

    /**
     * Takes the next line.
     *
     * @throws EOFException if the machine is gone; with what it said last
     */
    String receive() throws IOException;

    /** What the host's user does. */
    Hands hands();
  }

  private final Channel channel;
  private final Set<Integer> raised = new TreeSet<>();

  Qtest(Channel channel) {
    this.channel = channel;
  }

  /**
   * Runs a command.
   *
   * @param command a line
   * @return what stands behind OK
   * @throws EOFException if there is no answer
   * @throws AssertionError if the answer is not OK
   */
  String ask(String command) throws IOException {
    channel.send(command);
    while (true) {
      String line = channel.receive();
      if (line.startsWith("IRQ raise ")) {
        raised.add(Integer.parseInt(line.substring(10)));
      } else if (line.startsWith("IRQ lower ")) {
        raised.remove(Integer.parseInt(line.substring(10)));
      } else if (line.equals("OK") || line.startsWith("OK ")) {
        return line.substring(2).strip();
      } else {
        throw new AssertionError(command + " is answered by " + line);
      }
    }
  }

  /**
   * Reads a port or memory.
   *
   * @param operation inb, inw, inl, readb, readw, readl, readq
   * @param address of the first byte
   * @return the value
   */
  long get(String operation, long address) throws IOException {
    return Long.parseUnsignedLong(
        ask("%s 0x%x".formatted(operation, address)).substring("0x".length()), 16);
  }

  /**
   * Writes a port or memory.
   *
   * @param operation outb, outw, outl, writeb, writew, writel, writeq
   * @param address of the first byte
   * @param value not more than fits
   */
  void put(String operation, long address, long value) throws IOException {
    ask("%s 0x%x 0x%x".formatted(operation, address, value));
  }

  byte[] read(long address, int length) throws IOException {
    if (length == 0) {
      return new byte[0];
    }
    String answer = ask("read 0x%x 0x%x".formatted(address, length));
    return HexFormat.of().parseHex(answer.substring("0x".length()));
  }

  void write(long address, byte... bytes) throws IOException {
    if (bytes.length > 0) {
      ask("write 0x%x 0x%x 0x%s".formatted(address, bytes.length, HexFormat.of().formatHex(bytes)));
    }
  }

  void fill(long address, int length, int value) throws IOException {
    if (length > 0) {
      ask("memset 0x%x 0x%x 0x%x".formatted(address, length, value));
    }
  }

  /** Whether an interrupt request line was high when the last answer came. */
  boolean isRaised(int irq) {
    return raised.contains(irq);
  }
}
