package dev.virtio4j.suite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;

/**
 * What must hold when the steps of a case are done. A drive goes by its name, as in the monitor.
 * What is checked of an image is what the guest sees of it, its own writes included.
 */
public sealed interface Check {
  /** The length of a range that goes on to the end. */
  long TO_END = Long.MAX_VALUE;

  /** {@return where it stands} */
  Place place();

  /** {@return what is checked in words, such as {@code drive0: unchanged}} */
  String text();

  /**
   * A range of an image has a hash.
   *
   * @param place where it stands
   * @param drive the drive's name
   * @param offset in bytes
   * @param length in bytes, 1 or more; or {@link #TO_END}
   * @param hex the SHA-256 in 64 lower-case digits
   */
  record ImageSha256(Place place, String drive, long offset, long length, String hex)
      implements Check {
    @Override
    public String text() {
      return drive + ": SHA-256" + range(offset, length);
    }
  }

  /**
   * An image has these bytes.
   *
   * @param place where it stands
   * @param drive the drive's name
   * @param offset in bytes
   * @param hex the bytes as lower-case digits, two each; at least one byte
   */
  record ImageBytes(Place place, String drive, long offset, String hex) implements Check {
    @Override
    public String text() {
      return drive + ": bytes" + range(offset, hex.length() / 2);
    }

    /** {@return the bytes} */
    public byte[] bytes() {
      return HexFormat.of().parseHex(hex);
    }
  }

  /**
   * A range of an image is the same as a file from its beginning on.
   *
   * @param place where it stands
   * @param drive the drive's name
   * @param file the file
   * @param offset in bytes, in the image
   * @param length in bytes, 1 or more; or {@link #TO_END}: what is left of the image is all of the
   *     file
   */
  record ImageEquals(Place place, String drive, Path file, long offset, long length)
      implements Check {
    @Override
    public String text() {
      return drive + ": same as " + file + range(offset, length);
    }
  }

  /**
   * An image is as it was before the case.
   *
   * @param place where it stands
   * @param drive the drive's name
   */
  record ImageUnchanged(Place place, String drive) implements Check {
    @Override
    public String text() {
      return drive + ": unchanged";
    }
  }

  /**
   * A count of a drive is in a range. A case that goes on from a checkpoint counts from there.
   *
   * @param place where it stands
   * @param drive the drive's name
   * @param counter one of {@link dev.virtio4j.drive.DriveCounters#counts()}
   * @param least the smallest that passes
   * @param most the largest that passes; {@link Long#MAX_VALUE} for any
   */
  record Counter(Place place, String drive, String counter, long least, long most)
      implements Check {
    @Override
    public String text() {
      return drive + ": " + counter;
    }
  }

  /**
   * The run ends in a certain way.
   *
   * @param place where it stands
   * @param reason how, as {@code --stats} has it, such as {@code powered_off}
   */
  record Exit(Place place, String reason) implements Check {
    @Override
    public String text() {
      return "exit";
    }
  }

  /**
   * The guest takes so long. A case that goes on from a checkpoint counts from there.
   *
   * @param place where it stands
   * @param least the shortest emulated time that passes; zero for any
   * @param most the longest; null for any
   */
  record EmulatedTime(Place place, Duration least, Duration most) implements Check {
    @Override
    public String text() {
      return "emulated time";
    }
  }

  private static String range(long offset, long length) {
    if (length == TO_END) {
      return offset == 0 ? "" : " from " + offset;
    }
    return " of %d at %d".formatted(length, offset);
  }
}
