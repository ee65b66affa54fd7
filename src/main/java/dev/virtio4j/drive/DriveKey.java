package dev.virtio4j.drive;

import static dev.virtio4j.drive.DriveKind.ALL;
import static dev.virtio4j.drive.DriveKind.BLOCK;
import static dev.virtio4j.drive.DriveKind.DISKS;
import static dev.virtio4j.drive.DriveKind.SCSI;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys of {@code --drive}: a row each, from which come the help, the table in the README (a
 * test compares it) and the error messages. A default is read as if it were written.
 *
 * <p>What may stand behind the equals sign is either words with a bar between them, or says in
 * capitals what it is; {@link DriveValues} reads it.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the sets
public enum DriveKey {
  // spotless:off
  /** file= */                FILE               ("file",                "FILE",                "",          ALL,   "the image; a CD-ROM drive without one is empty"),
  /** id= */                  ID                 ("id",                  "NAME",                "",          ALL,   "what the monitor calls it; without one drive0, drive1 and so on"),
  /** if= */                  IF                 ("if",                  "virtio|scsi",         "virtio",    ALL,   "the device that the guest sees: a block device, or a unit on a SCSI host"),
  /** bus= */                 BUS                ("bus",                 "NUMBER",              "0",         SCSI,  "if=scsi: which SCSI host, from 0 without a gap"),
  /** target= */              TARGET             ("target",              "NUMBER",              "",          SCSI,  "if=scsi: 0 to 255; without one the next that is free"),
  /** lun= */                 LUN                ("lun",                 "NUMBER",              "0",         SCSI,  "if=scsi: 0 to 16383"),
  /** media= */               MEDIA              ("media",               "disk|cdrom",          "disk",      SCSI,  "if=scsi: a disk, or a CD-ROM drive"),
  /** format= */              FORMAT             ("format",              "raw|qcow2|overlay",   "raw",       ALL,   "how the file is written; never guessed"),
  /** base= */                BASE               ("base",                "FILE",                "",          ALL,   "what an overlay lies over"),
  /** base-format= */         BASE_FORMAT        ("base-format",         "raw|qcow2",           "raw",       ALL,   "how the base is written"),
  /** backing= */             BACKING            ("backing",             "FILE",                "",          ALL,   "what a qcow2 image names as its backing file"),
  /** backing-format= */      BACKING_FORMAT     ("backing-format",      "raw|qcow2",           "",          ALL,   "how the backing file is written"),
  /** readonly= */            READONLY           ("readonly",            "on|off",              "off",       ALL,   "the guest may only read, as always from a CD-ROM"),
  /** serial= */              SERIAL             ("serial",              "TEXT",                "",          ALL,   "serial number: up to 20 printable characters of ASCII"),
  /** logical_block_size= */  LOGICAL_BLOCK_SIZE ("logical_block_size",  "SIZE",                "512",       ALL,   "smallest transfer: 512 or 4096; 2048 of a CD-ROM"),
  /** physical_block_size= */ PHYSICAL_BLOCK_SIZE("physical_block_size", "SIZE",                "0",         DISKS, "block of the medium, a hint: a power of two up to 2M; 0: the logical block"),
  /** min_io_size= */         MIN_IO_SIZE        ("min_io_size",         "SIZE",                "0",         DISKS, "smallest good transfer, a hint: up to 65535 logical blocks; 0: none"),
  /** opt_io_size= */         OPT_IO_SIZE        ("opt_io_size",         "SIZE",                "0",         DISKS, "best transfer, a hint: any number of logical blocks; 0: none"),
  /** cyls= */                CYLS               ("cyls",                "NUMBER",              "0",         BLOCK, "if=virtio: cylinders, 1 to 65535; 0: made up from the size"),
  /** heads= */               HEADS              ("heads",               "NUMBER",              "0",         BLOCK, "if=virtio: heads, 1 to 255; 0: made up"),
  /** secs= */                SECS               ("secs",                "NUMBER",              "0",         BLOCK, "if=virtio: sectors in a track, 1 to 255; 0: made up"),
  /** discard= */             DISCARD            ("discard",             "unmap|ignore",        "unmap",     DISKS, "whether blocks that the guest discards give their space back to the host"),
  /** cache= */               CACHE              ("cache", "writeback|writethrough|unsafe",     "writeback", DISKS, "when a write is on stable storage: after a flush, at once, or nobody knows"),
  /** rerror= */              RERROR             ("rerror",              "report|stop|ignore",  "report",    ALL,   "when the host can't read: an error for the guest, the machine stands still, or nothing"),
  /** werror= */              WERROR             ("werror",              "report|stop|ignore",  "report",    DISKS, "when the host can't write, as on a full disk: the same"),
  /** num-queues= */          NUM_QUEUES         ("num-queues",          "NUMBER",              "1",         ALL,   "virtqueues for requests: 1 to 64; of a block device 1 unless spec=default"),
  /** queue-size= */          QUEUE_SIZE         ("queue-size",          "NUMBER",              "256",       ALL,   "descriptors in a virtqueue: a power of two from 4 to 1024"),
  /** spec= */                SPEC               ("spec", "0.8.9|2011-04|2011-11|0.9.4|0.9.5|default", "default", ALL, "the text that the device goes by; default: all that guests use. 0.8.9 has block devices only, the drafts of 2011 SCSI hosts only"),
  /** fault= */               FAULT              ("fault",               "PLAN",                "",          ALL,   "what is to go wrong with the image, to test guests"),
  /** latency= */             LATENCY            ("latency",             "TIME",                "0",         ALL,   "how long each request takes"),
  /** bps= */                 BPS                ("bps",                 "SIZE",                "0",         ALL,   "most bytes in a second; 0: no limit"),
  /** bps_rd= */              BPS_RD             ("bps_rd",              "SIZE",                "0",         ALL,   "most bytes read in a second; 0: no limit"),
  /** bps_wr= */              BPS_WR             ("bps_wr",              "SIZE",                "0",         DISKS, "most bytes written in a second; 0: no limit"),
  /** iops= */                IOPS               ("iops",                "NUMBER",              "0",         ALL,   "most reads and writes in a second; 0: no limit"),
  /** iops_rd= */             IOPS_RD            ("iops_rd",             "NUMBER",              "0",         ALL,   "most reads in a second; 0: no limit"),
  /** iops_wr= */             IOPS_WR            ("iops_wr",             "NUMBER",              "0",         DISKS, "most writes in a second; 0: no limit");
  // spotless:on

