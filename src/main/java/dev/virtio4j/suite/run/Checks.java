package dev.virtio4j.suite.run;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.Sha256;
import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.report.CheckResult;
import dev.virtio4j.suite.Check;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Looks whether what must hold at the end of a run does. */
final class Checks {
  private static final int PIECE = 256 * 1024;

  private final Drives drives;
  private final Recording recording;
  private final Map<String, String> imagesBefore;
  private final BootRun.Result run;

  /**
   * Looks at a run that has ended.
   *
   * @param drives the machine's, still open
   * @param recording what they did
   * @param imagesBefore {@link ImageStates} before the run
   * @param run how it ended
   */
  Checks(Drives drives, Recording recording, Map<String, String> imagesBefore, BootRun.Result run) {
    this.drives = drives;
    this.recording = recording;
    this.imagesBefore = imagesBefore;
    this.run = run;
  }

  /** What was expected, and what is so. */
  private record Finding(String expected, String found, boolean passed) {
    static Finding of(String expected, String found) {
      return new Finding(expected, found, expected.equals(found));
    }
  }

  List<CheckResult> results(List<Check> checks) {
    List<CheckResult> results = new ArrayList<>();
    for (Check check : checks) {
      Finding finding = finding(check);
      results.add(new CheckResult(check.text(), finding.expected, finding.found, finding.passed));
    }
    return results;
  }

  private Finding finding(Check check) {
    try {
      if (check instanceof Check.ImageSha256 hash) {
        return Finding.of(hash.hex(), sha256(hash));
      } else if (check instanceof Check.ImageBytes bytes) {
        return Finding.of(bytes.hex(), bytes(bytes));
      } else if (check instanceof Check.ImageEquals same) {
        return sameAsFile(same);
      } else if (check instanceof Check.ImageUnchanged image) {
        return Finding.of("unchanged", isUnchanged(image) ? "unchanged" : "changed");
      } else if (check instanceof Check.Counter counter) {
        return counter(counter);
      } else if (check instanceof Check.EmulatedTime time) {
        return emulatedTime(time);
      }
      return Finding.of(((Check.Exit) check).reason(), DriveCounters.id(run.ending()));
    } catch (IOException | IllegalArgumentException e) {
      return new Finding("", new BadInputException(e).getMessage(), false);
    }
  }

  private BlockBackend disk(String name) {
    BlockBackend disk = drives.find(name).disk();
    if (disk == null) {
      throw new IllegalArgumentException(name + " has no disc");
    }
    return disk;
  }

  /** The length of a range, to the end of the disk where it says so. */
  private static long length(BlockBackend disk, long offset, long length) {
    long left = disk.size() - offset;
    if (left < 0 || (length != Check.TO_END && length > left)) {
      throw new IllegalArgumentException("the image has only " + disk.size() + " bytes");
    }
    return Math.min(length, left);
  }

  private String sha256(Check.ImageSha256 check) throws IOException {
    BlockBackend disk = disk(check.drive());
    long length = length(disk, check.offset(), check.length());
    return Sha256.of(disk, check.offset(), check.offset() + length);
  }

  private String bytes(Check.ImageBytes check) throws IOException {
    BlockBackend disk = disk(check.drive());
    byte[] found = new byte[(int) length(disk, check.offset(), check.hex().length() / 2)];
    disk.read(check.offset(), ByteBuffer.wrap(found));
    return HexFormat.of().formatHex(found);
  }

  private Finding sameAsFile(Check.ImageEquals check) throws IOException {
    BlockBackend disk = disk(check.drive());
    long length = length(disk, check.offset(), check.length());
    long size = Files.size(check.file());
    if (check.length() == Check.TO_END ? size != length : size < length) {
      return new Finding(length + " bytes", check.file() + " has " + size, false);
    }
    long differs = mismatch(disk, check, length);
    return differs < 0
        ? Finding.of("the same", "the same")
        : new Finding("the same", "differs at " + (check.offset() + differs), false);
  }

  /** Where in the range disk and file begin to differ; negative if they don't. */
  private static long mismatch(BlockBackend disk, Check.ImageEquals check, long length)
      throws IOException {
    ByteBuffer ours = ByteBuffer.allocate(PIECE);
    ByteBuffer theirs = ByteBuffer.allocate(PIECE);
    try (FileChannel file = FileChannel.open(check.file())) {
      for (long at = 0; at < length; at += ours.limit()) {
        int count = (int) Math.min(PIECE, length - at);
        disk.read(check.offset() + at, ours.clear().limit(count));
        theirs.clear().limit(count);
        while (theirs.hasRemaining() && file.read(theirs, at + theirs.position()) >= 0) {
          // more of it
        }
        int differs = ours.flip().mismatch(theirs.flip());
        if (differs >= 0) {
          return at + differs;
        }
      }
    }
    return -1;
  }

  private boolean isUnchanged(Check.ImageUnchanged check) throws IOException {
    return Objects.equals(
        ImageStates.of(drives.find(check.drive())), imagesBefore.get(check.drive()));
  }

  private Finding counter(Check.Counter check) {
    Drive drive = drives.find(check.drive());
    long count = recording.count(drive, check.counter());
    return new Finding(
        range(check.least(), check.most()),
        String.valueOf(count),
        check.least() <= count && count <= check.most());
  }

  private Finding emulatedTime(Check.EmulatedTime check) {
    Duration time = run.emulatedTime();
    Duration most = check.most();
    return new Finding(
        most == null
            ? "at least " + text(check.least())
            : text(check.least()) + " to " + text(most),
        text(time),
        time.compareTo(check.least()) >= 0 && (most == null || time.compareTo(most) <= 0));
  }

  private static String range(long least, long most) {
    if (most == Long.MAX_VALUE) {
      return "at least " + least;
    }
    return least == most ? String.valueOf(least) : least + " to " + most;
  }

  private static String text(Duration time) {
    return String.format(Locale.ROOT, "%.3f ms", time.toNanos() / 1e6);
  }
}
