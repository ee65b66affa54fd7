package dev.virtio4j.jpc.boot;

import dev.virtio4j.pc.SerialPort;
import java.util.stream.IntStream;
import org.jpc.emulator.motherboard.IODevice;

/**
 * The reference PC's UART at the ports of JPC's COM1.
 *
 * <p>Answers faults: JPC's gives what the guest sends to a logger, a line at a time, so that no
 * prompt is seen; its {@code recieve} marks each byte as a break; and no one can give it bytes but
 * with the emulator's source. This can go when {@code SerialPort} has streams.
 */
final class Com1 implements IODevice {
  private final SerialPort uart;

  Com1(SerialPort uart) {
    this.uart = uart;
  }

  @Override
  public int[] ioPortsRequested() {
    return IntStream.range(SerialPort.COM1, SerialPort.COM1 + SerialPort.PORTS).toArray();
  }

  @Override
  public int ioPortRead8(int address) {
    return uart.read(address);
  }

  @Override
  public void ioPortWrite8(int address, int data) {
    uart.write(address, data & 0xFF);
  }

  /** As JPC's: it is a device of 8 bits. */
  @Override
  public int ioPortRead16(int address) {
    return 0xFFFF;
  }

  @Override
  public int ioPortRead32(int address) {
    return -1;
  }

  @Override
  public void ioPortWrite16(int address, int data) {}

  @Override
  public void ioPortWrite32(int address, int data) {}
}
