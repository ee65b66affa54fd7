package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest waits for a disk at target 0 of the first bus, writes to it, and prints 0. */
@DisplayName("With if=scsi the monitor")
@Timeout(60)
class ScsiMonitorTest {
  private static final String CD = "--drive=if=scsi,media=cdrom,target=5,id=cd";

  @TempDir private Path directory;

  @BeforeEach
  void files() throws IOException {
    kernel(TestKernel.PRINT_X, TestKernel.SCSI_WRITE, TestKernel.LOOP);
    Files.write(path("disk"), new byte[4096]);
    Files.write(path("disc.iso"), new byte[8192]);
  }

  private void kernel(String... programs) throws IOException {
    TestKernel.write(path("kernel"), programs);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  private MonitoredBoot boot(String... drives) throws Exception {
    String[] args = Arrays.copyOf(drives, drives.length + 1);
    args[drives.length] = "--kernel=@/kernel";
    return new MonitoredBoot(directory, "x", args);
  }

  private void assertWritten() {
    assertThat(path("disk")).binaryContent().startsWith("data".getBytes(US_ASCII));
  }

  @ParameterizedTest(name = "--clock {0}")
  @DisplayName("plugs in a disk, which the guest finds, and unplugs it again")
  @ValueSource(strings = {"virtual", "realtime"})
  void addAndRemove(String clock) throws Exception {
    try (MonitoredBoot boot = boot(CD, "--clock=" + clock)) {
      assertThat(boot.ask("drive add file=@/disk,if=scsi,serial=S")).isEqualTo("ok");
      assertThat(boot.ask("drive list"))
          .isEqualTo(
              "cd 0 id=cd,if=scsi,target=5,media=cdrom\n"
                  + "drive0 4096 file=@/disk,id=drive0,if=scsi,target=0,serial=S\n"
                  + "ok");
      boot.await("0");
      assertWritten();
      assertThat(boot.ask("drive remove drive0")).isEqualTo("ok");
      assertThat(boot.ask("drive list")).isEqualTo("cd 0 id=cd,if=scsi,target=5,media=cdrom\nok");
      RawFile.open(path("disk"), false).close(); // it was let go
    }
  }

  @Test
  @DisplayName("changes the size of a disk")
  void resize() throws Exception {
    try (MonitoredBoot boot = boot("--drive=file=@/disk,if=scsi")) {
      assertThat(boot.ask("drive resize drive0 8k")).isEqualTo("ok");
      assertThat(path("disk")).hasSize(8192);
      assertThat(boot.ask("drive resize drive0 8193"))
          .isEqualTo(
              "error: drive0 @/disk: logical_block_size=512: the disk has 8193 bytes, no multiple of it; pad it or use 512");
    }
  }

  @Test
  @DisplayName("changes the disc in a CD-ROM drive")
  void disc() throws Exception {
    try (MonitoredBoot boot = boot(CD)) {
      assertThat(boot.ask("insert cd file=@/disc.iso")).isEqualTo("ok");
      String full = "cd 8192 file=@/disc.iso,id=cd,if=scsi,target=5,media=cdrom\nok";
      assertThat(boot.ask("drive list")).isEqualTo(full);
      assertThat(boot.ask("insert cd file=@/disk"))
          .isEqualTo("error: cd @/disc.iso: there is a disc in it: eject cd first");
      assertThat(boot.ask("eject cd")).isEqualTo("ok");
      assertThat(boot.ask("eject cd")).isEqualTo("error: cd (empty): has no disc");
      assertThat(boot.ask("insert cd file=@/disk,format=raw")).isEqualTo("ok");
      assertThat(boot.ask("eject --force cd")).isEqualTo("ok");
      assertThat(boot.ask("drive list")).startsWith("cd 0 id=cd,");
    }
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses what can't be done, and nothing has changed")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "drive add if=scsi,media=cdrom,target=5 | (empty): at bus 0, target 5, LUN 0 is cd (empty); name another place",
        "drive add if=scsi,media=cdrom,id=cd    | (empty): id=cd is the name of another drive",
        "drive add file=@/disk,if=scsi,bus=1    | @/disk: there is no bus 1; a SCSI host is a PCI card, and this PC has no hotplug for those",
        "drive add file=@/disk,if=scsi,num-queues=2 | @/disk: num-queues=2 is of the SCSI host, and bus 0 has 1; give it once, or the same to all",
        "drive add file=@/nothing,if=scsi       | @/nothing: no such file; name an existing disk image",
        "drive add file=@/disc.iso,if=scsi,logical_block_size=4k,physical_block_size=512 | physical_block_size=512: use a power of two from logical_block_size (4096) to 2097152",
        "drive add file=@/odd,if=scsi,logical_block_size=4k | @/odd: logical_block_size=4096: the disk has 512 bytes, no multiple of it; pad it or use 512",
        "drive resize cd 8k                     | cd (empty): a disc has the size that it has",
        "insert cd serial=1                     | cd (empty): serial= is not of a disc; give file= and format=",
        "insert cd format=raw                   | cd (empty): no file= names the image",
        "insert cd file=@/nothing               | @/nothing: no such file; name an existing disk image",
        // spotless:on
      })
  void refusals(String command, String error) throws Exception {
    Files.write(path("odd"), new byte[512]);
    try (MonitoredBoot boot = boot(CD)) {
      assertThat(boot.ask(command)).isEqualTo("error: " + error);
      assertThat(boot.ask("drive list")).isEqualTo("cd 0 id=cd,if=scsi,target=5,media=cdrom\nok");
    }
  }

