package dev.virtio4j.jpc;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Drives as the command line has them. JPC can't be made to stand still between two instructions:
 * where a drive waits for the host, as with {@code werror=stop}, its request waits, the guest goes
 * on, and the host is tried again every second.
 */
final class DriveDevices implements Devices {
  private static final long RETRY = 1_000_000_000;

  private final Drives drives;

  private DriveDevices(Drives drives) {
    this.drives = drives;
  }

  /**
   * Opens all images, or none.
   *
   * @param keys what stands after each {@code --drive}
   * @return the drives
   * @throws IOException if an image is not as it should be
   * @throws IllegalArgumentException if a key or a value is not one of those there are
   */
  static DriveDevices open(String... keys) throws IOException {
    return new DriveDevices(Drives.open(Stream.of(keys).map(DriveOptions::parse).toList(), false));
  }

  @Override
  public List<PciFunction> powerOn(GuestMemory memory, EventClock clock) {
    List<PciFunction> functions = new ArrayList<>();
    Retry retry = new Retry(clock);
    drives.plugInto(memory, clock, functions::add, retry::soon);
    return functions;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    drives.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    drives.load(in);
  }

  @Override
  public void close() throws IOException {
    try (drives) {
      drives.flush();
    }
  }

  /** Tries the host again for drives that wait for it. */
  private final class Retry {
    private final EventClock clock;
    private final EventClock.Timer timer;

    Retry(EventClock clock) {
      this.clock = clock;
      timer = clock.timer(this::now);
    }

    void soon() {
      timer.at(clock.now() + RETRY);
    }

    private void now() {
      if (!drives.resume()) {
        soon();
      }
    }
  }
}
