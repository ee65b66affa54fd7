package dev.virtio4j.guest;

import static dev.virtio4j.guest.SyntheticPackages.bytes;
import static dev.virtio4j.guest.SyntheticPackages.module;
import static dev.virtio4j.guest.SyntheticPackages.xz;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Fetches from a script in the place of apt-get, which hands out packages made here. */
@DisplayName("A guest is fetched into the user's cache")
@EnabledOnOs({OS.LINUX, OS.MAC})
class GuestCacheTest {
  private static final Progress QUIET = (phase, done, total) -> {};

  /**
   * Copies what is to be downloaded from the directory beside it, whatever version is asked for.
   */
  private static final String APT_GET =
      """
      #!/bin/sh
      echo "$*" >> "$(dirname "$0")/calls"
      for name; do :; done
      echo 'dlstatus:1:50.0000:Retrieving file 1 of 1'
      case $* in *download*) cp "$(dirname "$0")"/packages/"${name%%=*}"_* . ;; esac
      """;

  @TempDir Path directory;
  private Path aptGet;
  private GuestCache cache;

  @BeforeEach
  void preparePackages() throws IOException {
    Path packages = Files.createDirectory(directory.resolve("packages"));
    String modules = "lib/modules/6.1.0-7-686/";
    Map<String, byte[]> kernel = new LinkedHashMap<>();
    kernel.put("boot/vmlinuz-6.1.0-7-686", bytes("the kernel"));
    kernel.put(modules + "modules.builtin", bytes("kernel/drivers/scsi/scsi_mod.ko\n"));
    for (String name : new String[] {"virtio_pci", "virtio_ring", "virtio_blk", "virtio_scsi"}) {
      kernel.put(modules + "kernel/" + name + ".ko", module("depends=virtio"));
    }
    kernel.put(modules + "kernel/virtio.ko", module("depends="));
    kernel.put(modules + "kernel/sd_mod.ko.xz", xz(module("depends=scsi_mod,t10-pi")));
    kernel.put(modules + "kernel/sr_mod.ko", module("depends=cdrom,scsi_mod"));
    for (String name : new String[] {"t10-pi", "cdrom", "ext4", "isofs", "snd"}) {
      kernel.put(modules + "kernel/" + name + ".ko", module("depends="));
    }
    SyntheticPackages.deb(
        packages.resolve("linux-image-686_6.1.9-1_i386.deb"),
        "Package: linux-image-686\nDepends: linux-image-6.1.0-7-686 (= 6.1.9-1)\n",
        Map.of());
    SyntheticPackages.deb(
        packages.resolve("linux-image-6.1.0-7-686_6.1.9-1_i386.deb"),
        "Package: linux-image-6.1.0-7-686\nVersion: 6.1.9-1\n",
        kernel);
    SyntheticPackages.deb(
        packages.resolve("busybox-static_1.35_i386.deb"),
        "Package: busybox-static\nVersion: 1.35\n",
        Map.of("bin/busybox", bytes("the busybox")));
    aptGet = directory.resolve("apt-get");
    script(APT_GET);
    cache = new GuestCache(directory.resolve("cache"), aptGet.toString());
  }

