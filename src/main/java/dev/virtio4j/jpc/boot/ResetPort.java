package dev.virtio4j.jpc.boot;

import dev.virtio4j.pc.StopReason;
import java.util.function.IntPredicate;
import org.jpc.emulator.motherboard.IODevice;

/**
 * A port by which a guest resets the machine; all else goes to the device behind it.
 *
 * <p>Answers a fault: JPC resets its CPU alone and goes on with the registers of the next
 * instruction, so that a reboot ends in a triple fault; port CF9 does nothing. This can go when a
 * reset is one of the PC.
 */
final class ResetPort implements IODevice {
  private final int port;
  private final IODevice behind;
  private final IntPredicate resets;
  private final StopReason reason;

  /**
   * Makes a port.
   *
   * @param port the port
   * @param behind JPC's device there
   * @param resets whether a byte that is written means a reset
   * @param reason which reset that is
   */
  ResetPort(int port, IODevice behind, IntPredicate resets, StopReason reason) {
    this.port = port;
    this.behind = behind;
    this.resets = resets;
    this.reason = reason;
  }

  /** Whose port it takes. */
  IODevice behind() {
    return behind;
  }

  @Override
  public int[] ioPortsRequested() {
    return new int[] {port};
  }

  @Override
  public void ioPortWrite8(int address, int data) {
    if (resets.test(data & 0xFF)) {
      throw new StopRun(reason);
    }
    behind.ioPortWrite8(address, data);
  }

  @Override
  public void ioPortWrite16(int address, int data) {
    behind.ioPortWrite16(address, data);
  }

  @Override
  public void ioPortWrite32(int address, int data) {
    behind.ioPortWrite32(address, data);
  }

  @Override
  public int ioPortRead8(int address) {
    return behind.ioPortRead8(address);
  }

  @Override
  public int ioPortRead16(int address) {
    return behind.ioPortRead16(address);
  }

  @Override
  public int ioPortRead32(int address) {
    return behind.ioPortRead32(address);
  }
}
