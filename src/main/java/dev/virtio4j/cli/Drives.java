package dev.virtio4j.cli;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The open drives of a machine, in the order of their slots. */
final class Drives implements Closeable {
  private final List<Drive> drives = new ArrayList<>();

  /**
   * Opens all images, or none.
   *
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drives; to be closed
   * @throws IOException if an image is not as it should be, or two drives have one name
   */
  static Drives open(List<DriveOptions> options, boolean snapshot) throws IOException {
    Drives opened = new Drives();
    try {
      for (DriveOptions drive : options) {
        opened.add(Drive.open(opened.nameOf(drive), drive, snapshot));
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /**
   * Takes one more.
   *
   * @param drive the drive; closed with this
   */
  void add(Drive drive) {
    drives.add(drive);
  }

  /** The name that a drive is to have: the one it was given, or the next that is free. */
  private String nameOf(DriveOptions options) throws IOException {
    String given = options.value(DriveKey.ID);
    if (given.isEmpty()) {
      return IntStream.iterate(0, i -> i + 1)
          .mapToObj(i -> "drive" + i)
          .filter(name -> !has(name))
          .findFirst()
          .orElseThrow();
    }
    if (has(given)) {
      throw new IOException(options.file() + ": id=" + given + " is the name of another drive");
    }
    return given;
  }

  private boolean has(String name) {
    return drives.stream().anyMatch(drive -> drive.name().equals(name));
  }

  /**
   * Finds a drive.
   *
   * @param name what the monitor calls it
   * @return the drive
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  Drive find(String name) {
    return drives.stream()
        .filter(drive -> drive.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no drive has the name " + name + "; " + names()));
  }

  private String names() {
    return drives.isEmpty()
        ? "there are none"
        : "there are " + drives.stream().map(Drive::name).collect(Collectors.joining(", "));
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
  }

  /** What devices wait for, in one line; empty if none does. */
  String waitsFor() {
    return drives.stream()
        .flatMap(drive -> drive.waitsFor().map(why -> drive + ": " + why).stream())
        .collect(Collectors.joining("; "));
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

  /** The drives, in the order of their slots. */
  List<Drive> list() {
    return Collections.unmodifiableList(drives);
  }

  /** What the user wants of each. */
  List<DriveOptions> options() {
    return drives.stream().map(Drive::options).toList();
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
    for (Drive drive : drives) {
      try {
        drive.load(in);
      } catch (StateException e) {
        throw new StateException(drive + ": " + e.getMessage());
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
