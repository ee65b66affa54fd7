package dev.virtio4j.drive;

import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The SCSI host of a bus. It is made anew for each power-on. */
public final class BusHost {
  private final int bus;

  /** What the drives say of it. */
  private final Map<DriveKey, String> keys;

  private ScsiHost host;
  private DriveCounters before;

  private BusHost(int bus, Map<DriveKey, String> keys) {
    this.bus = bus;
    this.keys = keys;
  }

  /**
   * Finds out which hosts a machine is to have.
   *
   * @param drives what the user wants
   * @return a host for each bus, in their order
   * @throws IOException if there are gaps between them, or drives don't agree on their host
   */
  static List<BusHost> of(List<DriveOptions> drives) throws IOException {
    Map<Integer, BusHost> buses = new TreeMap<>();
    for (DriveOptions drive : drives) {
      if (drive.scsi() != null) {
        buses
            .computeIfAbsent(
                drive.scsi().bus(), bus -> new BusHost(bus, new EnumMap<>(DriveKey.class)))
            .takeKeys(drive);
      }
    }
    for (int bus = 0; bus < buses.size(); bus++) {
      if (!buses.containsKey(bus)) {
        throw new IOException(
            "no drive has bus=" + bus + ", and there are later ones; number them without a gap");
      }
    }
    return new ArrayList<>(buses.values());
  }

  private void takeKeys(DriveOptions drive) throws IOException {
    for (DriveKey key : DriveKey.OF_HOST) {
      String given = drive.given().get(key);
      String other = given == null ? null : keys.putIfAbsent(key, given);
      if (other != null && !other.equals(given)) {
        throw disagrees(drive, key, other);
      }
    }
  }

  private IOException disagrees(DriveOptions drive, DriveKey key, String value) {
    return new IOException(
        "%s: %s=%s is of the SCSI host, and bus %d has %s; give it once, or the same to all"
            .formatted(drive.file(), key.id(), drive.value(key), bus, value));
  }

  /**
   * What a drive on this bus says of its host.
   *
   * @param drive what the user wants
   * @return the values of those keys that are given for the bus
   * @throws IOException if the drive has other values
   */
  Map<DriveKey, String> keysFor(DriveOptions drive) throws IOException {
    for (DriveKey key : DriveKey.OF_HOST) {
      if (!drive.given().getOrDefault(key, value(key)).equals(value(key))) {
        throw disagrees(drive, key, value(key));
      }
    }
    return keys;
  }

  /**
   * Makes a host for a machine that is about to be powered on.
   *
   * @return the host, without units
   */
  ScsiHost powerOn() {
    before = host == null ? null : counters();
    host = new ScsiHost(options().scsi().host());
    return host;
  }

  /** Those of an empty drive on the bus. */
  private DriveOptions options() {
    Map<DriveKey, String> drive = new EnumMap<>(keys);
    drive.put(DriveKey.IF, "scsi");
    drive.put(DriveKey.MEDIA, "cdrom");
    return DriveOptions.of(drive);
  }

  /** The host since the machine was powered on. */
  ScsiHost host() {
    return host;
  }

  /**
   * The value of a key of the host.
   *
   * @param key the key
   * @return what it has, or its default
   */
  public String value(DriveKey key) {
    return keys.getOrDefault(key, key.byDefault());
  }

  /** {@return what all its hosts did} */
  public DriveCounters counters() {
    DriveCounters now = DriveCounters.of(host);
    return before == null ? now : before.plus(now);
  }

  /** What a user is told to know which it is. */
  @Override
  public String toString() {
    return "bus " + bus;
  }
}
