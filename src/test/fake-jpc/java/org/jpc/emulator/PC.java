package org.jpc.emulator;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jpc.emulator.memory.LinearAddressSpace;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.motherboard.InterruptController;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIISABridge;
import org.jpc.emulator.processor.Processor;
import org.jpc.support.Clock;
import org.jpc.support.DriveSet;

/**
 * A fake of JPC for tests of the adapter: it introduces its parts to each other as JPC does, and
 * has the faults that the adapter answers. Its CPU runs nothing.
 */
public class PC {
  public static int SYS_RAM_SIZE;

  private final List<HardwareComponent> parts;

  public PC(Clock clock, DriveSet drives, int ramSize) throws IOException {
    SYS_RAM_SIZE = ramSize;
    parts =
        List.of(
            clock,
            new Processor(),
            new PhysicalAddressSpace(),
            new LinearAddressSpace(),
            drives,
            new IOPortHandler(),
            new InterruptController(),
            new PCIISABridge(),
            new PCIBus());
    configure();
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

  public void start() {}

  public void stop() {}

  public void reset() {
    parts.forEach(HardwareComponent::reset);
    configure();
  }

  public void saveState(OutputStream out) throws IOException {
    for (HardwareComponent part : parts) {
      part.saveState(new DataOutputStream(out));
    }
  }

  public void loadState(InputStream in) throws IOException {
    getComponent(IOPortHandler.class).reset();
    for (HardwareComponent part : parts) {
      part.loadState(new DataInputStream(in));
    }
    introduce(HardwareComponent::updated, HardwareComponent::updateComponent);
  }

  public Processor getProcessor() {
    return (Processor) getComponent(Processor.class);
  }

  public HardwareComponent getComponent(Class<? extends HardwareComponent> type) {
    return parts.stream().filter(type::isInstance).findFirst().orElse(null);
  }
}
