package dev.virtio4j.jpc.boot;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jpc.support.ArrayBackedSeekableIODevice;
import org.jpc.support.BlockDevice;
import org.jpc.support.DriveSet;
import org.jpc.support.HDBlockDevice;

/**
 * JPC's own drives, which its options name.
 *
 * <p>Answers a fault: of a file that is not there, JPC makes an empty one or leaves out the drive,
 * and says nothing. This can go when {@code DriveSet.buildFromArgs} throws.
 */
final class OwnDrives {
  // spotless:off
  private static final Map<String, Function<DriveSet, BlockDevice>> OPTIONS = Map.of(
      "fda",   drives -> drives.getFloppyDrive(0),
      "fdb",   drives -> drives.getFloppyDrive(1),
      "hda",   drives -> drives.getHardDrive(0),
      "hdb",   drives -> drives.getHardDrive(1),
      "hdc",   drives -> drives.getHardDrive(2),
      "hdd",   drives -> drives.getHardDrive(3),
      "cdrom", drives -> drives.getHardDrive(2));
  // spotless:on

  /** Stands before a directory that JPC shows as a FAT32 disk, and before that perhaps SYNC. */
  private static final String DIRECTORY = "dir:";

  private static final String SYNC = "sync:";

  private final String[] arguments;
  private final List<Named> named = new ArrayList<>();

  /** A drive that an option names. */
  private record Named(String option, String text) {
    IllegalArgumentException wrong(String why) {
      return new IllegalArgumentException("JPC's option -" + option + " " + text + ": " + why);
    }

    /** JPC has other kinds of drives, too, with other words before a colon. */
    void checkFile() {
      if (text.startsWith(DIRECTORY)) {
        String directory = text.substring(DIRECTORY.length());
        if (!Files.isDirectory(Path.of(directory.replaceFirst("^" + SYNC, "")))) {
          throw wrong("no such directory");
        }
      } else if (!text.contains(":")) {
        if (!Files.exists(Path.of(text))) {
          throw wrong("no such file");
        }
        if (Files.isDirectory(Path.of(text))) {
          throw wrong("is a directory, which is written " + DIRECTORY + text);
        }
      }
    }
  }

  /**
   * Reads what drives there are to be; none is opened.
   *
   * @param options JPC's options
   * @throws IllegalArgumentException if a file is not there; the message is one line that says so
   */
  OwnDrives(List<String> options) {
    arguments = options.toArray(String[]::new);
    for (int i = 0; i + 1 < arguments.length; i++) {
      String option = arguments[i].replaceFirst("^-", "");
      if (OPTIONS.containsKey(option)) {
        named.add(new Named(option, arguments[i + 1]));
      }
    }
    named.forEach(Named::checkFile);
  }

  /**
   * Opens them.
   *
   * @return the drives
   * @throws IllegalArgumentException if one can't be opened
   */
  DriveSet open() {
    DriveSet opened;
    try {
      opened = DriveSet.buildFromArgs(arguments);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "JPC's options " + String.join(" ", arguments) + ": it has no such kind of drive", e);
    }
    for (Named drive : named) {
      if (OPTIONS.get(drive.option).apply(opened) == null) {
        throw drive.wrong("JPC can't open that");
      }
    }
    return opened;
  }

  /**
   * Opens them, behind a disk that JPC's BIOS boots.
   *
   * @param image the disk
   * @return the drives
   * @throws IllegalArgumentException if one can't be opened, or if there is such a disk already
   */
  DriveSet openBehind(byte[] image) {
    List<String> given = List.of(arguments);
    if (given.contains("-hda") || given.contains("-boot")) {
      throw new IllegalArgumentException(
          "a kernel boots from JPC's first disk: leave out JPC's -hda and -boot, or --kernel");
    }
    DriveSet others = open();
    return new DriveSet(
        DriveSet.BootType.HARD_DRIVE,
        others.getFloppyDrive(0),
        others.getFloppyDrive(1),
        new HDBlockDevice(new ArrayBackedSeekableIODevice("kernel", image)),
        others.getHardDrive(1),
        others.getHardDrive(2),
        others.getHardDrive(3));
  }
}
