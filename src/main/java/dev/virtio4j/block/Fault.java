package dev.virtio4j.block;

import dev.virtio4j.block.BlockBackend.Operation;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One thing that goes wrong with a disk, as {@link FaultPlan} describes it.
 *
 * @param text how it was written
 * @param operation what it strikes; null for any
 * @param kind what happens
 * @param amount of {@link Kind#SHORT} how many bytes are moved, or {@link #HALF}; of {@link
 *     Kind#SLOW} nanoseconds
 * @param firstSector the first sector that it strikes; {@link #ANYWHERE} if that makes no
 *     difference
 * @param lastSector the last one
 * @param after how many operations that match go unharmed before
 * @param count how many it strikes at most
 */
record Fault(
    String text,
    Operation operation,
    Kind kind,
    long amount,
    long firstSector,
    long lastSector,
    long after,
    long count) {

  /** What happens. The errors are those of a host, in the words of its C library. */
  enum Kind {
    EIO("Input/output error"),
    ENXIO("No such device or address"),
    ENOMEM("Cannot allocate memory"),
    EFBIG("File too large"),
    ENOSPC("No space left on device"),
    EROFS("Read-only file system"),
    ETIMEDOUT("Connection timed out"),
    EDQUOT("Disk quota exceeded"),
    // Those of a way to a disk, as Linux names them.
    EBUSY("Device or resource busy", PathException.Failure.BUSY),
    ENOLINK("Link has been severed", PathException.Failure.TRANSPORT),
    EREMOTEIO("Remote I/O error", PathException.Failure.TARGET),
    EBADE("Invalid exchange", PathException.Failure.NEXUS),
    /** A part is done; then an error. */
    SHORT("Input/output error"),
    /** It takes longer. */
    SLOW(null),
    /** Nothing is done, and no error. */
    LOST(null);

    private final String error;
    private final PathException.Failure path;

    Kind(String error) {
      this(error, null);
    }

    Kind(String error, PathException.Failure path) {
      this.error = error;
      this.path = path;
    }
  }

  private static final long HALF = -1;
  private static final long ANYWHERE = -1;

  private static final String ERRORS =
      Stream.of(Kind.values())
          .map(Kind::name)
          .filter(name -> name.startsWith("E"))
          .collect(Collectors.joining(", "));

  private static final Map<String, Long> NANOS =
      Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);

  private static final Pattern TEXT =
      Pattern.compile(
          "(?<op>read|write|zero|flush|any)"
              + ":(?<kind>E[A-Z]+|short|slow|lost)(=(?<amount>\\d{1,9})(?<unit>[num]?s)?)?"
              + "(:sector=(?<first>\\d{1,15})(-(?<last>\\d{1,15}))?)?"
              + "(:after=(?<after>\\d{1,15}))?"
              + "(:count=(?<count>\\d{1,15}))?");

  /**
   * Reads one fault.
   *
   * @param text {@code OP:WHAT} and what else there is
   * @return the fault
   * @throws IllegalArgumentException with one line if it is none
   */
  static Fault parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    require(
        matcher.matches(),
        text,
        "is not read|write|zero|flush|any:ERROR|short[=BYTES]|slow=TIME|lost"
            + "[:sector=N[-M]][:after=N][:count=N]");
    String operation = matcher.group("op");
    String unit = matcher.group("unit");
    long first = number(matcher, "first", ANYWHERE);
    Fault fault =
        new Fault(
            text,
            operation.equals("any") ? null : Operation.valueOf(operation.toUpperCase(Locale.ROOT)),
            kind(text, matcher.group("kind")),
            number(matcher, "amount", HALF) * (unit == null ? 1 : NANOS.get(unit)),
            first,
            number(matcher, "last", first),
            number(matcher, "after", 0),
            number(matcher, "count", Long.MAX_VALUE));
    fault.check(matcher.group("amount") != null, unit != null);
    return fault;
  }

  private static Kind kind(String text, String name) {
    return Stream.of(Kind.values())
        .filter(kind -> kind.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() -> wrong(text, "names none of the errors " + ERRORS));
  }

  private static long number(Matcher matcher, String group, long otherwise) {
    String digits = matcher.group(group);
    return digits == null ? otherwise : Long.parseLong(digits);
  }

  private void check(boolean hasAmount, boolean hasUnit) {
    boolean flush = operation == Operation.FLUSH;
    switch (kind) {
      case SHORT -> {
        require(!hasUnit, text, "has a time, not bytes");
        require(!flush, text, "is a flush, which moves no bytes");
      }
      case SLOW -> require(hasUnit, text, "has no time; write slow=10ms, with ns, us, ms or s");
      case LOST -> {
        require(flush, text, "is not flush:lost; only a flush gets lost");
        require(!hasAmount, text, "has an amount; it is lost as a whole");
      }
      default -> require(!hasAmount, text, "is an error, which has no amount");
    }
    require(!flush || firstSector == ANYWHERE, text, "has a sector, which no flush has");
    require(firstSector <= lastSector, text, "has its sectors in the wrong order");
  }

  private static void require(boolean holds, String text, String otherwise) {
    if (!holds) {
      throw wrong(text, otherwise);
    }
  }

  private static IllegalArgumentException wrong(String text, String how) {
    return new IllegalArgumentException("fault '" + text + "' " + how);
  }

  /**
   * Whether an operation is one of those that {@code after} and {@code count} count.
   *
   * @param done what is about to be done
   * @param position where on the disk, in bytes
   * @param length how many bytes
   * @return true if so
   */
  boolean matches(Operation done, long position, long length) {
    if (operation != null && done != operation) {
      return false;
    }
    if (kind == Kind.SHORT && (done == Operation.FLUSH || length <= amount)) {
      return false;
    }
    if (firstSector == ANYWHERE) {
      return true;
    }
    return done != Operation.FLUSH
        && position / BlockBackend.SECTOR_SIZE <= lastSector
        && position + length > firstSector * BlockBackend.SECTOR_SIZE;
  }

  /** How many bytes of an operation are moved before it fails. */
  long moved(long length) {
    if (kind != Kind.SHORT) {
      return 0;
    }
    return amount == HALF ? length / 2 : amount;
  }

  /** What the host says of it. */
  IOException error() {
    String message = kind.error + " (fault=" + text + ")";
    return kind.path == null ? new IOException(message) : new PathException(kind.path, message);
  }
}
