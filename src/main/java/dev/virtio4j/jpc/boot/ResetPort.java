package dev.virtio4j.jpc.boot;

import dev.virtio4j.pc.StopReason;
import org.jpc.emulator.motherboard.IODevice;

/**
 * Ports by which a guest resets the machine; all else goes to the device behind them.
 *
 * <p>Answers a fault: JPC resets its CPU alone and goes on with the registers of the next
 * instruction, so that a reboot ends in a triple fault; port CF9 does nothing. This can go when a
 * reset is one of the PC.
 */
final class ResetPort implements IODevice {
  private final int[] ports;
  private final IODevice behind;
  private final Condition resets;
  private final StopReason reason;

  /** Which writes mean a reset. */
  interface Condition {
    /**
     * Whether one does.
     *
     * @param port the port
     * @param value the byte that is written
     * @return whether it does
     */
    boolean test(int port, int value);
  }

  /**
   * Makes some.
   *
   * @param behind JPC's device there
   * @param resets whether a write means a reset
   * @param reason which reset that is
   * @param ports the ports
   */
  ResetPort(IODevice behind, Condition resets, StopReason reason, int... ports) {
    this.ports = ports;
    this.behind = behind;
    this.resets = resets;
    this.reason = reason;
  }

  /** Whose ports it takes. */
  IODevice behind() {
    return behind;
  }

  @Override
  public int[] ioPortsRequested() {
    return ports.clone();
  }

  private void stopIfReset(int address, int data) {
    if (resets.test(address, data & 0xFF)) {
      throw new StopRun(reason);
    }
  }

  @Override
  public void ioPortWrite8(int address, int data) {
    stopIfReset(address, data);
    behind.ioPortWrite8(address, data);
  }

  @Override
  public void ioPortWrite16(int address, int data) {
    stopIfReset(address, data);
    behind.ioPortWrite16(address, data);
  }

  @Override
  public void ioPortWrite32(int address, int data) {
    stopIfReset(address, data);
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
