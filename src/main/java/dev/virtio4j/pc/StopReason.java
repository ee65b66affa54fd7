package dev.virtio4j.pc;

/** Why a machine stopped running. */
public enum StopReason {
  /** HLT with interrupts off: how a kernel without ACPI powers off. */
  HALTED("halted with interrupts off"),
  /** A fault while delivering a double fault. */
  TRIPLE_FAULT("triple fault"),
  /** The reset line of the keyboard controller (command FEh). */
  KEYBOARD_RESET("reset by the keyboard controller"),
  /** Bit 0 of port 92h. */
  PORT_92_RESET("reset by port 92h"),
  /** The reset control register of the PIIX3 at port CF9h. */
  PORT_CF9_RESET("reset by port CF9h"),
  /** The emulator that the machine is of failed, and said why in the log. */
  EMULATOR_FAULT("a fault of the emulator"),
  /** A device waits for the host; the machine is as between two instructions. */
  PAUSED("paused"),
  /** Somebody outside the guest asked for it. */
  REQUESTED("stopped");

  private final String text;

  StopReason(String text) {
    this.text = text;
  }

  /**
   * Whether the guest asked for a reset of the machine.
   *
   * @return true for the three resets that software asks for
   */
  public boolean isReset() {
    return this == KEYBOARD_RESET || this == PORT_92_RESET || this == PORT_CF9_RESET;
  }

  @Override
  public String toString() {
    return text;
  }
}
