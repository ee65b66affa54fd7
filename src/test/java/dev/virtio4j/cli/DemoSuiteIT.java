package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.GuestImage;
import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ResultsFile;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One boot, and what goes on from it, of each kind of disk. */
@DisplayName("The suite of the demo's guest")
class DemoSuiteIT {
  @TempDir private Path directory;

  @Test
  @DisplayName("passes on a block device and on a SCSI disk")
  void passes() throws Exception {
    GuestImage guest = TestGuest.debian();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    Console console =
        new Console(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            new PrintStream(errors, true, UTF_8));

    int status =
        Main.run(
            console,
            "test",
            "images/demo-suite.yaml",
            "--jobs=2",
            "--set=guest=" + guest.kernel().getParent(),
            "--cache=" + directory.resolve("cache"),
            "--report=" + directory.resolve("report"));

    assertThat(status).as(errors.toString(UTF_8)).isZero();
    assertThat(new ResultsFile(directory.resolve("report")).read().cases())
        .filteredOn(result -> result.from() != null)
        .hasSizeGreaterThanOrEqualTo(6)
        .extracting(CaseResult::exitReason)
        .contains("expected", "powered_off");
  }
}
