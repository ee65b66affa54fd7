package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.virtio.blk.BlkOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("--drive")
class DriveOptionsTest {

  @Test
  @DisplayName("needs a file and no more")
  void defaults() {
    assertThat(DriveOptions.parse("file=disk.img"))
        .usingRecursiveComparison()
        .isEqualTo(
            new DriveOptions(
                Path.of("disk.img"),
                false,
                BlkOptions.builder().serial("").logicalBlockSize(512).build()));
  }

  @Test
  @DisplayName("takes QEMU's keys in any order")
  void allKeys() {
    assertThat(
            DriveOptions.parse(
                "serial=A 1,logical_block_size=4096,readonly=on,format=raw,if=virtio,file=a=b"))
        .usingRecursiveComparison()
        .isEqualTo(
            new DriveOptions(
                Path.of("a=b"),
                true,
                BlkOptions.builder().serial("A 1").logicalBlockSize(4096).build()));
  }

  @Test
  @DisplayName("reads two commas in a row as one in the value")
  void commas() {
    assertThat(DriveOptions.parse("file=a,,b,,,serial=,,x"))
        .usingRecursiveComparison()
        .isEqualTo(
            new DriveOptions(
                Path.of("a,b,"),
                false,
                BlkOptions.builder().serial(",x").logicalBlockSize(512).build()));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses in one line that lists the keys")
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "disk.img                             ! 'disk.img' is not key=value",
        "file=a,                              ! '' is not key=value",
        "file=a,cache=none                    ! unknown key 'cache'",
        "file=a,file=b                        ! key 'file' is given twice",
        "serial=x                             ! no file= names the image",
        "file=                                ! no file= names the image",
        "file=a,if=ide                        ! if=ide is not if=virtio",
        "file=a,format=qcow2                  ! format=qcow2 is not format=raw",
        "file=a,readonly=yes                  ! readonly=yes is not readonly=off|on",
        "file=a,logical_block_size=1024       ! logical_block_size=1024 is not logical_block_size=512|4096",
      })
  void refuses(String text, String message) {
    assertThatThrownBy(() -> DriveOptions.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            message + "; the keys are file, if, format, readonly, serial, logical_block_size");
  }

  @Test
  @DisplayName("refuses a serial number that is longer than its field")
  void serial() {
    assertThatThrownBy(() -> DriveOptions.parse("file=a,serial=123456789012345678901"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("serial=123456789012345678901: ");
  }
}
