package org.jpc.emulator;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Calendar;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jpc.emulator.memory.LinearAddressSpace;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.GateA20Handler;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.motherboard.InterruptController;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIHostBridge;
import org.jpc.emulator.pci.PCIISABridge;
import org.jpc.emulator.peripheral.Keyboard;
import org.jpc.emulator.peripheral.SerialPort;
import org.jpc.emulator.processor.Processor;
import org.jpc.support.Clock;
import org.jpc.support.DriveSet;

/**
 * A fake of JPC for tests of the adapter: it introduces its parts to each other as JPC does, and
 * has the faults that the adapter answers. Its CPU runs a {@link Program}.
 */
public class PC {
  public static int SYS_RAM_SIZE;

  private final List<HardwareComponent> parts;

  private final Program program;

  public PC(Clock clock, DriveSet drives, int ramSize) throws IOException {
    this(clock, drives, ramSize, Calendar.getInstance());
  }

  public PC(Clock clock, DriveSet drives, int ramSize, Calendar start) throws IOException {
    SYS_RAM_SIZE = ramSize;
    Processor cpu = new Processor();
    IOPortHandler ports = new IOPortHandler();
    parts =
        List.of(
            clock,
            cpu,
            new PhysicalAddressSpace(),
            new LinearAddressSpace(),
            drives,
            ports,
            new InterruptController(),
            new PCIISABridge(),
            new PCIBus(),
            new PCIHostBridge(),
            new Keyboard(),
            new GateA20Handler(),
            new SerialPort(0x3F8),
            new SerialPort(0x2F8));
    configure();
    program = new Program(cpu, ports, clock);
  }

  private void configure() {
    introduce(HardwareComponent::initialised, HardwareComponent::acceptComponent);
  }

  private void introduce(
      Predicate<HardwareComponent> ready,
      BiConsumer<HardwareComponent, HardwareComponent> introduction) {
    for (int round = 0; round < 100 && !parts.stream().allMatch(ready); round++) {
      for (HardwareComponent outer : parts) {
        if (!ready.test(outer)) {
          parts.forEach(inner -> introduction.accept(outer, inner));
        }
      }
    }
    if (!parts.stream().allMatch(ready)) {
      throw new IllegalStateException("PC Configuration failed");
    }
  }

  /** Runs a hundred blocks, as JPC does. */
  public final int execute() {
    int count = 0;
    while (count < 100) {
      count += executeBlock();
      getProcessor().processRealModeInterrupts(1);
    }
    return count;
  }

  public int executeBlock() {
    program.step();
    return 1;
  }

  public void start() {}

  public void stop() {}

  public void reset() {
    parts.forEach(HardwareComponent::reset);
    configure();
  }

  public void saveState(OutputStream out) throws IOException {
    DataOutputStream state = new DataOutputStream(out);
    for (HardwareComponent part : parts) {
      part.saveState(state);
    }
    state.writeInt(program.position());
  }

  public void loadState(InputStream in) throws IOException {
    getComponent(IOPortHandler.class).reset();
    DataInputStream state = new DataInputStream(in);
    for (HardwareComponent part : parts) {
      part.loadState(state);
    }
    program.goOnAt(state.readInt());
    introduce(HardwareComponent::updated, HardwareComponent::updateComponent);
  }

  public Processor getProcessor() {
    return (Processor) getComponent(Processor.class);
  }

  public HardwareComponent getComponent(Class<? extends HardwareComponent> type) {
    return parts.stream().filter(type::isInstance).findFirst().orElse(null);
  }
}
