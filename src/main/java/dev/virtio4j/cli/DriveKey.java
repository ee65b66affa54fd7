package dev.virtio4j.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The keys of {@code --drive}: a row each, from which come the help, the table in the README (a
 * test compares it) and the error messages. A default is read as if it were written.
 *
 * <p>What may stand behind the equals sign is either words with a bar between them, or says in
 * capitals what it is; {@link DriveValues} reads it.
 */
enum DriveKey {
  // spotless:off
  FILE               ("file",                "FILE",                "",          "the image"),
  ID                 ("id",                  "NAME",                "",          "what the monitor calls it; without one drive0, drive1 and so on"),
  IF                 ("if",                  "virtio",              "virtio",    "the device that the guest sees"),
  FORMAT             ("format",              "raw|qcow2|overlay",   "raw",       "how the file is written; never guessed"),
  BASE               ("base",                "FILE",                "",          "what an overlay lies over"),
  BASE_FORMAT        ("base-format",         "raw|qcow2",           "raw",       "how the base is written"),
  BACKING            ("backing",             "FILE",                "",          "what a qcow2 image names as its backing file"),
  BACKING_FORMAT     ("backing-format",      "raw|qcow2",           "",          "how the backing file is written"),
  READONLY           ("readonly",            "on|off",              "off",       "the guest may only read"),
  SERIAL             ("serial",              "TEXT",                "",          "serial number: up to 20 printable characters of ASCII"),
  LOGICAL_BLOCK_SIZE ("logical_block_size",  "SIZE",                "512",       "smallest transfer: 512 or 4096"),
  PHYSICAL_BLOCK_SIZE("physical_block_size", "SIZE",                "0",         "block of the medium, a hint: a power of two up to 2M; 0: the logical block"),
  MIN_IO_SIZE        ("min_io_size",         "SIZE",                "0",         "smallest good transfer, a hint: up to 65535 logical blocks; 0: none"),
  OPT_IO_SIZE        ("opt_io_size",         "SIZE",                "0",         "best transfer, a hint: any number of logical blocks; 0: none"),
  CYLS               ("cyls",                "NUMBER",              "0",         "cylinders: 1 to 65535; 0: made up from the size"),
  HEADS              ("heads",               "NUMBER",              "0",         "heads: 1 to 255; 0: made up"),
  SECS               ("secs",                "NUMBER",              "0",         "sectors in a track: 1 to 255; 0: made up"),
  DISCARD            ("discard",             "unmap|ignore",        "unmap",     "whether blocks that the guest discards give their space back to the host"),
  CACHE              ("cache", "writeback|writethrough|unsafe",     "writeback", "when a write is on stable storage: after a flush, at once, or nobody knows"),
  RERROR             ("rerror",              "report|stop|ignore",  "report",    "when the host can't read: an error for the guest, the machine stands still, or nothing"),
  WERROR             ("werror",              "report|stop|ignore",  "report",    "when the host can't write, as on a full disk: the same"),
  NUM_QUEUES         ("num-queues",          "NUMBER",              "1",         "virtqueues: 1 to 64; 1 unless spec=default"),
  QUEUE_SIZE         ("queue-size",          "NUMBER",              "256",       "descriptors in a virtqueue: a power of two from 4 to 1024"),
  SPEC               ("spec", "0.8.9|0.9.4|0.9.5|default",          "default",   "the text that the device goes by; default: all that guests use"),
  FAULT              ("fault",               "PLAN",                "",          "what is to go wrong with the image, to test guests"),
  LATENCY            ("latency",             "TIME",                "0",         "how long each request takes"),
  BPS                ("bps",                 "SIZE",                "0",         "most bytes in a second; 0: no limit"),
  BPS_RD             ("bps_rd",              "SIZE",                "0",         "most bytes read in a second; 0: no limit"),
  BPS_WR             ("bps_wr",              "SIZE",                "0",         "most bytes written in a second; 0: no limit"),
  IOPS               ("iops",                "NUMBER",              "0",         "most reads and writes in a second; 0: no limit"),
  IOPS_RD            ("iops_rd",             "NUMBER",              "0",         "most reads in a second; 0: no limit"),
  IOPS_WR            ("iops_wr",             "NUMBER",              "0",         "most writes in a second; 0: no limit");
  // spotless:on

  private final String id;
  private final String syntax;
  private final String byDefault;
  private final String help;

  DriveKey(String id, String syntax, String byDefault, String help) {
    this.id = id;
    this.syntax = syntax;
    this.byDefault = byDefault;
    this.help = help;
  }

  /**
   * Finds a key.
   *
   * @param id what stands before the equals sign
   * @return the key
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static DriveKey of(String id) {
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

  /** What stands before the equals sign. */
  String id() {
    return id;
  }

  /** What may stand behind it. */
  String syntax() {
    return syntax;
  }

  /** The value where none is given; empty for nothing. */
  String byDefault() {
    return byDefault;
  }

  /** What it is for. */
  String help() {
    return help;
  }

  /** The words of a choice; for other keys what their values are. */
  List<String> words() {
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