  @Test
  @DisplayName("keeps what was plugged in when the machine is reset")
  void reset() throws Exception {
    kernel(TestKernel.PRINT_X, TestKernel.SCSI_WRITE, TestKernel.RESET, TestKernel.LOOP);
    try (MonitoredBoot boot = boot(CD)) {
      assertThat(boot.ask("drive add file=@/disk,if=scsi")).isEqualTo("ok");
      boot.await("0x0x0");
      JsonObject stats = boot.stats();
      JsonObject drive = stats.getArray("drives").getObject(1);
      assertThat(drive.getString("id")).isEqualTo("drive0");
      assertThat(drive.getObject("counters").getLong("bytes_out")).isGreaterThanOrEqualTo(3 * 512);
      JsonObject bus = stats.getArray("buses").getObject(0);
      assertThat(bus.getObject("options")).containsEntry("num-queues", "1");
      assertThat(bus.getObject("counters").getLong("bad_target")).isPositive();
    }
  }

  @Test
  @DisplayName("saves a machine with what was plugged in, which a restored one needs")
  void save() throws Exception {
    try (MonitoredBoot boot = boot(CD)) {
      assertThat(boot.ask("drive add file=@/disk,if=scsi")).isEqualTo("ok");
      assertThat(boot.ask("insert cd file=@/disc.iso")).isEqualTo("ok");
      boot.await("0");
      assertThat(boot.ask("save @/state")).endsWith("\nok");
      assertThat(boot.exitStatus()).isZero();
    }
    kernel(TestKernel.FAULT); // it is in the state
    String disc = "--drive=if=scsi,media=cdrom,target=5,file=@/disc.iso";
    String disk = "--drive=file=@/disk,if=scsi,target=0";
    assertRefused("the machine was saved with 2 drives, and now has 1", disc);
    assertRefused(
        "drive0 (empty): was saved with a disc; name it by file=", CD.replace(",id=cd", ""), disk);
    assertRefused("drive1 @/disk: was saved with lun=0, and now has lun=1", disc, disk + ",lun=1");
    assertRefused(
        "drive0 @/disc.iso: was saved with target=5, and now has target=4",
        disc.replace("5", "4"),
        disk);
    assertRefused(
        "drive0 @/disc.iso: was saved with num-queues=1, and now has num-queues=2",
        disc + ",num-queues=2",
        disk);
    try (MonitoredBoot boot = restored(disc, disk)) {
      assertThat(
              boot.stats()
                  .getArray("drives")
                  .getObject(1)
                  .getObject("counters")
                  .getLong("bytes_out"))
          .isEqualTo(512);
    }
  }

  private MonitoredBoot restored(String... drives) throws Exception {
    String[] args = Arrays.copyOf(drives, drives.length + 1);
    args[drives.length] = "--restore=@/state";
    return new MonitoredBoot(directory, "", args);
  }

  private void assertRefused(String line, String... drives) throws Exception {
    try (MonitoredBoot boot = restored(drives)) {
      assertThat(boot.exitStatus()).isEqualTo(2);
      assertThat(boot.errors()).isEqualTo("virtio4j: " + line + "\n");
    }
  }

  @Test
  @DisplayName("can't save a machine with a bus that no drive tells of")
  void emptyBus() throws Exception {
    try (MonitoredBoot boot = boot(CD)) {
      assertThat(boot.ask("drive remove cd")).isEqualTo("ok");
      assertThat(boot.ask("save @/state"))
          .isEqualTo(
              "error: bus 0 has no drive, and could not be restored; drive add if=scsi,bus=0,media=cdrom");
      assertThat(path("state")).doesNotExist();
      assertThat(boot.ask("drive list")).isEqualTo("ok");
    }
  }

  @Test
  @DisplayName("says which unit makes the machine stand still, and lets it go on without that")
  void standsStill() throws Exception {
    kernel(TestKernel.SCSI_WRITE, TestKernel.PRINT_X, TestKernel.LOOP);
    try (MonitoredBoot boot =
        new MonitoredBoot(
            directory,
            "",
            "--kernel=@/kernel",
            CD,
            "--drive=file=@/disk,if=scsi,target=0,werror=stop,fault=write:ENOSPC")) {
      String answer = boot.ask("cont");
      while (answer.equals("ok")) { // the guest has not come to its write
        answer = boot.ask("cont");
      }
      assertThat(answer)
          .startsWith("error: bus 0: target 0, LUN 0: ")
          .endsWith("; the machine stands still: mend that, it tries again by itself");
      assertThat(boot.ask("drive remove drive0")).isEqualTo("ok");
      assertThat(boot.ask("cont")).isEqualTo("ok");
      assertThat(boot.ask("drive add file=@/disk,if=scsi,target=0")).isEqualTo("ok");
      boot.await("0x");
      assertWritten();
    }
  }
}
