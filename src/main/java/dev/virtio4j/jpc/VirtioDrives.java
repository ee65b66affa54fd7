package dev.virtio4j.jpc;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jpc.emulator.HardwareComponent;
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
  private final CardSlots slots;

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
    slots = new CardSlots(devices);
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

  CardSlots slots() {
    return slots;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    slots.acceptComponent(component);
  }

  @Override
  public boolean initialised() {
    return slots.initialised();
  }

  @Override
  public void updateComponent(HardwareComponent component) {
    slots.updateComponent(component);
  }

  @Override
  public boolean updated() {
    return slots.updated();
  }

  @Override
  public void reset() {
    slots.reset();
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    slots.saveState(output);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    slots.loadState(input);
  }

  @Override
  public void close() {
    super.close();
    try {
      slots.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
