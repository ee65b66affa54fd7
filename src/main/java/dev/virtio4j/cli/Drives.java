package dev.virtio4j.cli;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The open drives of a machine, in the order of their slots. */
final class Drives implements Closeable {
  private static final Logger LOGGER = System.getLogger(Drives.class.getName());

  private final List<Drive> drives;
  private volatile EventClock machineClock;

  /**
   * Makes a machine's drives.
   *
   * @param drives the drives; closed with this
   */
  Drives(List<Drive> drives) {
    this.drives = List.copyOf(drives);
  }

  /**
   * Opens all images, or none.
   *
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drives; to be closed
   * @throws IOException if an image is not as it should be
   */
  static Drives open(List<DriveOptions> options, boolean snapshot) throws IOException {
    List<Drive> opened = new ArrayList<>();
    try {
      for (DriveOptions drive : options) {
        opened.add(Drive.open(drive, snapshot));
      }
    } catch (IOException e) {
      new Drives(opened).close();
      throw e;
    }
    return new Drives(opened);
  }

  /**
   * Makes a device of each for a machine that is about to be powered on.
   *
   * @param memory the machine's
   * @param clock the machine's
   * @param slots takes each device as a PCI function
   * @param pause called when a device begins to wait for the host ({@link #waitsFor}): the machine
   *     should stand still
   * @throws IllegalArgumentException if an image is none for such a device, or there are too many
   */
  void plugInto(GuestMemory memory, EventClock clock, Consumer<PciFunction> slots, Runnable pause) {
    for (Drive drive : drives) {
      slots.accept(drive.attach(memory, clock, pause));
    }
    machineClock = clock;
  }

  /** What devices wait for, in one line. */
  String waitsFor() {
    List<String> waiting = new ArrayList<>();
    for (int i = 0; i < drives.size(); i++) {
      String name = name(i);
      drives.get(i).waitsFor().ifPresent(why -> waiting.add(name + ": " + why));
    }
    return String.join("; ", waiting);
  }

  /**
   * Lets the devices that wait for the host try again.
   *
   * @return whether none waits any longer
   */
  boolean resume() {
    boolean goesOn = true;
    for (Drive drive : drives) {
      goesOn &= drive.resume();
    }
    return goesOn;
  }

  /**
   * Changes the size of a disk, soon, and tells the guest. Any thread may call this. If the host
   * can't do it, or the size is none for the disk, nothing changes and a line in the log says why.
   *
   * @param drive which, from 0
   * @param bytes the new size
   * @throws IndexOutOfBoundsException if there is no such drive
   */
  void resize(int drive, long bytes) {
    Drive resized = drives.get(drive);
    machineClock.post(
        () -> {
          try {
            resized.resize(bytes);
          } catch (IOException | IllegalArgumentException e) {
            LOGGER.log(Level.WARNING, name(drive) + " is not resized: " + e.getMessage());
          }
        });
  }

  /** The drives, in the order of their slots. */
  List<Drive> list() {
    return drives;
  }

  /** What the user is told of a drive to know which it is. */
  String name(int drive) {
    return "drive " + drive + " " + drives.get(drive).options().file();
  }

  /**
   * Puts all that was written on stable storage.
   *
   * @throws IOException if that is not certain of an image
   */
  void flush() throws IOException {
    for (Drive drive : drives) {
      drive.flush();
    }
  }

  /**
   * Saves by what the drives are known again.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  void save(StateWriter out) throws IOException {
    out.i32(drives.size());
    for (Drive drive : drives) {
      drive.save(out);
    }
  }

  /**
   * Makes sure that these are the drives that were saved.
   *
   * @param in where from
   * @throws IOException with one line that names the drive and what differs, or if it can't be read
   */
  void load(StateReader in) throws IOException {
    int count = in.i32();
    if (count != drives.size()) {
      throw new StateException(
          "the machine was saved with %d drives, and now has %d".formatted(count, drives.size()));
    }
    for (int i = 0; i < count; i++) {
      try {
        drives.get(i).load(in);
      } catch (StateException e) {
        throw new StateException(name(i) + ": " + e.getMessage());
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Drive drive : drives) {
      drive.close();
    }
  }
}
