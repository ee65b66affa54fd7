package dev.virtio4j.cli;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.block.Overlay;
import dev.virtio4j.block.TimedBackend;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.virtio.blk.BlkCounters;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An open drive. Its device is made anew for each power-on; the image stays. */
final class Drive implements Closeable {
  private static final String SECTION = "drive";

  private final String name;
  private final DriveOptions options;
  private final TimedBackend image;
  private final FaultyBackend faults;
  private final BlockBackend disk;

  /** What --snapshot keeps of the guest's writes; null without it. */
  private final Overlay temporary;

  private final List<BlkCounters> before = new ArrayList<>();
  private BlkDevice device;
  private String waitsFor;

  /**
   * Makes a drive.
   *
   * @param name what the monitor calls it
   * @param options what the user wants
   * @param image its content; closed with the drive
   */
  Drive(String name, DriveOptions options, BlockBackend image) {
    this.name = name;
    this.options = options;
    this.image = new TimedBackend(image);
    faults = image instanceof FaultyBackend faulty ? faulty : null;
    disk = faults == null ? image : faults.base();
    temporary = disk instanceof Overlay overlay && overlay.isTemporary() ? overlay : null;
  }

  /**
   * Opens the image.
   *
   * @param name what the monitor calls the drive
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drive
   * @throws IOException if the image is not as it should be
   */
  static Drive open(String name, DriveOptions options, boolean snapshot) throws IOException {
    return new Drive(name, options, options.image().open(snapshot));
  }

  /**
   * Makes a device for a machine that is about to be powered on.
   *
   * @param memory the machine's
   * @param clock the machine's
   * @param pause makes the machine stand still: the device waits for the host
   * @return the device as a PCI function
   * @throws IllegalArgumentException if the image is none for such a device
   */
  PciFunction attach(GuestMemory memory, EventClock clock, Runnable pause) {
    if (device != null) {
      before.add(device.counters());
    }
    try {
      device = new BlkDevice(image, options.device());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(options.file() + ": " + e.getMessage(), e);
    }
    waitsFor = null;
    device.onStop(
        why -> {
          waitsFor = why;
          pause.run();
        });
    return VirtioPciFunction.of(device, memory, clock);
  }

  /** What the device waits for; nothing if it does not wait for the host. */
  Optional<String> waitsFor() {
    return Optional.ofNullable(waitsFor);
  }

  /**
   * Lets a device that waits for the host try again.
   *
   * @return whether it waits no longer
   */
  boolean resume() {
    if (waitsFor != null) {
      waitsFor = null;
      device.resume();
    }
    return waitsFor == null;
  }

  /**
   * Changes the size of the disk, and tells the guest.
   *
   * @param bytes the new size
   * @throws IOException if the image can't have it; nothing has changed then
   * @throws IllegalArgumentException if it is none for this disk
   */
  void resize(long bytes) throws IOException {
    device.resize(bytes);
  }

  /** What the monitor calls it. */
  String name() {
    return name;
  }

  DriveOptions options() {
    return options;
  }

  /** What a user is told to know which it is. */
  @Override
  public String toString() {
    return name + " " + options.file();
  }

  /** In one line: name, size in bytes, and the keys that were given. */
  String describe() {
    return name + " " + image.size() + " " + options.text();
  }

  /** The image, with the time it took. */
  TimedBackend image() {
    return image;
  }

  /** What all its devices did. */
  BlkCounters counters() {
    return before.stream().reduce(device.counters(), BlkCounters::plus);
  }

  /**
   * Puts what was written on stable storage.
   *
   * @throws IOException if that is not certain
   */
  void flush() throws IOException {
    disk.flush(); // not one that faults count
  }

  @Override
  public void close() throws IOException {
    image.close();
  }

  /**
   * Saves by what the drive is known again, what no image of its keeps, and how far its faults have
   * got; and puts what was written on stable storage.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  void save(StateWriter out) throws IOException {
    flush();
    out.begin(SECTION, 1);
    out.text(String.join("\n", options.seenByGuest()));
    for (Path file : options.image().files()) {
      FileStamp.of(file).save(out);
    }
    if (faults != null) {
      for (long matches : faults.progress()) {
        out.i64(matches);
      }
    }
    out.flag(temporary != null);
    if (temporary != null) {
      temporary.copyTo(out.data());
    }
    out.end();
  }

  /**
   * Makes sure that this is the drive that was saved, and takes over what was saved of it.
   *
   * @param in where from
   * @throws IOException with one line that says what differs, or if it can't be read
   */
  void load(StateReader in) throws IOException {
    in.begin(SECTION, 1);
    checkOptions(List.of(in.text().split("\n", -1)));
    for (Path file : options.image().files()) {
      FileStamp then = FileStamp.load(in);
      FileStamp now = FileStamp.of(file);
      if (!now.equals(then)) {
        throw new StateException(
            "%s was changed since the machine was saved: it had %s, and has %s"
                .formatted(file.equals(options.file()) ? "the image" : file, then, now));
      }
    }
    if (faults != null) { // then the one that was saved had the same
      long[] progress = faults.progress();
      for (int i = 0; i < progress.length; i++) {
        progress[i] = in.i64(0, Long.MAX_VALUE, "what matched a fault");
      }
      faults.resume(progress);
    }
    if (in.flag()) {
      if (temporary == null) {
        throw new StateException("was saved with --snapshot; restore it with --snapshot");
      }
      temporary.copyFrom(in.data());
    }
    in.end();
  }

  private void checkOptions(List<String> was) throws StateException {
    List<String> is = options.seenByGuest();
    for (int i = 0; i < is.size(); i++) {
      if (i >= was.size() || !was.get(i).equals(is.get(i))) {
        String other = i < was.size() ? was.get(i) : "other options";
        throw new StateException("was saved with " + other + ", and now has " + is.get(i));
      }
    }
  }
}
