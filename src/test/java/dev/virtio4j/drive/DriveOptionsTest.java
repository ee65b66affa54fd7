package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.scsi.ScsiOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("--drive")
class DriveOptionsTest {
  private static final String ALL_KEYS =
      Arrays.toString(Arrays.stream(DriveKey.values()).map(DriveKey::id).toArray())
          .replaceAll("[\\[\\]]", "");

  @Test
  @DisplayName("needs a file and no more")
  void defaults() {
    DriveOptions options = DriveOptions.parse("file=disk.img");
    assertThat(options.file()).isEqualTo("disk.img");
    assertThat(options.image().readOnly()).isFalse();
    assertThat(options.device()).usingRecursiveComparison().isEqualTo(BlkOptions.DEFAULTS);
  }

  @Test
  @DisplayName("takes QEMU's keys in any order, sizes with QEMU's suffixes")
  void allKeys() {
    DriveOptions options =
        DriveOptions.parse(
            "serial=A 1,logical_block_size=4k,readonly=on,format=raw,if=virtio,file=a=b,secs=63,heads=16,cyls=1000,"
                + "physical_block_size=2M,min_io_size=8192,opt_io_size=1m,discard=ignore,cache=unsafe,"
                + "rerror=stop,werror=ignore,num-queues=4,queue-size=64,spec=default,"
                + "latency=5ms,bps=1G,bps_rd=2T,bps_wr=3K,iops=4,iops_rd=5,iops_wr=6");
    assertThat(options.file()).isEqualTo("a=b");
    assertThat(options.image().readOnly()).isTrue();
    assertThat(options.device())
        .usingRecursiveComparison()
        .isEqualTo(
            BlkOptions.builder()
                .serial("A 1")
                .logicalBlockSize(4096)
                .physicalBlockSize(2 << 20)
                .ioSizes(8192, 1 << 20)
                .geometry(1000, 16, 63)
                .discard(false)
                .cache(BlkOptions.CacheMode.UNSAFE)
                .onError(OnError.STOP, OnError.IGNORE)
                .queues(4, 64)
                .spec(SpecProfile.DEFAULT)
                .timing(new DiskTiming(5_000_000, 1L << 30, 2L << 40, 3 << 10, 4, 5, 6))
                .build());
  }

