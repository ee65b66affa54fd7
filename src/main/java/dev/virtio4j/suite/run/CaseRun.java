package dev.virtio4j.suite.run;

import dev.virtio4j.descriptor.DeviceOptions;
import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.plugin.PluginDevices;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.CheckResult;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Start;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One run of a case.
 *
 * @param test the case
 * @param steps how many of its steps are done; with fewer than all, there are no checks
 * @param host the emulator
 * @param plugins opens the plugins that have its devices
 * @param from the checkpoint that it goes on from; null if it boots
 * @param reused whether that was there already
 * @param folder takes its files
 * @param checkpoints takes its checkpoints
 */
record CaseRun(
    Case test,
    int steps,
    Host host,
    SuiteRunner.PluginSource plugins,
    Checkpoint from,
    boolean reused,
    Path folder,
    StepScript.CheckpointTaker checkpoints) {

  /**
   * What became of a run.
   *
   * @param result for the report
   * @param images {@link ImageStates} at the end
   */
  record Done(CaseResult result, Map<String, String> images) {}

  /** Runs the case to its end; what keeps it from that is an {@link Outcome#ERROR}. */
  Done run() {
    Instant started = Instant.now();
    try (PluginDevices devices = devices();
        MachineSetup setup = MachineSetup.open(host, options(), devices);
        Recording recording = new Recording(folder, setup.drives())) {
      return run(setup, recording, started);
    } catch (BadInputException | UncheckedIOException | IllegalArgumentException e) {
      return error(e.getMessage(), started);
    } catch (IOException e) {
      return error(new BadInputException(e).getMessage(), started);
    }
  }

  private Done error(String message, Instant started) {
    return new Done(
        CaseResult.notRun(test.id(), test.axes(), Outcome.ERROR, message, started), Map.of());
  }

  private Done run(MachineSetup setup, Recording recording, Instant started)
      throws BadInputException, IOException {
    final long start = System.nanoTime();
    final Map<String, String> imagesBefore = ImageStates.of(setup.drives());
    StepScript script = new StepScript(test, steps, setup, recording, checkpoints);
    BootRun.Result run = new BootRun(setup::powerOn, script, note -> {}).run(null, null);
    recording.ended(run.emulatedTime());
    String failure = script.failure(run);
    List<CheckResult> checks =
        failure != null || steps < test.steps().size()
            ? List.of()
            : new Checks(setup.drives(), recording, imagesBefore, run).results(test.checks());
    if (failure == null) {
      failure = firstFailed(checks);
    }
    CaseResult result =
        new CaseResult(
            test.id(),
            test.axes(),
            failure == null ? Outcome.PASSED : Outcome.FAILED,
            failure,
            started,
            Duration.ofNanos(System.nanoTime() - start),
            run.instructions(),
            run.emulatedTime(),
            DriveCounters.id(run.ending()),
            test.start() instanceof Start.FromCheckpoint checkpoint
                ? checkpoint.caseId() + "@" + checkpoint.checkpoint()
                : null,
            reused,
            recording.tail(),
            script.results(),
            checks,
            recording.activity());
    return new Done(result, ImageStates.of(setup.drives()));
  }

  private static String firstFailed(List<CheckResult> checks) {
    return checks.stream()
        .filter(check -> !check.passed())
        .findFirst()
        .map(
            check ->
                "check %s: %s%s"
                    .formatted(
                        check.text(),
                        check.expected().isEmpty()
                            ? ""
                            : "expected " + check.expected() + ", found ",
                        check.found()))
        .orElse(null);
  }

  /** Those of plugins; null for none. */
  private PluginDevices devices() throws BadInputException, IOException {
    List<DeviceOptions> others =
        test.devices().stream()
            .map(device -> new DeviceOptions(device.type(), device.keys()))
            .toList();
    return others.isEmpty() ? null : PluginDevices.open(plugins.open(), others);
  }

  private MachineOptions options() {
    Start.Kernel kernel = test.start() instanceof Start.Kernel one ? one : null;
    return new MachineOptions(
        test.memoryBytes(),
        from == null ? null : from.state(),
        test.start() instanceof Start.Firmware firmware ? firmware.file() : null,
        kernel == null ? null : kernel.kernel(),
        kernel == null ? null : kernel.initrd(),
        kernel == null ? "" : kernel.append(),
        from == null ? test.drives() : from.drives(),
        true,
        false);
  }
}
