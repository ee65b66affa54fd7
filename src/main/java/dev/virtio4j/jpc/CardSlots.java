package dev.virtio4j.jpc;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIISABridge;
import org.jpc.support.Clock;

/**
 * Our cards, as a part of the PC: it gets to know the parts that it needs, and puts a card into
 * each slot from 4.
 */
sealed class CardSlots implements HardwareComponent, Closeable permits VirtioModule {
  /** JPC numbers its own devices from slot 1. */
  private static final int FIRST_SLOT = 4;

  private static final int SLOTS = 32;
  private static final String SECTION = "virtio4j in JPC";

  private final Devices devices;
  private final List<PciCard> cards = new ArrayList<>();

  private PhysicalAddressSpace memory;
  private JpcMemory guestMemory;
  private JpcClock clock;
  private IOPortHandler ports;
  private PCIBus bus;
  private boolean bridgeReady;
  private boolean plugged;

  /** What a state had at {@link ShadowRam#START}, until that is put there. */
  private byte[] shadow;

  /**
   * Makes them, empty.
   *
   * @param devices what is put there once the PC has its parts
   */
  CardSlots(Devices devices) {
    this.devices = devices;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component.initialised()) {
      take(component);
    }
  }

  @Override
  public boolean initialised() {
    return plugged;
  }

  @Override
  public void updateComponent(HardwareComponent component) {
    if (component.updated()) {
      take(component);
    }
  }

  @Override
  public boolean updated() {
    return plugged;
  }

  private void take(HardwareComponent component) {
    if (component instanceof PhysicalAddressSpace found) {
      memory = found;
    } else if (component instanceof Clock found && clock == null) {
      clock = new JpcClock(found);
    } else if (component instanceof IOPortHandler found) {
      ports = found;
    } else if (component instanceof PCIBus found) {
      bus = found;
    } else if (component instanceof PCIISABridge) {
      bridgeReady = true; // to drive interrupts
    }
    if (!plugged
        && memory != null
        && clock != null
        && ports != null
        && bus != null
        && bridgeReady) {
      plugIn();
    }
  }

  private void plugIn() {
    if (cards.isEmpty()) {
      powerOn();
    }
    for (PciCard card : cards) {
      card.plugInto(bus, ports);
    }
    plugged = true;
  }

  private void powerOn() {
    guestMemory = new JpcMemory(memory);
    List<PciFunction> functions = devices.powerOn(guestMemory, clock);
    if (functions.size() > SLOTS - FIRST_SLOT) {
      throw new IllegalArgumentException(
          "JPC has %d free PCI slots, too few for %d cards; put disks on a SCSI host"
              .formatted(SLOTS - FIRST_SLOT, functions.size()));
    }
    for (PciFunction function : functions) {
      cards.add(new PciCard(function, FIRST_SLOT + cards.size()));
    }
  }

  private void unplug() {
    plugged = false;
    ports = null;
    bus = null;
    bridgeReady = false;
  }

  /**
   * Told that RAM is put over the ROMs: devices may use it.
   *
   * @param roms what is in the ROMs
   * @return what is to be in the RAM: the same, or what a state had there that was just loaded
   */
  byte[] placeShadowRam(byte[] roms) {
    guestMemory.setShadowRam(true);
    byte[] contents = shadow == null ? roms : shadow;
    shadow = null;
    return contents;
  }

  @Override
  public void reset() {
    shadow = null;
    guestMemory.setShadowRam(false);
    unplug();
    for (PciCard card : cards) {
      card.reset();
    }
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    StateWriter out = new StateWriter(output);
    out.begin(SECTION, 1);
    devices.save(out);
    clock.save(out);
    out.i32(cards.size());
    for (PciCard card : cards) {
      card.save(out);
    }
    out.bytes(ShadowRam.read(memory));
    out.end();
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    unplug();
    StateReader in = new StateReader(input);
    in.begin(SECTION, 1);
    devices.load(in);
    clock.load(in);
    int count = in.i32();
    if (count != cards.size()) {
      throw in.wrong("has " + count + " cards, and this PC has " + cards.size());
    }
    for (PciCard card : cards) {
      card.load(in);
    }
    shadow = new byte[ShadowRam.SIZE];
    in.bytes(shadow);
    in.end();
  }

  /** Flushes and closes the images. */
  @Override
  public void close() throws IOException {
    devices.close();
  }
}