  /** Those that say what the image is. */
  static final Set<DriveKey> OF_IMAGE =
      EnumSet.of(FILE, FORMAT, BASE, BASE_FORMAT, BACKING, BACKING_FORMAT, FAULT);

  /** Those that say what the SCSI host is; the drives of a bus share them. */
  public static final Set<DriveKey> OF_HOST = EnumSet.of(NUM_QUEUES, QUEUE_SIZE, SPEC);

  private final String id;
  private final String syntax;
  private final String byDefault;
  private final Set<DriveKind> kinds;
  private final String help;

  DriveKey(String id, String syntax, String byDefault, Set<DriveKind> kinds, String help) {
    this.id = id;
    this.syntax = syntax;
    this.byDefault = byDefault;
    this.kinds = kinds;
    this.help = help;
  }

  /**
   * Finds a key.
   *
   * @param id what stands before the equals sign
   * @return the key
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static DriveKey of(String id) {
    return Arrays.stream(values())
        .filter(key -> key.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown key '" + id + "'; " + list()));
  }

  /** All keys, in words. */
  static String list() {
    return "the keys are "
        + Arrays.stream(values()).map(DriveKey::id).collect(Collectors.joining(", "));
  }

  /** {@return what stands before the equals sign} */
  public String id() {
    return id;
  }

  /** {@return what may stand behind it} */
  public String syntax() {
    return syntax;
  }

  /** {@return the value where none is given; empty for nothing} */
  public String byDefault() {
    return byDefault;
  }

  /**
   * The value where none is given for one kind of drive.
   *
   * @param kind the kind
   * @return its value; empty for nothing
   */
  String byDefault(DriveKind kind) {
    if (kind == DriveKind.CDROM && this == LOGICAL_BLOCK_SIZE) {
      return "2048";
    }
    return kind == DriveKind.CDROM && this == READONLY ? "on" : byDefault;
  }

  /**
   * Tells whether a drive of some kind has this key.
   *
   * @param kind the kind
   * @return whether it has
   */
  public boolean isOf(DriveKind kind) {
    return kinds.contains(kind);
  }

  /** {@return what it is for} */
  public String help() {
    return help;
  }

  /** {@return the words of a choice; for other keys what their values are} */
  public List<String> words() {
    return List.of(syntax.split("\\|", -1));
  }

  /** What may stand behind the equals sign, for a message. */
  String allowed() {
    return switch (syntax) {
      case "NAME" -> "letters, digits, '.', '_' and '-'";
      case "NUMBER" -> "a number; " + help;
      case "SIZE" -> "a " + Sizes.EXAMPLES + "; " + help;
      case "TIME" -> "a time such as 100us or 5ms; " + help;
      default -> String.join(", ", words()).replaceFirst(", (?=[^,]*$)", " or ");
    };
  }
}
