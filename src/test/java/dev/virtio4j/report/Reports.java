package dev.virtio4j.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reports as tests need them. */
final class Reports {
  static final Instant START = Instant.parse("2026-03-01T10:15:30.123456789Z");

  /** What a guest may send to do harm to those who read the report. */
  static final String HOSTILE =
      "</script><script>document.title='owned'</script>\n"
          + "<img src=x onerror=\"document.title='owned'\"> ]]> &amp; '\"`{{message}}\n"
          + "\u001b[31;1mred\u001b[0m \u001b]0;owned\u0007 \u0000\u0007\u007f \u001b[2J done\r\n";

  private Reports() {}

  static SuiteInfo suite(String... ids) {
    return new SuiteInfo("nightly", "virtio4j 0.1.0", START, null, List.of(ids), List.of(ids));
  }

  static CaseResult passed(String id) {
    return of(id, Map.of(), Outcome.PASSED, null);
  }

  static CaseResult failed(String id) {
    return of(id, Map.of(), Outcome.FAILED, "expected \"# $\", and 60 s were over");
  }

  static CaseResult of(String id, Map<String, String> axes, Outcome outcome, String message) {
    boolean passed = outcome == Outcome.PASSED;
    return new CaseResult(
        id,
        axes,
        outcome,
        message,
        START,
        Duration.ofMillis(1234),
        5_678_901_234L,
        Duration.ofNanos(12_345_678_901L),
        passed ? "powered_off" : "timeout",
        "boots@shell",
        true,
        "Booting\nKernel \u001b[31mpanic\u001b[0m - not syncing",
        List.of(
            new StepResult("expect \"# $\"", millis(0), millis(4_000), Outcome.PASSED),
            new StepResult(
                "send \"dd if=/dev/vda of=/dev/null\\n\"",
                millis(4_000),
                millis(4_000),
                Outcome.PASSED),
            new StepResult("expect \"records out\"", millis(4_000), millis(12_000), outcome)),
        List.of(
            new CheckResult("drive 0: read_requests", "at least 1", passed ? "7" : "0", passed)),
        List.of(
            new Sample(millis(0), 0, 0, 0),
            new Sample(millis(1_500), 7, 30_000, 0),
            new Sample(millis(4_000), 12, 60_000, 8192),
            new Sample(millis(4_500), 300, 18 << 20, 8192),
            new Sample(millis(6_000), 600, 40 << 20, 1 << 20),
            new Sample(millis(7_500), 1050, 64 << 20, 14 << 20),
            new Sample(millis(12_000), 1070, 64 << 20, 14 << 20)));
  }

  static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Writes a serial log, one line each half second. */
  static void log(ReportFolder report, String id, String text) {
    try (SerialLog log = new SerialLog(report.caseFolder(id))) {
      long nanos = 1_000_000;
      for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
        log.add(nanos, value);
        nanos += value == '\n' ? 500_000_000 : 100_000;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folder of a run that ended well or not. */
  static Path write(Path folder, SuiteInfo info, CaseResult... cases) throws IOException {
    try (ReportFolder report = ReportFolder.create(folder, info)) {
      for (CaseResult result : cases) {
        log(report, result.id(), "Hello from " + result.id() + "\r\n# ");
        report.add(result);
      }
    }
    return folder;
  }

  /** A nightly run with a bit of everything, as a user may get it. */
  static Path nightly(Path folder) throws IOException {
    List<CaseResult> cases = new ArrayList<>();
    cases.add(of("boots", Map.of(), Outcome.PASSED, null));
    cases.add(
        of("writes", Map.of(), Outcome.FAILED, "expected \"records out\", and 60 s were over"));
    cases.add(
        CaseResult.notRun(
            "reads-cd", Map.of(), Outcome.ERROR, "images/old.iso: no such file", START));
    cases.add(
        CaseResult.notRun(
            "installs", Map.of(), Outcome.SKIPPED, "writes did not reach its checkpoint", START));
    for (String name : List.of("reads", "formats-and-checks")) {
      for (String face : List.of("virtio", "scsi")) {
        for (String spec : List.of("0.9.4", "0.9.5", "default")) {
          for (String cache : List.of("writeback", "writethrough", "unsafe")) {
            Map<String, String> axes = new LinkedHashMap<>();
            axes.put("if", face);
            axes.put("spec", spec);
            axes.put("cache", cache);
            String id = "%s[if=%s,spec=%s,cache=%s]".formatted(name, face, spec, cache);
            boolean fails = name.equals("reads") && id.contains("scsi,spec=0.9.4,cache=un");
            cases.add(
                of(
                    id,
                    axes,
                    fails ? Outcome.FAILED : Outcome.PASSED,
                    fails ? "drive 0: the image has changed" : null));
          }
        }
      }
    }
    String[] ids = cases.stream().map(CaseResult::id).toArray(String[]::new);
    try (ReportFolder report = ReportFolder.create(folder, suite(ids))) {
      for (CaseResult result : cases) {
        if (!result.steps().isEmpty()) {
          log(report, result.id(), LINUX + (result.id().equals("writes") ? HOSTILE : ""));
        }
        report.add(result);
      }
    }
    return folder;
  }

  private static final String LINUX =
      """
      [    0.000000] Linux version 6.1.0-18-686 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1\r
      [    0.000000] BIOS-provided physical RAM map:\r
      [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable\r
      [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x0000000007ffffff] usable\r
      [    0.004000] Calibrating delay loop (skipped) preset value.. 199.99 BogoMIPS (lpj=399999)\r
      [    0.301234] virtio_blk virtio0: 1/0/0 default/read/poll queues\r
      [    0.302345] virtio_blk virtio0: [vda] 131072 512-byte logical blocks (67.1 MB/64.0 MiB)\r
      [    0.404567] random: crng init done\r
      # dd if=/dev/vda of=/dev/null bs=64k\r
      1024+0 records in\r
      1024+0 records out\r
      67108864 bytes (64.0MB) copied, 4.231003 seconds, 15.1MB/s\r
      # poweroff -f\r
      [   11.501234] reboot: Power down\r
      """;
}
