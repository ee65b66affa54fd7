package dev.virtio4j.jpc;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIISABridge;
import org.jpc.support.Clock;
import org.jpc.support.DriveSet;

/**
 * The drives of a JPC, and PCI cards beside them: {@code new PC(clock, new VirtioDrives(drives,
 * devices))}. A drive set is what JPC lets others bring along; it is told of all parts of the PC,
 * of resets, and of saves and loads.
 *
 * <p>JPC's own saved states hold the cards, too. For that JPC's class loader must find this class:
 * the jar is to be on its class path. A state is loaded into a PC that was made with the same
 * drives; those of JPC stay as they are.
 */
public class VirtioDrives extends DriveSet {
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
   * Makes a drive set.
   *
   * @param others JPC's own drives, as {@code DriveSet.buildFromArgs} or a constructor makes them
   * @param devices what is to be in the PCI slots from 4; closed with this
   */
  public VirtioDrives(DriveSet others, Devices devices) {
    super(
        others.getBootType(),
        others.getFloppyDrive(0),
        others.getFloppyDrive(1),
        others.getHardDrive(0),
        others.getHardDrive(1),
        others.getHardDrive(2),
        others.getHardDrive(3));
    this.devices = devices;
  }

  /**
   * Makes a drive set of JPC's drives and of drives as the command line has them.
   *
   * @param others JPC's own drives
   * @param keys of each drive what stands after {@code --drive}, such as {@code file=disk.img}
   * @return the drive set; {@code PC.destroy} closes it
   * @throws IOException if an image is not as it should be
   * @throws IllegalArgumentException if a key or a value is not one of those there are; the message
   *     lists those
   */
  public static VirtioDrives open(DriveSet others, String... keys) throws IOException {
    return new VirtioDrives(others, DriveDevices.open(keys));
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

  @Override
  public void close() {
    super.close();
    try {
      devices.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
