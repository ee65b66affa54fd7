package dev.virtio4j.jpc.boot;

import org.jpc.emulator.PC;
import org.jpc.emulator.pci.peripheral.EthernetCard;
import org.jpc.emulator.processor.ModeSwitchException;
import org.jpc.emulator.processor.Processor;
import org.jpc.emulator.processor.ProcessorException;

/**
 * Runs a PC a basic block at a time, and lets the CPU take interrupts after each.
 *
 * <p>Answers faults: {@code PC.execute} runs a hundred blocks before anybody can stop it; it lets
 * the CPU take no interrupt after a block of one instruction; and it forgets the time of the last
 * ones, so that a PC which was saved runs on otherwise than one which was not. This can go when
 * {@code PC.execute} returns after each block, as if it had not.
 */
final class BlockRunner {
  private final PC pc;
  private final Processor cpu;

  /** Null without JPC's option {@code -ethernet}. */
  private final EthernetCard network;

  /**
   * Takes a PC.
   *
   * @param pc the PC
   */
  BlockRunner(PC pc) {
    this.pc = pc;
    cpu = pc.getProcessor();
    network = (EthernetCard) pc.getComponent(EthernetCard.class);
  }

  /**
   * Runs a block.
   *
   * @return how many instructions that were
   * @throws ProcessorException if the CPU can't take an exception, and shuts down
   */
  int run() {
    int instructions = 0;
    try {
      instructions = pc.executeBlock();
      if (network != null) {
        network.checkForPackets();
      }
      takeInterrupts(instructions);
    } catch (ProcessorException e) {
      handle(e);
    } catch (ModeSwitchException e) {
      // on the way into the handler of an exception or an interrupt
    }
    return instructions;
  }

  /** Lets time pass, and the CPU take an interrupt. */
  private void takeInterrupts(int instructions) {
    if (!cpu.isProtectedMode()) {
      cpu.processRealModeInterrupts(instructions);
    } else if (cpu.isVirtual8086Mode()) {
      cpu.processVirtual8086ModeInterrupts(instructions);
    } else {
      cpu.processProtectedModeInterrupts(instructions);
    }
  }

  private void handle(ProcessorException e) {
    if (!cpu.isProtectedMode()) {
      cpu.handleRealModeException(e);
    } else if (cpu.isVirtual8086Mode()) {
      cpu.handleVirtual8086ModeException(e);
    } else {
      cpu.handleProtectedModeException(e);
    }
  }
}
