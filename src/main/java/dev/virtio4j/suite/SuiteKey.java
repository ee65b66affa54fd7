package dev.virtio4j.suite;

import static dev.virtio4j.suite.Section.CASE;
import static dev.virtio4j.suite.Section.CHECK;
import static dev.virtio4j.suite.Section.COUNTER;
import static dev.virtio4j.suite.Section.IMAGE;
import static dev.virtio4j.suite.Section.STEP;
import static dev.virtio4j.suite.Section.SUITE;
import static dev.virtio4j.suite.Section.TIME;

import java.util.Set;

/**
 * The keys of a suite: a row each, with the maps that have it. The messages about unknown keys come
 * from here; tests compare the JSON schema and the tables in the README.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the sets
enum SuiteKey {
  // spotless:off
  NAME         ("name",       Set.of(SUITE),                  "TEXT",                 "what reports call the suite; without it the file's name"),
  DEFAULTS     ("defaults",   Set.of(SUITE),                  "map",                  "keys of all cases that have none of their own"),
  VARIABLES    ("variables",  Set.of(SUITE),                  "map",                  "`${NAME}` stands for the value, in any text of the suite"),
  INCLUDE      ("include",    Set.of(SUITE),                  "list of FILE",         "suites whose defaults, variables, matrix and cases are added; what this file says goes first"),
  MATRIX       ("matrix",     Set.of(SUITE, CASE),            "map of lists",         "runs each case, or this one, once for each combination of values"),
  CASES        ("cases",      Set.of(SUITE),                  "map",                  "each case by its name"),

  KERNEL       ("kernel",     Set.of(Section.DEFAULTS, CASE), "FILE",                 "boots this bzImage"),
  INITRD       ("initrd",     Set.of(Section.DEFAULTS, CASE), "FILE",                 "the kernel's initial RAM disk"),
  APPEND       ("append",     Set.of(Section.DEFAULTS, CASE), "TEXT",                 "the kernel's command line"),
  FIRMWARE     ("firmware",   Set.of(Section.DEFAULTS, CASE), "FILE",                 "boots this BIOS image, in place of a kernel"),
  FROM         ("from",       Set.of(CASE),                   "CASE@CHECKPOINT",      "goes on there, with that case's machine and drives, in place of booting"),
  HOST         ("host",       Set.of(Section.DEFAULTS, CASE), "reference or jpc",     "the emulator; without it the reference PC"),
  MEMORY       ("memory",     Set.of(Section.DEFAULTS, CASE), "SIZE",                 "RAM, as for `--memory`; without it 128M"),
  DRIVES       ("drives",     Set.of(Section.DEFAULTS, CASE), "list",                 "each as for `--drive`, or as a map of the same keys"),
  DEVICES      ("devices",    Set.of(Section.DEFAULTS, CASE), "list of maps",         "devices of plugins: `type`, and the keys of that type"),
  STEPS        ("steps",      Set.of(CASE),                   "list",                 "what is done, one after the other"),
  FAIL_IF      ("fail-if",    Set.of(Section.DEFAULTS, CASE), "list of REGEX",        "fails when one comes on the serial line at any time; a case adds to the defaults"),
  CHECKS       ("check",      Set.of(CASE),                   "list",                 "what must hold when the steps are done"),
  TIMEOUT      ("timeout",    Set.of(Section.DEFAULTS, CASE), "TIME",                 "the longest that the guest may take for a case, in emulated time; without it 300s"),

  EXPECT       ("expect",     Set.of(STEP),                   "REGEX",                "waits until this comes on the serial line"),
  STEP_TIMEOUT ("timeout",    Set.of(STEP),                   "TIME",                 "how long `expect` waits, in emulated time; without it as long as the case may take"),
  SEND         ("send",       Set.of(STEP),                   "TEXT",                 "types on the serial line; in double quotes `\\n` is Enter"),
  WAIT         ("wait",       Set.of(STEP),                   "TIME",                 "lets the guest run on, in emulated time"),
  MONITOR      ("monitor",    Set.of(STEP),                   "COMMAND",              "a command for the monitor, which must succeed"),
  CHECKPOINT   ("checkpoint", Set.of(STEP),                   "NAME",                 "a state that other cases can go on from"),

  IMAGE_CHECK  ("image",      Set.of(CHECK),                  "map",                  "of the content of a drive, with what the guest wrote"),
  COUNTER_CHECK("counter",    Set.of(CHECK),                  "map",                  "of a counter of a drive, as in `--stats`"),
  EXIT         ("exit",       Set.of(CHECK),                  "REASON",               "how the run ends, as in `--stats`: expected, powered_off, crashed, saved, quit or timeout; without it expected, when all steps are done"),
  TIME_CHECK   ("time",       Set.of(CHECK),                  "map",                  "of how long the guest took, in emulated time"),

  DRIVE        ("drive",      Set.of(IMAGE, COUNTER),         "NUMBER or NAME",       "its place in `drives`, from 0, or its id"),
  UNCHANGED    ("unchanged",  Set.of(IMAGE),                  "true",                 "it is as it was before the case"),
  SHA256       ("sha256",     Set.of(IMAGE),                  "HEX",                  "the hash of the range"),
  BYTES        ("bytes",      Set.of(IMAGE),                  "HEX",                  "the bytes at `offset`; blanks don't count"),
  TEXT         ("text",       Set.of(IMAGE),                  "TEXT",                 "the same as UTF-8"),
  EQUALS_FILE  ("equals",     Set.of(IMAGE),                  "FILE",                 "the range is the same as this file, from its beginning"),
  OFFSET       ("offset",     Set.of(IMAGE),                  "SIZE",                 "where the range begins; without it at 0"),
  LENGTH       ("length",     Set.of(IMAGE),                  "SIZE",                 "of `sha256` and `equals`; without it to the end"),

  COUNTER_NAME ("name",       Set.of(COUNTER),                "COUNTER or list",      "such as `reads`; of a list the first that the drive has: those of a block device and of a SCSI disk differ"),
  EQUALS_COUNT ("equals",     Set.of(COUNTER),                "NUMBER",               "it is this"),
  LEAST_COUNT  ("at-least",   Set.of(COUNTER),                "NUMBER",               "it is this or more"),
  MOST_COUNT   ("at-most",    Set.of(COUNTER),                "NUMBER",               "it is this or less"),

  LEAST_TIME   ("at-least",   Set.of(TIME),                   "TIME",                 "it took so long or longer"),
  MOST_TIME    ("at-most",    Set.of(TIME),                   "TIME",                 "it took no longer");
  // spotless:on

  private final String id;
  private final Set<Section> sections;
  private final String syntax;
  private final String help;

  SuiteKey(String id, Set<Section> sections, String syntax, String help) {
    this.id = id;
    this.sections = sections;
    this.syntax = syntax;
    this.help = help;
  }

  /** What stands before the colon. */
  String id() {
    return id;
  }

  /** Whether a map has it. */
  boolean isOf(Section section) {
    return sections.contains(section);
  }

  /** What may stand behind the colon. */
  String syntax() {
    return syntax;
  }

  /** What it is for, in Markdown. */
  String help() {
    return help;
  }
}
