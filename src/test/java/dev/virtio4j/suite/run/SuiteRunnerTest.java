package dev.virtio4j.suite.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.machine.Boot;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.Machine;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.plugin.PluginDirectory;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.report.ReportFolder;
import dev.virtio4j.report.SuiteInfo;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Suite;
import dev.virtio4j.suite.SuiteReader;
import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The runner of suites")
@Timeout(60)
class SuiteRunnerTest {
  @TempDir private Path directory;
  private final List<CaseResult> results = new ArrayList<>();
  private final List<String> made = new ArrayList<>();

  @BeforeEach
  void kernel() throws IOException {
    TestKernel.write(
        directory.resolve("echo"), TestKernel.print("> "), TestKernel.ECHO, TestKernel.HALT);
  }

  /** An emulator whose guests send something more at each power-on but the first. */
  private static final class FickleHost implements Host {
    private final Host host = new ReferenceHost();
    private int machines;

    @Override
    public String id() {
      return host.id();
    }

    @Override
    public Machine make(MachineOptions options, Boot boot, Drives drives, IntConsumer serial) {
      if (++machines == 1) {
        return host.make(options, boot, drives, serial);
      }
      int[] sent = {0};
      IntConsumer more =
          value -> {
            serial.accept(value);
            if (++sent[0] == 2) {
              serial.accept('?');
            }
          };
      return host.make(options, boot, drives, more);
    }
  }

  private void run(String cases, int repeat, Host host) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("s.yaml"),
            "defaults: {kernel: echo, memory: 2M}\ncases:\n" + cases.indent(2));
    Suite suite = new SuiteReader(Map.of(), null).read(file);
    List<String> ids = suite.cases().stream().map(Case::id).toList();
    SuiteInfo info = new SuiteInfo("s", "test", Instant.now(), null, ids, ids);
    RunListener listener =
        new RunListener() {
          @Override
          public void making(String checkpoint) {
            made.add(checkpoint);
          }

          @Override
          public void started(String id) {}

          @Override
          public void finished(CaseResult result, Path files) {
            results.add(result);
          }
        };
    SuiteRunner.Settings settings =
        new SuiteRunner.Settings(
            2, repeat, directory.resolve("cache"), directory, id -> host, PluginDirectory::none);
    try (ReportFolder report = ReportFolder.create(directory.resolve("report"), info);
        SuiteRunner runner = new SuiteRunner(suite, settings, report)) {
      runner.run(suite.cases(), listener);
    }
  }

  @Test
  @DisplayName("fails a case whose second run differs, says in what, and keeps both serial logs")
  void repetitionDiffers() throws IOException {
    run("a: {steps: [expect: '> $', send: q], check: [exit: powered_off]}", 3, new FickleHost());
    assertThat(results).hasSize(1);
    assertThat(results.get(0).outcome()).isEqualTo(Outcome.FAILED);
    assertThat(results.get(0).message()).isEqualTo("run 2 differs: what it sent, from byte 2 on");
    assertThat(directory.resolve("report/cases/a/serial.log")).hasContent("> q");
    assertThat(directory.resolve("report/cases/a/repeat-2/serial.log")).hasContent("> ?q");
  }

  @Test
  @DisplayName("goes on with the others when an emulator fails a case")
  void emulatorRefuses() throws IOException {
    Host host =
        new Host() {
          @Override
          public String id() {
            return "reference";
          }

          @Override
          public Machine make(
              MachineOptions options, Boot boot, Drives drives, IntConsumer serial) {
            if (options.memoryBytes() > 2 << 20) {
              throw new IllegalArgumentException("too large");
            }
            return new ReferenceHost().make(options, boot, drives, serial);
          }
        };
    run("a: {memory: 3M, steps: [expect: '>']}\nb: {steps: [expect: '>']}", 1, host);
    assertThat(results)
        .extracting(result -> result.id() + " " + result.outcome() + " " + result.message())
        .containsExactlyInAnyOrder("a ERROR too large", "b PASSED null");
  }
}
