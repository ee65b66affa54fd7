package dev.virtio4j.pci;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.Stateful;

/**
 * One PCI function as its host sees it: configuration space, one I/O BAR, and INTA. The host
 * forwards configuration accesses and, while {@link #ioBase} names a place, I/O accesses to it.
 */
public interface PciFunction extends Stateful {

  /**
   * Reads configuration space; naturally aligned, as configuration mechanism 1 delivers it.
   *
   * @param offset 0 to 255
   * @param width 1, 2 or 4 bytes
   * @return the value, zero above its width
   */
  int readConfig(int offset, int width);

  /**
   * Writes configuration space; bits that the header defines as read-only keep their value. The
   * host asks for {@link #ioBase} again after each call.
   *
   * @param offset 0 to 255
   * @param width 1, 2 or 4 bytes
   * @param value the value in the low bytes
   */
  void writeConfig(int offset, int width, int value);

  /**
   * Where the I/O BAR answers.
   *
   * @return the first port, or -1 while I/O decoding is off or the BAR has no place in the port
   *     space
   */
  int ioBase();

  /**
   * The size of the I/O BAR.
   *
   * @return bytes, a power of two
   */
  int ioSize();

  /**
   * Answers an IN.
   *
   * @param offset bytes from the start of the BAR; the access may reach past its end
   * @param width 1, 2 or 4 bytes
   * @return the value, zero above its width
   */
  int readIo(int offset, int width);

  /**
   * Takes an OUT.
   *
   * @param offset bytes from the start of the BAR; the access may reach past its end
   * @param width 1, 2 or 4 bytes
   * @param value the value in the low bytes
   */
  void writeIo(int offset, int width, int value);

  /**
   * Connects INTA.
   *
   * @param line the line that the host routes to its interrupt controller
   */
  void connect(InterruptLine line);

  /** The bus was reset: everything is as after power-on. */
  void reset();
}
