package dev.virtio4j.cli;

import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.guest.DemoDisk;
import dev.virtio4j.guest.GuestImage;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.Expectations;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.machine.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * The boot that checks itself: the guest checks what the host put on the disk and writes to it, and
 * the host checks what the guest wrote.
 *
 * @param run how the run of the guest went
 * @param figures the lines of its report
 * @param missing what the guest should have reported next; null if it reported everything
 * @param checks what the host found on the disk
 */
record Demo(
    BootRun.Result run, List<String> figures, Pattern missing, List<DemoDisk.Check> checks) {
  private static final int MEMORY = 128 << 20;

  /**
   * Makes the disk and runs the guest with it.
   *
   * @param guest what to boot
   * @param disk the file to make
   * @param timeout wall-clock time after which to end
   * @param serial takes each byte of the serial line
   * @param notes takes what the user should know meanwhile, a line each
   * @return how it went
   * @throws BadInputException if the guest or the disk can't be used
   * @throws IOException if the host's files fail later than that
   */
  static Demo run(
      GuestImage guest, Path disk, Duration timeout, IntConsumer serial, Consumer<String> notes)
      throws BadInputException, IOException {
    try {
      DemoDisk.create(disk);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
    DriveOptions drive =
        DriveOptions.of(Map.of(DriveKey.FILE, disk.toString(), DriveKey.SERIAL, DemoDisk.SERIAL));
    MachineOptions options =
        new MachineOptions(
            MEMORY,
            null,
            null,
            guest.kernel(),
            guest.initramfs(),
            GuestImage.COMMAND_LINE + " " + DemoDisk.commandLine(),
            List.of(drive),
            false,
            false);
    Expectations report =
        new Expectations(DemoDisk.expectedOutput().stream().map(Pattern::compile).toList());
    BootRun.Result result;
    List<String> figures;
    try (MachineSetup setup = MachineSetup.open(new ReferenceHost(), options)) {
      // The report is no --expect: the run goes on until the guest powers off.
      IntConsumer watched = serial.andThen(report::accept);
      result = new BootRun(setup::powerOn, List.of(), watched, notes).run(timeout, BootRun.RETRY);
      figures = new Report(result, setup.drives()).lines();
    }
    return new Demo(result, figures, report.next(), DemoDisk.verify(disk));
  }

  /** Whether guest and host found everything as it should be. */
  boolean passed() {
    return run.ending() == BootRun.Ending.POWERED_OFF
        && missing == null
        && checks.stream().allMatch(DemoDisk.Check::passed);
  }

  /** The outcome in a few lines. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    lines.add(run.reason());
    lines.addAll(figures);
    lines.add(
        missing == null
            ? "guest: all of its checks passed"
            : "guest: did not report '" + missing + "'");
    for (DemoDisk.Check check : checks) {
      lines.add(
          "host: "
              + check.name()
              + ": "
              + check.found()
              + (check.passed() ? "" : ", expected: " + check.expected()));
    }
    lines.add(passed() ? "PASS" : "FAIL");
    return lines;
  }
}
