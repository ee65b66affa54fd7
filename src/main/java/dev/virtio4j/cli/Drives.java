package dev.virtio4j.cli;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The open drives of a machine, in the order of their slots. */
final class Drives implements Closeable {
  private final List<Drive> drives = new ArrayList<>();

  private Drives() {}

  /**
   * Opens all images, or none.
   *
   * @param options what the user wants
   * @param snapshot whether what is written is thrown away at the end
   * @return the drives; to be closed
   * @throws IOException if an image is not as it should be
   */
  static Drives open(List<DriveOptions> options, boolean snapshot) throws IOException {
    Drives opened = new Drives();
    try {
      for (DriveOptions drive : options) {
        opened.drives.add(Drive.open(drive, snapshot));
      }
    } catch (IOException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  /**
   * Makes a device of each for a machine that is about to be powered on.
   *
   * @param memory the machine's
   * @param clock the machine's
   * @param slots takes each device as a PCI function
   * @throws IllegalArgumentException if an image is none for such a device, or there are too many
   */
  void plugInto(GuestMemory memory, EventClock clock, Consumer<PciFunction> slots) {
    for (Drive drive : drives) {
      slots.accept(drive.attach(memory, clock));
    }
  }

  /** What the devices did, a line for each drive. */
  List<String> figures() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < drives.size(); i++) {
      lines.add("drive " + i + " " + drives.get(i).figures());
    }
    return lines;
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

  @Override
  public void close() throws IOException {
    for (Drive drive : drives) {
      drive.close();
    }
  }
}
