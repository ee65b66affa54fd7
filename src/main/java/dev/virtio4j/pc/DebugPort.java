package dev.virtio4j.pc;

import dev.virtio4j.pc.memory.BytePortDevice;
import java.util.function.IntConsumer;

/**
 * Port 402h, where SeaBIOS says what it does, and what it would show on a screen. Hardware has no
 * such port; QEMU's device isa-debugcon is one.
 */
final class DebugPort implements BytePortDevice {
  static final int PORT = 0x402;

  /** What is read: SeaBIOS is silent where it is something else. */
  private static final int PRESENT = 0xE9;

  private final IntConsumer output;

  /**
   * Makes the port.
   *
   * @param output takes each byte, 0 to 255
   */
  DebugPort(IntConsumer output) {
    this.output = output;
  }

  @Override
  public String name(int port) {
    return "debug port";
  }

  @Override
  public int read(int port) {
    return PRESENT;
  }

  @Override
  public void write(int port, int value) {
    output.accept(value);
  }
}
