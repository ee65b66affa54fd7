package dev.virtio4j.suite.run;

import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.report.ActivityRecorder;
import dev.virtio4j.report.Sample;
import dev.virtio4j.report.SerialLog;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a run leaves for its report, besides how it ended. */
final class Recording implements Closeable {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  private final SerialLog log;
  private final Drives drives;
  private final ActivityRecorder activity = new ActivityRecorder();

  /** What was counted before the run, by the names of drives. */
  private Map<String, Map<String, Long>> before;

  /**
   * Begins.
   *
   * @param folder takes the serial log
   * @param drives the machine's
   * @throws IOException if nothing can be written there
   */
  Recording(Path folder, Drives drives) throws IOException {
    log = new SerialLog(folder);
    this.drives = drives;
  }

  /** Begins to look at the drives: at the first power-on, and again after each reset. */
  void poweredOn(BootRun run) {
    if (before == null) {
      before = new HashMap<>();
      drives.list().forEach(drive -> before.put(drive.name(), drive.counters().counts()));
    }
    EventClock clock = run.machine().clock();
    new Object() {
      final EventClock.Timer timer = clock.timer(this::tick);

      void tick() {
        sample(run.emulatedNanos());
        timer.at(clock.now() + INTERVAL.toNanos());
      }
    }.tick();
  }

  private void sample(long nanos) {
    activity.add(
        new Sample(
            Duration.ofNanos(nanos),
            sum("requests", "commands"),
            sum("bytes_read", "bytes_in"),
            sum("bytes_written", "bytes_out")));
  }

  /** The count of all drives, which block devices and SCSI units have under different names. */
  private long sum(String... names) {
    return drives.list().stream()
        .mapToLong(drive -> Stream.of(names).mapToLong(name -> count(drive, name)).sum())
        .sum();
  }

  /**
   * What a drive did since the run began.
   *
   * @param drive the drive
   * @param counter the count
   * @return 0 also if the drive has no such count
   */
  long count(Drive drive, String counter) {
    long now = drive.counters().counts().getOrDefault(counter, 0L);
    return now - before.getOrDefault(drive.name(), Map.of()).getOrDefault(counter, 0L);
  }

  /**
   * Takes a byte of the serial line.
   *
   * @param nanos emulated time since the run began
   * @param value the byte
   * @throws UncheckedIOException if it can't be written
   */
  void transmitted(long nanos, int value) {
    try {
      log.add(nanos, value);
    } catch (IOException e) {
      throw new UncheckedIOException("the serial log: " + e.getMessage(), e);
    }
  }

  /** Takes the last sample. */
  void ended(Duration time) {
    sample(time.toNanos());
  }

  List<Sample> activity() {
    return activity.samples();
  }

  /** The last lines of the serial log. */
  String tail() {
    return log.tail();
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
