package dev.virtio4j.suite;

import dev.virtio4j.drive.DriveOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One machine, what is done with it, and what must hold then.
 *
 * @param id its name in the suite; of a matrix with its axes, such as {@code
 *     boots[if=scsi,spec=0.9.4]}. No two cases of a suite have the same
 * @param axes its values in the matrix, in the order of the axes; empty without one
 * @param start what it boots, or where it goes on
 * @param host the emulator: {@code reference} or {@code jpc}
 * @param memoryBytes the size of RAM; of a case that goes on, what the saved machine has
 * @param drives the drives at first, each with its name, those among its devices last; of a case
 *     that goes on, what the case that booted has
 * @param devices devices of plugins; likewise
 * @param steps what is done, in this order; may be empty
 * @param failIf what the guest must never send on its serial line, from the start to the end
 * @param checks what must hold at the end
 * @param timeout the longest that it may take, in emulated time from its start
 * @param files all files that it needs, those of the case that it goes on from among them
 * @param place where it stands
 */
public record Case(
    String id,
    Map<String, String> axes,
    Start start,
    String host,
    int memoryBytes,
    List<DriveOptions> drives,
    List<Device> devices,
    List<Step> steps,
    List<Pattern> failIf,
    List<Check> checks,
    Duration timeout,
    List<InputFile> files,
    Place place) {

  /** How a run ends when all steps are done and nothing else is waited for. */
  public static final String EXPECTED = "expected";

  /**
   * Keeps copies of the lists.
   *
   * @param id its name
   * @param axes its values in the matrix
   * @param start what it boots
   * @param host the emulator: {@code reference} or {@code jpc}
   * @param memoryBytes the size of RAM
   * @param drives the drives at first
   * @param devices devices of plugins
   * @param steps what is done
   * @param failIf what the guest must never send
   * @param checks what must hold at the end
   * @param timeout the longest that it may take
   * @param files all files that it needs
   * @param place where it stands
   */
  public Case {
    axes = Collections.unmodifiableMap(new LinkedHashMap<>(axes));
    drives = List.copyOf(drives);
    devices = List.copyOf(devices);
    steps = List.copyOf(steps);
    failIf = List.copyOf(failIf);
    checks = List.copyOf(checks);
    files = List.copyOf(files);
  }

  /**
   * Makes sure, before anything runs, that all files are there.
   *
   * @throws IOException if one is not; the message is one line with its place
   */
  public void checkFiles() throws IOException {
    for (InputFile each : files) {
      each.check();
    }
  }

  /**
   * How the run is to end. A guest that is to end it by itself is waited for after the last step.
   *
   * @return the reason of its {@link Check.Exit}; {@link #EXPECTED} without one
   */
  public String exit() {
    return checks.stream()
        .filter(Check.Exit.class::isInstance)
        .map(check -> ((Check.Exit) check).reason())
        .findFirst()
        .orElse(EXPECTED);
  }

  /**
   * Tells whether a pattern of {@code --only} means this case.
   *
   * @param glob the id, or its name without the axes; {@code *} stands for any characters and
   *     {@code ?} for one
   * @return whether it does
   */
  public boolean matches(String glob) {
    String regex =
        glob.chars()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return id.matches(regex) || name().matches(regex);
  }

  /** {@return the id without the axes} */
  public String name() {
    return axes.isEmpty() ? id : id.substring(0, id.indexOf('['));
  }
}
