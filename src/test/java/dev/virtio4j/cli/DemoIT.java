package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.DemoDisk;
import dev.virtio4j.guest.GuestImage;
import dev.virtio4j.guest.TestGuest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Debian on the reference PC")
class DemoIT {
  @TempDir private Path directory;

  /** A run of the program, with all that it said. */
  private record Run(int status, String serial, String errors) {

    static Run of(String... args) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
      int status = Main.run(new Console(InputStream.nullInputStream(), out, errors), args);
      return new Run(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    String instructions() {
      return errors.replaceAll("(?s).*?(\\d+) guest instructions.*", "$1");
    }
  }

  @Test
  @DisplayName(
      "passes the demo; a second boot, interpreted, is the same, and with --snapshot writes nothing")
  void twoBoots() throws IOException {
    GuestImage guest = TestGuest.debian();
    Path disk = directory.resolve("disk");
    Path untouched = directory.resolve("untouched");
    DemoDisk.create(disk);
    DemoDisk.create(untouched);

    CompletableFuture<Run> boot =
        CompletableFuture.supplyAsync(
            () ->
                Run.of(
                    "boot",
                    "--kernel=" + guest.kernel(),
                    "--initrd=" + guest.initramfs(),
                    "--append=" + GuestImage.COMMAND_LINE + " " + DemoDisk.commandLine(),
                    "--drive=file=" + disk + ",serial=" + DemoDisk.SERIAL,
                    "--snapshot",
                    "--cpu=interpreter",
                    "--timeout=15m"));
    Run demo = Run.of("demo", "--keep=" + directory.resolve("demo"));
    Run second = boot.join();

    assertThat(demo.errors()).endsWith("virtio4j: demo: PASS\n");
    assertThat(demo.status()).isZero();
    assertThat(second.errors()).startsWith("virtio4j: the guest powered off");
    assertThat(second.status()).isZero();
    assertThat(second.serial()).isEqualTo(demo.serial());
    assertThat(second.instructions()).matches("\\d{9,}").isEqualTo(demo.instructions());
    assertThat(Files.mismatch(disk, untouched)).as("first byte changed").isEqualTo(-1);
  }

  /** Boots the demo's guest on a disk of a given speed, so that there are always requests. */
  private static Run boot(GuestImage guest, Path disk, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "boot",
                "--kernel=" + guest.kernel(),
                "--initrd=" + guest.initramfs(),
                "--append=" + GuestImage.COMMAND_LINE + " " + DemoDisk.commandLine(),
                drive(disk),
                "--timeout=15m"));
    args.addAll(List.of(more));
    return Run.of(args.toArray(String[]::new));
  }

  private static String drive(Path disk) {
    return "--drive=file=" + disk + ",latency=2ms,serial=" + DemoDisk.SERIAL;
  }

  @Test
  @DisplayName("saved in the middle and restored, ends as an interpreted one that was not")
  void savedAndRestored() throws IOException {
    GuestImage guest = TestGuest.debian();
    Path disk = directory.resolve("disk");
    Path other = directory.resolve("other");
    Path state = directory.resolve("state");
    DemoDisk.create(disk);
    DemoDisk.create(other);

    CompletableFuture<Run> uninterrupted =
        CompletableFuture.supplyAsync(() -> boot(guest, other, "--cpu=interpreter"));
    Run saved = boot(guest, disk, "--save-on", "ok mount", state.toString());
    assertThat(saved.errors()).contains("virtio4j: the machine was saved\n");
    assertThat(saved.status()).isZero();
    String[] restore = {"boot", "--restore=" + state, drive(disk), "--timeout=15m"};
    Run restored = Run.of(restore);
    Run whole = uninterrupted.join();

    assertThat(restored.errors()).contains("virtio4j: the guest powered off");
    assertThat(restored.status()).isZero();
    assertThat(saved.serial() + restored.serial()).isEqualTo(whole.serial());
    assertThat(Long.parseLong(saved.instructions()) + Long.parseLong(restored.instructions()))
        .isEqualTo(Long.parseLong(whole.instructions()));
    assertThat(Files.mismatch(disk, other)).as("first byte that differs").isEqualTo(-1);

    Run again = Run.of(restore);
    assertThat(again.errors())
        .startsWith(
            "virtio4j: drive0 " + disk + ": the image was changed since the machine was saved: ");
    assertThat(again.status()).isEqualTo(2);
  }

  @Test
  @DisplayName("saved at the same byte it is the same file, translated or interpreted")
  void sameState() throws IOException {
    GuestImage guest = TestGuest.debian();
    Path disk = directory.resolve("disk");
    DemoDisk.create(disk);
    for (String cpu : List.of("translator", "interpreter")) {
      String state = directory.resolve(cpu).toString();
      Run saved = boot(guest, disk, "--snapshot", "--cpu=" + cpu, "--save-on", "ok mount", state);
      assertThat(saved.errors()).contains("virtio4j: the machine was saved\n");
    }
    assertThat(Files.mismatch(directory.resolve("translator"), directory.resolve("interpreter")))
        .as("first byte that differs")
        .isEqualTo(-1);
  }
}
