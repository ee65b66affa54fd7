package dev.virtio4j.pc;

import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/** A bus with the two bridges, and a program's way to reach it. */
final class Pci {
  final IoPorts ports = new IoPorts();
  final PhysicalMemory memory = new PhysicalMemory(PhysicalMemory.MIN_SIZE);
  final boolean[] irqs = new boolean[16];
  final List<StopReason> stops = new ArrayList<>();
  final Piix3 piix3 = new Piix3(ports, irq -> on -> irqs[irq] = on, stops::add);
  final PciBus bus = new PciBus(ports, piix3::intA);

  Pci() {
    bus.add(HostBridge.DEVICE, new HostBridge(memory));
    bus.add(Piix3.DEVICE, piix3);
  }

  FakeFunction add(int device, int vendorAndDevice) {
    FakeFunction function = new FakeFunction(vendorAndDevice);
    bus.add(device, function);
    return function;
  }

  private int select(int device, int offset) {
    ports.write(0xCF8, 4, 0x80000000 | device << 11 | (offset & 0xFC));
    return 0xCFC + (offset & 3);
  }

  int read(int device, int offset, int width) {
    return ports.read(select(device, offset), width);
  }

  void write(int device, int offset, int width, int value) {
    ports.write(select(device, offset), width, value);
  }

  /** Places the I/O BAR with decoding off, then switches decoding on. */
  void placeBar(int device, int base) {
    write(device, 0x04, 2, 0);
    write(device, 0x10, 4, base);
    write(device, 0x04, 2, 1);
  }

  List<Integer> assertedIrqs() {
    List<Integer> asserted = new ArrayList<>();
    for (int irq = 0; irq < irqs.length; irq++) {
      if (irqs[irq]) {
        asserted.add(irq);
      }
    }
    return asserted;
  }
}
