package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.grack.nanojson.JsonObject;
import dev.virtio4j.testing.MonitorClient;
import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("boot --monitor")
@Timeout(60)
class MonitorTest {
  /** Prints AL again and again. */
  private static final String PRINT_FOREVER = "EE  EB FD";

  private static final String[] BOOT = {"--kernel=@/kernel", "--drive=file=@/disk"};

  @TempDir private Path directory;

  @BeforeEach
  void files() throws IOException {
    kernel(TestKernel.PRINT_X, TestKernel.LOOP);
    Files.write(directory.resolve("disk"), new byte[4096]);
  }

  private void kernel(String... programs) throws IOException {
    TestKernel.write(directory.resolve("kernel"), programs);
  }

  private MonitoredBoot boot(String... more) throws Exception {
    String[] args = new String[BOOT.length + more.length];
    System.arraycopy(BOOT, 0, args, 0, BOOT.length);
    System.arraycopy(more, 0, args, BOOT.length, more.length);
    return new MonitoredBoot(directory, "x", args);
  }

  @Test
  @DisplayName("answers each line with text and ok, or with one line that says what is wrong")
  void protocol() throws Exception {
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask("")).isEqualTo("ok");
      assertThat(boot.ask("help"))
          .contains("\ndrive resize NAME SIZE ")
          .contains("\nquit ")
          .endsWith("\nok");
      assertThat(boot.ask(" drive list \r")).isEqualTo("drive0 4096 file=@/disk,id=drive0\nok");
      String all =
          "help, drive list, drive add, drive remove, drive resize, eject --force, eject, insert, stats, stop, cont, save, quit";
      assertThat(boot.ask("drive")).isEqualTo("error: 'drive' is no command; there are " + all);
      assertThat(boot.ask("quite")).isEqualTo("error: 'quite' is no command; there are " + all);
    }
  }

  @Test
  @DisplayName("has its commands in the README")
  void readme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask("help").lines().filter(line -> !line.equals("ok")))
          .allSatisfy(
              line ->
                  assertThat(readme)
                      .contains("| `" + line.replaceFirst("  .*", "").strip() + "` |"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses what can't be done, with the remedy")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "stats now               | use: stats",
        "drive resize drive0     | use: drive resize NAME SIZE",
        "drive resize drive7 8k  | no drive has the name drive7; there are drive0",
        "drive resize drive0 big | 'big' is no size such as 512, 64k, 4M or 1G",
        "drive resize drive0 513 | drive0 @/disk: logical_block_size=512: the disk has 513 bytes, no multiple of it; pad it or use 512",
        "drive add file=@/b      | @/b: a virtio disk is a PCI card, and this PC has no hotplug for those; use if=scsi",
        "drive add flie=@/b      | unknown key 'flie'; the keys are ",
        "drive remove drive0     | drive0 @/disk: a virtio disk is a PCI card, and this PC has no hotplug for those; use if=scsi",
        "eject drive0            | drive0 @/disk: has no tray; name a drive with media=cdrom",
        "insert drive0 file=@/b  | drive0 @/disk: has no tray; name a drive with media=cdrom",
        "save @/disk             | @/disk: not a saved machine, and nothing else is replaced",
        "save @/no/state         | @/no/state: there is no such directory",
        // spotless:on
      })
  void refusals(String command, String error) throws Exception {
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask(command)).startsWith("error: " + error).doesNotContain("\n");
    }
  }

  @ParameterizedTest(name = "--clock {0}")
  @DisplayName("lets the machine stand still, and go on: no time passes for the guest")
  @ValueSource(strings = {"virtual", "realtime"})
  void stopAndContinue(String clock) throws Exception {
    try (MonitoredBoot boot = boot("--clock=" + clock)) {
      assertThat(boot.stats().getObject("machine").getString("reason")).isEqualTo("the guest runs");
      assertThat(boot.ask("stop")).isEqualTo("ok");
      JsonObject stopped = boot.stats().getObject("machine");
      assertThat(stopped.getString("reason")).isEqualTo("the machine stands still");
      assertThat(stopped.isNull("ending")).isTrue();
      assertThat(stopped.isNull("exit_status")).isTrue();
      assertThat(boot.ask("stop")).isEqualTo("ok");
      JsonObject later = boot.stats().getObject("machine");
      assertThat(later.getLong("instructions")).isEqualTo(stopped.getLong("instructions"));
      assertThat(later.getLong("emulated_ns")).isEqualTo(stopped.getLong("emulated_ns"));

      while (!boot.errors().endsWith("the machine stands still until cont\n")) {
        Thread.onSpinWait();
      }
      assertThat(boot.ask("cont")).isEqualTo("ok");
      assertThat(boot.ask("cont")).isEqualTo("ok");
      long now = stopped.getLong("emulated_ns");
      while (now == stopped.getLong("emulated_ns")) {
        now = boot.stats().getObject("machine").getLong("emulated_ns");
      }
      assertThat(boot.errors())
          .isEqualTo(
              "virtio4j: stopped by the monitor; the machine stands still until cont\n"
                  + "virtio4j: the machine goes on\n");
    }
  }

  @Test
  @DisplayName("lets a machine go on that waits for the host")
  void standsStill() throws Exception {
    kernel(TestKernel.PRINT_X, TestKernel.WRITE_SECTOR, TestKernel.LOOP);
    Files.write(directory.resolve("disk"), new byte[4096]);
    try (MonitoredBoot boot =
        new MonitoredBoot(
            directory,
            "x",
            "--kernel=@/kernel",
            "--drive=file=@/disk,werror=stop,fault=write:ENOSPC:count=1")) {
      assertThat(boot.ask("stop")).isEqualTo("ok");
      assertThat(boot.ask("cont")).isEqualTo("ok");
      boot.await("0");
      assertThat(directory.resolve("disk")).binaryContent().startsWith("data".getBytes(US_ASCII));
    }
  }

  @Test
  @DisplayName("says what a machine waits for that can't go on")
  void standsStillForGood() throws Exception {
    kernel(TestKernel.PRINT_X, TestKernel.WRITE_SECTOR, TestKernel.LOOP);
    try (MonitoredBoot boot =
        new MonitoredBoot(
            directory,
            "x",
            "--kernel=@/kernel",
            "--drive=file=@/disk,id=full,werror=stop,fault=write:ENOSPC")) {
      String answer = boot.ask("cont");
      while (answer.equals("ok")) { // the guest has not come to its write
        answer = boot.ask("cont");
      }
      assertThat(answer)
          .startsWith("error: full @/disk: ")
          .endsWith("; the machine stands still: mend that, it tries again by itself");
      assertThat(boot.stats().getObject("machine").getString("reason"))
          .isEqualTo("the machine stands still");
      assertThat(boot.ask("drive list")).endsWith("ok");
    }
  }

  @Test
  @DisplayName("changes the size of a disk")
  void resize() throws Exception {
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask("drive resize drive0 8k")).isEqualTo("ok");
      assertThat(directory.resolve("disk")).hasSize(8192);
      assertThat(boot.ask("drive list")).startsWith("drive0 8192 ");
    }
  }

  @Test
  @DisplayName("goes on through resets of the machine")
  void resets() throws Exception {
    kernel(TestKernel.PRINT_X, TestKernel.RESET, TestKernel.LOOP);
    try (MonitoredBoot boot = boot()) {
      IntStream.range(0, 50).forEach(i -> assertThat(ask(boot)).isEqualTo("ok"));
    }
  }

  private static String ask(MonitoredBoot boot) {
    try {
      return boot.ask("cont");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("takes several clients at once, and is not harmed by one that goes away")
  void clients() throws Exception {
    try (MonitoredBoot boot = boot();
        MonitorClient other = boot.client()) {
      assertThat(other.ask("stop")).isEqualTo("ok");
      try (MonitorClient rude = boot.client()) {
        for (int i = 0; i < 50; i++) {
          rude.send("stats");
        }
      }
      assertThat(boot.ask("cont")).isEqualTo("ok");
      assertThat(other.ask("drive list")).endsWith("\nok");
    }
  }

  @Test
  @DisplayName("ends the run in order, with 0, and removes its socket")
  void quit() throws Exception {
    try (MonitoredBoot boot = boot();
        MonitorClient idle = boot.client()) {
      assertThat(boot.ask("quit")).isEqualTo("ok");
      assertThat(boot.exitStatus()).isZero();
      assertThat(boot.errors()).startsWith("virtio4j: ended by the user\n");
      assertThat(directory.resolve("monitor")).doesNotExist();
      assertThatThrownBy(() -> idle.ask("stats")).isInstanceOf(IOException.class);
    }
  }

  @Test
  @DisplayName("saves the machine and ends the run; a restored one goes on")
  void save() throws Exception {
    kernel(TestKernel.PRINT_X, TestKernel.WRITE_SECTOR, TestKernel.PRINT_X, PRINT_FOREVER);
    try (MonitoredBoot boot = boot()) {
      boot.await("0");
      assertThat(boot.ask("save @/a state")).startsWith("@/a state: ").endsWith(" s\nok");
      assertThat(boot.exitStatus()).isZero();
      assertThat(boot.errors()).startsWith("virtio4j: the machine was saved\n");
    }
    try (MonitoredBoot boot =
        new MonitoredBoot(directory, "x", "--restore=@/a state", "--drive=file=@/disk")) {
      JsonObject counters = boot.stats().getArray("drives").getObject(0).getObject("counters");
      assertThat(counters.getInt("writes")).isEqualTo(1);
      assertThat(boot.ask("stop")).isEqualTo("ok");
      assertThat(boot.ask("save @/a state")).endsWith("\nok");
      assertThat(boot.exitStatus()).isZero();
    }
  }

  @Test
  @DisplayName("is for its owner alone")
  void permissions() throws Exception {
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask("help")).endsWith("ok");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory.resolve("monitor"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  @DisplayName("takes the place of a socket that was left behind")
  void stale() throws Exception {
    ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    left.bind(UnixDomainSocketAddress.of(directory.resolve("monitor")));
    left.close();
    assertThat(directory.resolve("monitor")).exists();
    try (MonitoredBoot boot = boot()) {
      assertThat(boot.ask("")).isEqualTo("ok");
    }
  }

  @Test
  @DisplayName("is refused where somebody listens")
  void inUse() throws Exception {
    try (MonitoredBoot boot = boot()) {
      assertThat(refused("@/monitor"))
          .isEqualTo("virtio4j: @/monitor: another program listens there; name another path\n");
      assertThat(boot.ask("")).isEqualTo("ok");
    }
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("is refused where there is something else, and where no socket can be")
  @CsvSource(
      delimiter = '|',
      value = {
        "@/disk       | @/disk: is there already, and no socket; --monitor replaces nothing else",
        "@            | @: is there already, and no socket; --monitor replaces nothing else",
        "@/no/monitor | @/no/monitor: no socket can be made there: No such file or directory",
      })
  void refusedPath(String path, String line) throws IOException {
    byte[] disk = Files.readAllBytes(directory.resolve("disk"));
    assertThat(refused(path)).isEqualTo("virtio4j: " + line + "\n");
    assertThat(directory.resolve("disk")).hasBinaryContent(disk);
  }

  @Test
  @DisplayName("is refused where the path is longer than that of a socket may be")
  void longPath() {
    String path = "@/" + "m".repeat(108);
    assertThat(refused(path))
        .isEqualTo(
            "virtio4j: "
                + path
                + ": longer than the 107 bytes of a unix socket; name a shorter one\n");
  }

  /** What a boot says that is refused. */
  private String refused(String path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            new Console(InputStream.nullInputStream(), out, new PrintStream(err, true, UTF_8)),
            "boot",
            "--kernel=" + directory.resolve("kernel"),
            "--monitor=" + path.replace("@", directory.toString()));
    assertThat(status).isEqualTo(2);
    assertThat(out.toString(US_ASCII)).isEmpty();
    return err.toString(UTF_8).replace(directory.toString(), "@");
  }
}
