package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.machine.Boot;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.LinuxBoot;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Makes a disk and a CD of what a test guest is made of, as a user would. */
@DisplayName("SeaBIOS and a boot loader")
class BootLoaderIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(10);
  private static final int MEMORY = 128 << 20;
  private static final String MODULES = "/usr/lib/syslinux/modules/bios/";
  private static final String ISOLINUX = "/usr/lib/ISOLINUX/isolinux.bin";

  private static final String CONFIGURATION =
      """
      SERIAL 0 115200
      DEFAULT linux
      LABEL linux
        KERNEL vmlinuz
        INITRD initrd
        APPEND %s
      """
          .formatted(TestGuest.COMMAND_LINE);

  /** Says how the guest was booted. */
  private static final String HOW = "cut -d ' ' -f 1 /proc/cmdline; ";

  @TempDir private Path directory;

  /** The files of a boot disk but for the boot loader's own, of a guest that runs a script. */
  private Path files(String script) throws IOException {
    Path files = Files.createDirectory(directory.resolve("files"));
    Path made = Files.createDirectory(directory.resolve("made"));
    TestGuest guest = TestGuest.of(HOW + script, made);
    Files.move(guest.kernel(), files.resolve("vmlinuz"));
    Files.move(guest.initramfs(), files.resolve("initrd"));
    Files.writeString(files.resolve("syslinux.cfg"), CONFIGURATION);
    return files;
  }

  private void tool(String... command) throws IOException, InterruptedException {
    Path log = directory.resolve("tool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(String.join(" ", command) + Files.readString(log)).isZero();
  }

  /** Boots, and gives what came on the serial line. */
  private String boot(String drive) throws Exception {
    MachineOptions options =
        new MachineOptions(
            MEMORY,
            null,
            Needs.seaBios("bios.bin"),
            null,
            null,
            "",
            List.of(DriveOptions.parse(drive)),
            false,
            false);
    StringBuilder serial = new StringBuilder();
    try (MachineSetup setup = MachineSetup.open(new ReferenceHost(), options)) {
      BootRun run =
          new BootRun(setup::powerOn, List.of(), value -> serial.append((char) value), note -> {});
      BootRun.Result result = run.run(TIMEOUT, BootRun.RETRY);
      assertThat(result.ending()).as(serial.toString()).isEqualTo(BootRun.Ending.POWERED_OFF);
    }
    return serial.toString().replace("\r", "");
  }

  @Test
  @DisplayName("boot Debian from a virtio disk with a FAT file system, by syslinux")
  void disk() throws Exception {
    Needs.program("syslinux", "syslinux");
    Needs.program("mformat", "mtools");
    Path files = files("ls -1 /sys/block");
    String disk = directory.resolve("disk").toString();
    tool("mformat", "-C", "-i", disk, "-T", "131072", "-h", "64", "-s", "32", "::");
    tool("syslinux", "--install", disk);
    for (String file : List.of("vmlinuz", "initrd", "syslinux.cfg")) {
      tool("mcopy", "-i", disk, files.resolve(file).toString(), "::");
    }
    assertThat(boot("file=" + disk + ",readonly=on"))
        .contains("SYSLINUX", "test: begins\nBOOT_IMAGE=vmlinuz\nvda\ntest: ends\n");
  }

  @Test
  @DisplayName("boot Debian from a virtio disk that was made of its kernel")
  void kernelDisk() throws Exception {
    TestGuest guest = TestGuest.of(HOW + "ls -1 /sys/block", directory);
    MachineOptions options =
        new MachineOptions(
            MEMORY,
            null,
            null,
            guest.kernel(),
            guest.initramfs(),
            "made " + TestGuest.COMMAND_LINE,
            List.of(),
            false,
            false);
    Path disk = directory.resolve("disk");
    Files.write(disk, ((LinuxBoot) Boot.read(options)).disk(MEMORY));
    assertThat(boot("file=" + disk + ",readonly=on"))
        .contains("test: begins\nmade\nvda\ntest: ends\n");
  }

  @Test
  @DisplayName("boot Debian from a CD-ROM, by isolinux, and it mounts the CD")
  void cdrom() throws Exception {
    Needs.program("xorriso", "xorriso");
    Needs.file(ISOLINUX, "isolinux");
    Needs.file(MODULES + "ldlinux.c32", "syslinux-common");
    Path files = files("mount -t iso9660 -o ro /dev/sr0 /mnt && ls -1 /mnt");
    Files.copy(Path.of(ISOLINUX), files.resolve("isolinux.bin"));
    Files.copy(Path.of(MODULES, "ldlinux.c32"), files.resolve("ldlinux.c32"));
    String iso = directory.resolve("iso").toString();
    String options = "-b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table";
    tool(("xorriso -as mkisofs -o " + iso + " " + options + " " + files).split(" ", -1));
    assertThat(boot("file=" + iso + ",if=scsi,media=cdrom"))
        .contains(
            "ISOLINUX",
            "test: begins\nBOOT_IMAGE=vmlinuz\n"
                + "boot.cat\ninitrd\nisolinux.bin\nldlinux.c32\nsyslinux.cfg\nvmlinuz\ntest: ends\n");
  }
}