  @Test
  @DisplayName("kernel and initramfs are there afterwards, with the versions of their packages")
  void fetches() throws IOException {
    assertThat(cache.image()).isEmpty();

    GuestImage image = cache.fetch(QUIET);

    assertThat(image.kernel()).hasContent("the kernel");
    assertThat(image.versions())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("linux-image-6.1.0-7-686", "6.1.9-1", "busybox-static", "1.35"));
    assertThat(cache.image()).contains(image);
    assertThat(cache.directory().resolve("debian-i386.part")).doesNotExist();
  }

  @Test
  @DisplayName(
      "the initramfs holds busybox, init, the console and the modules in the order of loading")
  void makesInitramfs() throws IOException {
    Map<String, CpioArchiveEntry> entries = new LinkedHashMap<>();
    Map<String, String> contents = new LinkedHashMap<>();
    byte[] initramfs = Files.readAllBytes(cache.fetch(QUIET).initramfs());
    try (var cpio = new CpioArchiveInputStream(new ByteArrayInputStream(initramfs))) {
      for (CpioArchiveEntry entry; (entry = cpio.getNextEntry()) != null; ) {
        entries.put(entry.getName(), entry);
        contents.put(entry.getName(), new String(cpio.readAllBytes(), StandardCharsets.ISO_8859_1));
      }
    }

    assertThat(contents)
        .containsEntry("bin/busybox", "the busybox")
        .containsEntry("bin/sh", "busybox")
        .containsEntry(
            "lib/modules/order",
            "virtio.ko\nvirtio_ring.ko\nvirtio_pci.ko\nvirtio_blk.ko\n"
                + "t10_pi.ko\nsd_mod.ko\ncdrom.ko\nsr_mod.ko\nvirtio_scsi.ko\next4.ko\nisofs.ko\n")
        .containsKey("lib/modules/sd_mod.ko")
        .doesNotContainKey("lib/modules/snd.ko");
    assertThat(contents.get("init")).startsWith("#!/bin/sh\n");
    assertThat(entries.get("init").getMode()).isEqualTo(0100755);
    assertThat(entries.get("bin/sh").isSymbolicLink()).isTrue();
    CpioArchiveEntry console = entries.get("dev/console");
    assertThat(console.isCharacterDevice()).isTrue();
    assertThat(console.getRemoteDeviceMaj()).isEqualTo(5);
    assertThat(console.getRemoteDeviceMin()).isEqualTo(1);
  }

  @Test
  @DisplayName("two fetches of the same packages give the same initramfs to the byte")
  void isReproducible() throws IOException {
    byte[] first = Files.readAllBytes(cache.fetch(QUIET).initramfs());
    byte[] second = Files.readAllBytes(cache.fetch(QUIET).initramfs());

    assertThat(second).isEqualTo(first);
  }

  @Test
  @DisplayName("the progress names each phase, and passes on apt-get's percentages")
  void reportsProgress() throws IOException {
    Set<String> reports = new LinkedHashSet<>();

    cache.fetch((phase, done, total) -> reports.add(phase + " " + 100 * done / total));

    assertThat(reports)
        .containsSubsequence(
            "getting package lists 0",
            "getting package lists 50",
            "getting package lists 100",
            "downloading busybox-static 50",
            "downloading linux-image-686 50",
            "downloading linux-image-6.1.0-7-686=6.1.9-1 50",
            "reading kernel modules 100",
            "unpacking kernel modules 100");
  }

  @Test
  @DisplayName("apt-get is told to keep its state and cache in private directories")
  void keepsAptGetPrivate() throws IOException {
    cache.fetch(QUIET);

    String part = cache.directory().resolve("debian-i386.part/packages").toString();
    assertThat(Files.readAllLines(directory.resolve("calls")))
        .allSatisfy(
            call ->
                assertThat(call)
                    .contains("-c apt.conf")
                    .contains("Dir::State=" + part)
                    .contains("Dir::State::status=" + part)
                    .contains("Dir::Cache=" + part));
  }

  @Test
  @DisplayName("without apt-get, a line says what to pass to boot instead")
  void saysWhatToDoWithoutAptGet() {
    GuestCache without = new GuestCache(directory.resolve("cache"), "no-such-apt-get");

    assertThatThrownBy(() -> without.fetch(QUIET))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "there is no no-such-apt-get to get Debian packages with: "
                + "pass --kernel FILE --initrd FILE to boot instead");
  }

  @Test
  @DisplayName("sources without the package: one line with apt-get's reason, and its log is kept")
  void passesOnAptGetsReason() throws IOException {
    script(
        """
        #!/bin/sh
        echo 'Reading package lists...'
        case $* in
          *update) echo 'W: Failed to fetch the lists'; exit 0 ;;
        esac
        echo 'E: Unable to locate package busybox-static' >&2
        echo 'E: No packages found' >&2
        exit 100
        """);

    Path log = cache.directory().resolve("apt-get.log");
    assertThatThrownBy(() -> cache.fetch(QUIET))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "apt-get gets no busybox-static for i386 from this machine's package sources:"
                + " Unable to locate package busybox-static"
                + " (before that: Failed to fetch the lists);"
                + " pass --kernel FILE --initrd FILE to boot instead (apt-get's output is in %s)",
            log);
    assertThat(log).content().contains("Reading package lists...").contains("No packages found");
  }

  @Test
  @DisplayName("an apt-get that fails without a word is reported with its exit status")
  void reportsExitStatus() throws IOException {
    script("#!/bin/sh\nexit 7\n");

    assertThatThrownBy(() -> cache.fetch(QUIET))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("package sources: exit status 7 (before that: exit status 7);");
  }

  @Test
  @DisplayName("a source that fails does no harm where another one has the packages")
  void oneSourceMayFail() throws IOException {
    script(APT_GET + "case $* in *update) echo 'E: Failed to fetch'; exit 100 ;; esac\n");

    assertThat(cache.fetch(QUIET).kernel()).exists();
  }

  @Test
  @DisplayName("a fetch that fails leaves the guest that was there, and nothing beside it")
  void failureLeavesTheOldGuest() throws IOException {
    GuestImage before = cache.fetch(QUIET);
    Files.delete(directory.resolve("packages/linux-image-6.1.0-7-686_6.1.9-1_i386.deb"));

    assertThatThrownBy(() -> cache.fetch(QUIET)).isInstanceOf(IOException.class);

    assertThat(cache.image()).contains(before);
    assertThat(cache.directory().resolve("debian-i386.part")).doesNotExist();
  }

  @Test
  @DisplayName("a guest made by another recipe is not offered")
  void outdatedGuestsAreNotOffered() throws IOException {
    cache.fetch(QUIET);
    Path properties = cache.directory().resolve("debian-i386/guest.properties");
    Files.writeString(
        properties, Files.readString(properties).replaceFirst("(?m)^recipe.*$", "recipe.sha256=0"));

    assertThat(cache.image()).isEmpty();
  }

  @Test
  @DisplayName("VIRTIO4J_CACHE comes before XDG_CACHE_HOME, which comes before ~/.cache")
  void findsTheUsersCache() {
    assertThat(
            GuestCache.ofUser(Map.of("VIRTIO4J_CACHE", "/a", "XDG_CACHE_HOME", "/b")).directory())
        .isEqualTo(Path.of("/a"));
    assertThat(GuestCache.ofUser(Map.of("XDG_CACHE_HOME", "/b")).directory())
        .isEqualTo(Path.of("/b/virtio4j"));
    assertThat(GuestCache.ofUser(Map.of("XDG_CACHE_HOME", "relative")).directory())
        .isEqualTo(Path.of(System.getProperty("user.home"), ".cache", "virtio4j"));
  }

  private void script(String text) throws IOException {
    Files.writeString(aptGet, text);
    Files.setPosixFilePermissions(aptGet, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
