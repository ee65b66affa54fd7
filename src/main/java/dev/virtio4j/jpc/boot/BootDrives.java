package dev.virtio4j.jpc.boot;

import dev.virtio4j.jpc.Devices;
import dev.virtio4j.jpc.VirtioDrives;
import dev.virtio4j.pc.StopReason;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.motherboard.GateA20Handler;
import org.jpc.emulator.motherboard.IODevice;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.motherboard.InterruptController;
import org.jpc.emulator.pci.PCIHostBridge;
import org.jpc.emulator.peripheral.Keyboard;
import org.jpc.emulator.peripheral.SerialPort;
import org.jpc.support.DriveSet;

/**
 * The drives, and parts of ours that take ports from JPC's. A port belongs to whoever asked first,
 * so JPC's part gives back its ports, ours takes some, and JPC's the rest.
 */
final class BootDrives extends VirtioDrives {
  private static final int SYSTEM_CONTROL = 0x92;
  private static final int RESET_CONTROL = 0xCF9;
  private static final int RESET_CPU = 4;

  private final Set<IODevice> serialPorts = new LinkedHashSet<>();
  private final KeyboardResets keyboardResets = new KeyboardResets();
  private IOPortHandler ports;
  private InterruptController interrupts;
  private IODevice keyboard;
  private IODevice gateA20;
  private IODevice hostBridge;

  /**
   * Makes a drive set.
   *
   * @param others JPC's own drives
   * @param devices what is plugged in
   */
  BootDrives(DriveSet others, Devices devices) {
    super(others, devices);
  }

  /** JPC shows each part of the PC, whether it is ready or not. */
  @Override
  public void acceptComponent(HardwareComponent component) {
    super.acceptComponent(component);
    if (component instanceof IOPortHandler found) {
      ports = found;
    } else if (component instanceof InterruptController found) {
      interrupts = found;
    } else if (component instanceof Keyboard found) {
      keyboard = found;
    } else if (component instanceof GateA20Handler found) {
      gateA20 = found;
    } else if (component instanceof PCIHostBridge found) {
      hostBridge = found;
    } else if (component instanceof SerialPort found) {
      serialPorts.add(found);
    }
  }

  /** Drives an input of the interrupt controllers. */
  void interrupt(int irq, boolean asserted) {
    interrupts.setIRQ(irq, asserted ? 1 : 0);
  }

  /**
   * Takes the ports; once when the PC was made, and again when a state was loaded into it.
   *
   * @param com1 takes COM1's
   */
  void takePorts(Com1 com1) {
    serialPorts.forEach(ports::deregisterIOPortCapable);
    ports.registerIOPortCapable(com1);
    serialPorts.forEach(ports::registerIOPortCapable);
    for (ResetPort port : resetPorts()) {
      ports.deregisterIOPortCapable(port.behind());
      ports.registerIOPortCapable(port);
      ports.registerIOPortCapable(port.behind());
    }
  }

  private List<ResetPort> resetPorts() {
    return List.of(
        new ResetPort(
            keyboard,
            keyboardResets::test,
            StopReason.KEYBOARD_RESET,
            KeyboardResets.DATA,
            KeyboardResets.COMMAND),
        new ResetPort(
            gateA20, (port, value) -> (value & 1) != 0, StopReason.PORT_92_RESET, SYSTEM_CONTROL),
        new ResetPort(
            hostBridge,
            (port, value) -> (value & RESET_CPU) != 0,
            StopReason.PORT_CF9_RESET,
            RESET_CONTROL));
  }

  /** {@return what is to be saved of the ports} */
  KeyboardResets keyboardResets() {
    return keyboardResets;
  }
}
