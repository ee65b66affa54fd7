package dev.virtio4j.drive;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.TimedBackend;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.CdromUnit;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.scsi.ScsiHost;
import java.io.Closeable;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/** A drive. What the guest sees of it is made anew for each power-on; the image stays. */
public final class Drive implements Closeable {
  private static final String SECTION = "drive";

  private DriveOptions options;

  /** Its content; null for nothing. */
  private OpenImage image;

  private FrontEnd front;
  private DriveCounters before;

  /**
   * Makes a drive.
   *
   * @param options what the user wants, with a name and a place
   * @param image its content, closed with the drive; null for nothing
   */
  public Drive(DriveOptions options, OpenImage image) {
    this.options = options;
    this.image = image;
  }

  /**
   * Opens the image.
   *
   * @param options what the user wants, with a name and a place
   * @param snapshot whether what is written is thrown away at the end
   * @return the drive
   * @throws IOException if the image is not as it should be
   */
  static Drive open(DriveOptions options, boolean snapshot) throws IOException {
    return new Drive(options, openImage(options, snapshot));
  }

  private static OpenImage openImage(DriveOptions options, boolean snapshot) throws IOException {
    return options.image() == null
        ? null
        : new OpenImage(options.files(), options.image().open(snapshot));
  }

  /**
   * Makes a block device for a machine that is about to be powered on.
   *
   * @return the device
   * @throws IllegalArgumentException if the image is none for such a device
   */
  BlkDevice powerOn() {
    try {
      BlkDevice device = new BlkDevice(content(), options.device());
      seenAs(new BlkFront(device));
      return device;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(options.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Plugs it into a SCSI host, for a machine that is about to be powered on, or that runs.
   *
   * @param host the host of its bus
   * @throws IllegalArgumentException if the image is none for such a unit, or its place is taken
   */
  void plugInto(ScsiHost host) {
    try {
      seenAs(
          options.kind() == DriveKind.CDROM
              ? new CdromFront(host, options.scsi(), content())
              : new ScsiDiskFront(host, options.scsi(), content()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(options.file() + ": " + e.getMessage(), e);
    }
  }

  private BlockBackend content() {
    return image == null ? null : image.backend();
  }

  private void seenAs(FrontEnd newFront) {
    before = front == null ? null : counters();
    front = newFront;
  }

  /**
   * Changes the size of the disk, and tells the guest.
   *
   * @param bytes the new size
   * @throws IOException if the image can't have it; nothing has changed then
   * @throws IllegalArgumentException if it is none for this disk
   */
  public void resize(long bytes) throws IOException {
    front.resize(bytes);
  }

  /**
   * Takes it away from the guest, flushed.
   *
   * @throws IOException if it is not certain that all is on stable storage; it stays then
   * @throws IllegalArgumentException if this can't be done while the machine runs
   */
  void unplug() throws IOException {
    flush();
    front.unplug();
  }

  /**
   * Takes the disc out of a CD-ROM drive.
   *
   * @param force whether to do so although the guest prevents it
   * @throws IOException if its image can't be closed
   * @throws IllegalArgumentException if there is no disc, or it can't be taken out
   */
  public void eject(boolean force) throws IOException {
    CdromUnit tray = front.tray();
    if (!tray.hasMedium()) {
      throw new IllegalArgumentException("has no disc");
    }
    if (tray.eject(force) == null) {
      throw new IllegalArgumentException(
          "the guest holds the disc, and was asked to let it go; or take it: eject --force "
              + name());
    }
    options = options.withImage(Map.of());
    close();
    image = null;
  }

  /**
   * Puts a disc into a CD-ROM drive.
   *
   * @param keys what is said of its image
   * @throws IOException if the image is not as it should be
   * @throws IllegalArgumentException if there is a disc already, or a key is not of an image
   */
  public void insert(Map<DriveKey, String> keys) throws IOException {
    CdromUnit tray = front.tray();
    if (tray.hasMedium()) {
      throw new IllegalArgumentException("there is a disc in it: eject " + name() + " first");
    }
    for (DriveKey key : keys.keySet()) {
      if (!DriveKey.OF_IMAGE.contains(key)) {
        throw new IllegalArgumentException(key.id() + "= is not of a disc; give file= and format=");
      }
    }
    DriveOptions withDisc = options.withImage(keys);
    image = openImage(withDisc, false);
    if (image == null) {
      throw new IllegalArgumentException("no file= names the image");
    }
    options = withDisc;
    tray.insert(content());
  }

  /** {@return what the monitor calls it} */
  public String name() {
    return options.value(DriveKey.ID);
  }

  /**
   * What the user wants of it.
   *
   * @return the options, with its name, its place and the disc that is in it
   */
  public DriveOptions options() {
    return options;
  }

  /** What a user is told to know which it is. */
  @Override
  public String toString() {
    return name() + " " + options.file();
  }

  /** {@return in one line: name, size in bytes, and its keys} */
  public String describe() {
    return name() + " " + (image == null ? 0 : content().size()) + " " + options.text();
  }

  /** {@return the image, with the time it took; null for nothing} */
  public TimedBackend image() {
    return image == null ? null : image.backend();
  }

  /** {@return what the guest has of the image, without faults; null for nothing} */
  public BlockBackend disk() {
    return image == null ? null : image.disk();
  }

  /**
   * Tells two states of the image apart.
   *
   * @param digest gets what the guest changed since the image was opened
   * @throws IOException if it can't be read
   */
  public void addState(MessageDigest digest) throws IOException {
    if (image != null) {
      image.addState(digest);
    }
  }

  /** {@return what it did, over all power-ons} */
  public DriveCounters counters() {
    DriveCounters now = front.counters();
    return before == null ? now : before.plus(now);
  }

  /**
   * Puts what was written on stable storage.
   *
   * @throws IOException if that is not certain
   */
  void flush() throws IOException {
    if (image != null) {
      image.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (image != null) {
      image.close();
    }
  }

  /**
   * Saves by what the drive is known again; and puts what was written on stable storage.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  void save(StateWriter out) throws IOException {
    out.begin(SECTION, 2);
    out.text(String.join("\n", options.seenByGuest()));
    out.flag(image != null);
    if (image != null) {
      image.save(out);
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
    in.begin(SECTION, 2);
    checkOptions(List.of(in.text().split("\n", -1)));
    boolean had = in.flag();
    if (had != (image != null)) {
      throw new StateException(
          had ? "was saved with a disc; name it by file=" : "was saved empty; leave out file=");
    }
    if (image != null) {
      image.load(in);
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
