package dev.virtio4j.drive;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.scsi.ScsiBus;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The open drives of a machine, and the SCSI hosts that some of them are on. */
public final class Drives implements Closeable {
  private final List<BusHost> buses;
  private final List<Drive> drives;
  private final boolean snapshot;
  private final List<HostWait> waits = new ArrayList<>();
  private final List<BiFunction<GuestMemory, EventClock, PciFunction>> otherCards =
      new ArrayList<>();

  /**
   * Makes a machine's drives.
   *
   * @param buses its SCSI hosts
   * @param drives the drives that it has at first; closed with this
   * @param snapshot whether what is written to others is thrown away at the end
   */
  public Drives(List<BusHost> buses, List<Drive> drives, boolean snapshot) {
    this.buses = buses;
    this.drives = new ArrayList<>(drives);
    this.snapshot = snapshot;
  }

  /**
   * Opens all images, or none.
   *
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drives; to be closed
   * @throws IOException if an image is not as it should be, or two drives have one name or place
   */
  public static Drives open(List<DriveOptions> options, boolean snapshot) throws IOException {
    Drives opened = new Drives(BusHost.of(options), List.of(), snapshot);
    try {
      for (DriveOptions drive : options) {
        opened.open(drive);
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private Drive open(DriveOptions options) throws IOException {
    Drive drive = Drive.open(placed(options), snapshot);
    drives.add(drive);
    return drive;
  }

  /** Gives a drive the name and the place that it is to have, and what its bus says of the host. */
  private DriveOptions placed(DriveOptions options) throws IOException {
    Map<DriveKey, String> found = new EnumMap<>(DriveKey.class);
    found.put(DriveKey.ID, nameFor(options));
    if (options.scsi() != null) {
      found.putAll(busOf(options).keysFor(options));
      found.put(DriveKey.TARGET, String.valueOf(targetFor(options)));
    }
    return options.with(found);
  }

  /** The name that a drive is to have: the one it was given, or the next that is free. */
  private String nameFor(DriveOptions options) throws IOException {
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

  private BusHost busOf(DriveOptions options) throws IOException {
    int bus = options.scsi().bus();
    if (bus >= buses.size()) {
      throw new IOException(
          "%s: there is no bus %d; a SCSI host is a PCI card, and this PC has no hotplug for those"
              .formatted(options.file(), bus));
    }
    return buses.get(bus);
  }

  private int targetFor(DriveOptions options) throws IOException {
    ScsiDrive wanted = options.scsi();
    if (wanted.target() != ScsiDrive.NEXT_FREE) {
      for (Drive other : drives) {
        if (other.options().scsi() != null && other.options().scsi().isAt(wanted)) {
          throw new IOException(
              options.file() + ": at " + wanted.place() + " is " + other + "; name another place");
        }
      }
      return wanted.target();
    }
    Set<Integer> taken =
        drives.stream()
            .map(drive -> drive.options().scsi())
            .filter(other -> other != null && other.bus() == wanted.bus())
            .map(ScsiDrive::target)
            .collect(Collectors.toSet());
    return IntStream.range(0, ScsiBus.TARGETS)
        .filter(target -> !taken.contains(target))
        .findFirst()
        .orElseThrow(() -> new IOException(options.file() + ": the bus is full; use another"));
  }

  /**
   * Plugs in one more, while the machine runs, and tells the guest.
   *
   * @param options what the user wants
   * @throws IOException if its image is not as it should be, or its name or place is taken
   * @throws IllegalArgumentException if such a drive can't be plugged in, or not with its image
   */
  public void add(DriveOptions options) throws IOException {
    if (options.scsi() == null) {
      throw new IllegalArgumentException(options.file() + ": " + BlkFront.NO_HOTPLUG);
    }
    Drive drive = open(options);
    try {
      drive.plugInto(busOf(options).host());
    } catch (IllegalArgumentException e) {
      drives.remove(drive);
      drive.close();
      throw e;
    }
  }

  /**
   * Unplugs one, while the machine runs, and tells the guest. Its image is flushed and closed.
   *
   * @param drive the drive
   * @throws IOException if its image can't be flushed, and it stays; or if it can't be closed
   * @throws IllegalArgumentException if it can't be unplugged
   */
  public void remove(Drive drive) throws IOException {
    drive.unplug();
    drives.remove(drive);
    drive.close();
  }

  /**
   * Finds a drive.
   *
   * @param name what the monitor calls it
   * @return the drive
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public Drive find(String name) {
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
   * Has another card plugged in behind the drives at each power-on.
   *
   * @param card makes a PCI function of the machine's memory and clock
   */
  public void plugAlso(BiFunction<GuestMemory, EventClock, PciFunction> card) {
    otherCards.add(card);
  }

  /**
   * Makes a device of each for a machine that is about to be powered on: the block devices first,
   * then the SCSI hosts in the order of their buses, then other cards.
   *
   * @param memory the machine's
   * @param clock the machine's
   * @param slots takes each device as a PCI function
   * @param pause called when a device begins to wait for the host ({@link #waitsFor}): the machine
   *     should stand still
   * @throws IllegalArgumentException if an image is none for such a device, or there are too many
   */
  public void plugInto(
      GuestMemory memory, EventClock clock, Consumer<PciFunction> slots, Runnable pause) {
    waits.clear();
    for (Drive drive : drives) {
      if (drive.options().scsi() == null) {
        BlkDevice device = drive.powerOn();
        waits.add(new HostWait(drive.toString(), device::onStop, device::resume, pause));
        slots.accept(VirtioPciFunction.of(device, memory, clock));
      }
    }
    for (BusHost bus : buses) {
      ScsiHost host = bus.powerOn();
      waits.add(new HostWait(bus.toString(), host::onStop, host::resume, pause));
      slots.accept(VirtioPciFunction.of(host, memory, clock));
    }
    for (Drive drive : drives) {
      if (drive.options().scsi() != null) {
        drive.plugInto(buses.get(drive.options().scsi().bus()).host());
      }
    }
    otherCards.forEach(card -> slots.accept(card.apply(memory, clock)));
  }

  /** {@return what devices wait for, in one line; empty if none does} */
  public String waitsFor() {
    return waits.stream()
        .flatMap(wait -> wait.waitsFor().stream())
        .collect(Collectors.joining("; "));
  }

  /**
   * Lets the devices that wait for the host try again.
   *
   * @return whether none waits any longer
   */
  public boolean resume() {
    boolean goesOn = true;
    for (HostWait wait : waits) {
      goesOn &= wait.resume();
    }
    return goesOn;
  }

  /** {@return the SCSI hosts} */
  public List<BusHost> buses() {
    return Collections.unmodifiableList(buses);
  }

  /** {@return the drives, in the order in which they were named} */
  public List<Drive> list() {
    return Collections.unmodifiableList(drives);
  }

  /** {@return what the user wants of each} */
  public List<DriveOptions> options() {
    return drives.stream().map(Drive::options).toList();
  }

  /**
   * Puts all that was written on stable storage.
   *
   * @throws IOException if that is not certain of an image
   */
  public void flush() throws IOException {
    for (Drive drive : drives) {
      drive.flush();
    }
  }

  /**
   * Saves by what the drives are known again.
   *
   * @param out where to
   * @throws IOException if that fails, or a SCSI host has no drive that tells of it
   */
  public void save(StateWriter out) throws IOException {
    for (int bus = 0; bus < buses.size(); bus++) {
      int number = bus;
      if (drives.stream().noneMatch(drive -> drive.options().isOn(number))) {
        throw new IOException(
            "bus %d has no drive, and could not be restored; drive add if=scsi,bus=%d,media=cdrom"
                .formatted(bus, bus));
      }
    }
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
  public void load(StateReader in) throws IOException {
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
