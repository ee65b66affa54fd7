package dev.virtio4j.jpc;

import dev.virtio4j.host.InterruptLine;
import org.jpc.emulator.pci.IRQBouncer;
import org.jpc.emulator.pci.PCIDevice;

/**
 * INTA of a card.
 *
 * <p>Answers a fault: of pin p (INTA is 1) on slot s, JPC's PIIX3 drives PIRQ {@code (p - 1 + s) &
 * 3}, and the BIOS tells the guest of the one that {@code (p - 1 + s - 1) & 3} is routed to, as on
 * real boards. So JPC is told of the pin before. This can go when {@code PCIISABridge.slotGetPIRQ}
 * subtracts 1.
 */
final class IntxLine implements InterruptLine {
  private static final int PIN = 0;
  private static final int PIN_FOR_JPC = (PIN - 1) & 3;

  private final PCIDevice card;
  private IRQBouncer bouncer;
  private boolean asserted;

  IntxLine(PCIDevice card) {
    this.card = card;
  }

  /**
   * Connects it, and tells the other end of its level, whatever that knew before.
   *
   * @param to the other end; null for none
   */
  void connect(IRQBouncer to) {
    bouncer = to;
    drive();
  }

  /** Where it is connected to; null for nowhere. */
  IRQBouncer end() {
    return bouncer;
  }

  @Override
  public void set(boolean nowAsserted) {
    if (asserted != nowAsserted) {
      asserted = nowAsserted;
      drive();
    }
  }

  private void drive() {
    if (bouncer != null) {
      bouncer.setIRQ(card, PIN_FOR_JPC, asserted ? 1 : 0);
    }
  }
}