  @Test
  @DisplayName("reads two commas in a row as one in the value")
  void commas() {
    DriveOptions options = DriveOptions.parse("file=a,,b,,,serial=,,x");
    assertThat(options.given()).isEqualTo(Map.of(DriveKey.FILE, "a,b,", DriveKey.SERIAL, ",x"));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses what is no key in one line that lists the keys")
  @CsvSource({
    "disk.img, 'disk.img' is not key=value",
    "'file=a,', '' is not key=value",
    "'file=a,aio=native', unknown key 'aio'"
  })
  void refusesKey(String text, String message) {
    assertThatThrownBy(() -> DriveOptions.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message + "; the keys are " + ALL_KEYS);
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses a value in one line that says what is allowed")
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        // spotless:off
        "file=a,file=b                            ! key 'file' is given twice",
        "serial=x                                 ! no file= names the image",
        "file=                                    ! no file= names the image",
        "file=a,if=ide                            ! if=ide: use virtio or scsi",
        "file=a,format=vmdk                       ! format=vmdk: use raw, qcow2 or overlay",
        "file=a,backing=b                         ! backing=b: only for format=qcow2 or base-format=qcow2",
        "file=a,format=overlay,backing=b          ! backing=b: only for format=qcow2 or base-format=qcow2",
        "file=a,base=b                            ! base=b: only for format=overlay",
        "file=a,format=overlay,base=b,base-format=overlay ! base-format=overlay: use raw or qcow2",
        "file=a,format=qcow2,backing=b            ! backing-format=: use raw or qcow2",
        "file=a,fault=read:EIEIO                  ! fault 'read:EIEIO' names none of the errors EIO, ENXIO, ENOMEM, EFBIG, ENOSPC, EROFS, ETIMEDOUT, EDQUOT, EBUSY, ENOLINK, EREMOTEIO, EBADE",
        "file=a,readonly=yes                      ! readonly=yes: use on or off",
        "file=a,readonly=                         ! readonly=: use on or off",
        "file=a,readonly=on|off                   ! readonly=on|off: use on or off",
        "file=a,cache=none                        ! cache=none: use writeback, writethrough or unsafe",
        "file=a,spec=1.0                          ! spec=1.0: use 0.8.9, 2011-04, 2011-11, 0.9.4, 0.9.5 or default",
        "file=a,serial=123456789012345678901      ! serial=123456789012345678901: use up to 20 printable ASCII characters",
        "file=a,logical_block_size=1024           ! logical_block_size=1024: use 512 or 4096",
        "file=a,logical_block_size=4KB            ! logical_block_size=4KB: use a size such as 512, 64k, 4M or 1G; smallest transfer: 512 or 4096; 2048 of a CD-ROM",
        "file=a,physical_block_size=3k            ! physical_block_size=3072: use a power of two from logical_block_size (512) to 2097152",
        "file=a,min_io_size=5G                    ! min_io_size=5G: use a size such as 512, 64k, 4M or 1G; smallest good transfer, a hint: up to 65535 logical blocks; 0: none",
        "file=a,bps=9999999T                      ! bps=9999999T: use a size such as 512, 64k, 4M or 1G; most bytes in a second; 0: no limit",
        "file=a,cyls=10                           ! cyls=10,heads=0,secs=0: use all three, cyls from 1 to 65535, heads and secs from 1 to 255",
        "file=a,heads=-1                          ! heads=-1: use a number; if=virtio: heads, 1 to 255; 0: made up",
        "file=a,iops=10k                          ! iops=10k: use a number; most reads and writes in a second; 0: no limit",
        "file=a,latency=fast                      ! latency=fast: use a time such as 100us or 5ms; how long each request takes",
        "file=a,num-queues=0                      ! num-queues=0: use 1 to 64",
        "file=a,num-queues=2,spec=0.9.5           ! num-queues=2: spec=0.9.5 has one queue",
        "file=a,queue-size=100                    ! queue-size=100: use a power of two from 4 to 1024",
        "file=a,spec=2011-04                      ! spec=2011-04: that draft has no block device, only SCSI",
        "file=a,bus=0                             ! bus=0: not for if=virtio",
        "file=a,media=disk                        ! media=disk: not for if=virtio",
        "file=a,id=a b                            ! id=a b: use letters, digits, '.', '_' and '-'",
        "if=scsi                                  ! no file= names the image",
        "file=a,if=scsi,spec=0.8.9                ! spec=0.8.9: that text has no SCSI host",
        "file=a,if=scsi,cyls=10                   ! cyls=10: not for if=scsi",
        "file=a,if=scsi,media=tape                ! media=tape: use disk or cdrom",
        "file=a,if=scsi,bus=30                    ! bus=30: use a number; if=scsi: which SCSI host, from 0 without a gap",
        "file=a,if=scsi,target=256                ! target=256: use a number; if=scsi: 0 to 255; without one the next that is free",
        "file=a,if=scsi,lun=16384                 ! lun=16384: use a number; if=scsi: 0 to 16383",
        "file=a,if=scsi,logical_block_size=2048   ! logical_block_size=2048: use 512 or 4096",
        "file=a,if=scsi,serial=123456789012345678901 ! serial=123456789012345678901: use up to 20 printable ASCII characters",
        "if=scsi,media=cdrom,cache=unsafe         ! cache=unsafe: not for media=cdrom",
        "if=scsi,media=cdrom,readonly=off         ! readonly=off: use on with media=cdrom",
        "if=scsi,media=cdrom,logical_block_size=512 ! logical_block_size=512: use 2048 with media=cdrom",
        // spotless:on
      })
  void refusesValue(String text, String message) {
    assertThatThrownBy(() -> DriveOptions.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  @DisplayName("takes every word of a choice")
  void everyWord() {
    for (DriveKey key : DriveKey.values()) {
      if (key.words().contains(key.byDefault())) {
        for (String word : key.words()) {
          assertThat(parseOneOf(key, word).given()).containsEntry(key, word);
        }
      }
    }
  }

  private static DriveOptions parseOneOf(DriveKey key, String word) {
    boolean isScsi = !key.isOf(DriveKind.VIRTIO) || word.startsWith("2011-");
    return DriveOptions.parse("file=a," + (isScsi ? "if=scsi," : "") + key.id() + "=" + word);
  }

  @Test
  @DisplayName("takes a SCSI disk with its place, and what a block device has")
  void scsiDisk() {
    DriveOptions options =
        DriveOptions.parse(
            "file=a,if=scsi,bus=2,target=255,lun=16383,serial=A,logical_block_size=4k,min_io_size=8k,"
                + "cache=writethrough,discard=ignore,rerror=stop,werror=ignore,latency=5ms,"
                + "num-queues=4,queue-size=64,spec=2011-11");
    assertThat(options.kind()).isEqualTo(DriveKind.SCSI_DISK);
    assertThat(options.scsi())
        .isEqualTo(
            new ScsiDrive(
                2,
                255,
                16383,
                UnitIdentity.ofDisk("A"),
                new BlockLayout(4096, 4096, 8192, 0),
                BlkOptions.CacheMode.WRITETHROUGH,
                false,
                new UnitSettings(
                    new DiskTiming(5_000_000, 0, 0, 0, 0, 0, 0), OnError.STOP, OnError.IGNORE),
                new ScsiOptions(4, 64, SpecProfile.DRAFT_2011_11)));
  }

  @Test
  @DisplayName("takes a CD-ROM drive, which needs no file and is only read")
  void cdrom() {
    DriveOptions empty = DriveOptions.parse("if=scsi,media=cdrom");
    assertThat(empty.image()).isNull();
    assertThat(empty.files()).isEmpty();
    assertThat(empty.scsi().target()).isEqualTo(ScsiDrive.NEXT_FREE);
    DriveOptions full =
        DriveOptions.parse("if=scsi,media=cdrom,file=a,readonly=on,logical_block_size=2048");
    assertThat(full.image().readOnly()).isTrue();
    assertThat(full.kind()).isEqualTo(DriveKind.CDROM);
  }

  @Test
  @DisplayName("tells what a guest sees, in one way however it was written")
  void seenByGuest() {
    assertThat(DriveOptions.parse("file=a,if=scsi,target=1,latency=1ms").seenByGuest())
        .isEqualTo(
            DriveOptions.parse("latency=1000us,target=1,media=disk,if=scsi,file=b").seenByGuest())
        .contains("target=1", "bus=0", "media=disk", "num-queues=1", "latency=1000000ns")
        .doesNotContain("cyls=0")
        .doesNotHaveDuplicates();
    assertThat(DriveOptions.parse("if=scsi,media=cdrom,target=0").seenByGuest())
        .contains("logical_block_size=2048", "readonly=on")
        .doesNotContain("cache=writeback")
        .doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("has its keys in the README as they are")
  void readme() throws IOException {
    assertThat(Files.readString(Path.of("README.md")))
        .contains(Arrays.stream(DriveKey.values()).map(DriveOptionsTest::row).toList());
  }

  private static String row(DriveKey key) {
    return "| `%s=%s` | %s | %s |\n"
        .formatted(key.id(), key.syntax().replace("|", "\\|"), key.byDefault(), key.help());
  }
}
