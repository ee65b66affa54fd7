package dev.virtio4j.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.machine.BootRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A suite is read")
class SuiteReaderTest {
  @TempDir private Path folder;

  private Suite read(String yaml) throws IOException {
    return read(yaml, Map.of());
  }

  private Suite read(String yaml, Map<String, String> set) throws IOException {
    return new SuiteReader(set, null).read(write("nightly.yaml", yaml));
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  @DisplayName("with all keys of a case")
  void wholeCase() throws IOException {
    Case found =
        read("""
            name: old systems
            cases:
              boots:
                kernel: boot/vmlinuz
                initrd: boot/initrd.gz
                append: console=ttyS0 quiet
                host: jpc
                memory: 64M
                timeout: 90s
                fail-if: ["Oops:"]
                drives:
                  - file=disk.img,readonly=on
                  - {file: cd.iso, if: scsi, media: cdrom, id: cd}
                devices:
                  - {type: sound, irq: 5}
                steps:
                  - {expect: "# $", timeout: 60s}
                  - send: "ls\\n"
                  - wait: 500ms
                  - monitor: " drive list "
                  - checkpoint: shell
                check:
                  - exit: powered_off
            """)
            .find("boots");

    assertThat(found.axes()).isEmpty();
    assertThat(found.start())
        .isEqualTo(
            new Start.Kernel(
                folder.resolve("boot/vmlinuz"),
                folder.resolve("boot/initrd.gz"),
                "console=ttyS0 quiet"));
    assertThat(found.host()).isEqualTo("jpc");
    assertThat(found.memoryBytes()).isEqualTo(64 << 20);
    assertThat(found.timeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(found.failIf()).extracting(Pattern::pattern).containsExactly("Oops:");
    assertThat(found.drives())
        .extracting(drive -> drive.value(DriveKey.ID))
        .containsExactly("drive0", "cd");
    assertThat(found.drives().get(0).files()).containsExactly(folder.resolve("disk.img"));
    assertThat(found.devices().get(0).type()).isEqualTo("sound");
    assertThat(found.devices().get(0).keys()).isEqualTo(Map.of("irq", "5"));
    assertThat(found.steps())
        .extracting(Step::text)
        .containsExactly(
            "expect # $", "send ls\\n", "wait 500 ms", "monitor drive list", "checkpoint shell");
    assertThat(((Step.Send) found.steps().get(1)).keys()).isEqualTo("ls\n");
    assertThat(found.exit()).isEqualTo("powered_off");
    assertThat(found.place()).hasToString(folder.resolve("nightly.yaml") + ":4: cases.boots");
    assertThat(found.steps().get(2).place())
        .hasToString(folder.resolve("nightly.yaml") + ":19: cases.boots.steps[2].wait");
  }

  @Test
  @DisplayName("with all kinds of checks; drives go by number or name")
  void checks() throws IOException {
    String hash = "AB".repeat(32);
    Case found =
        read("""
            cases:
              a:
                firmware: bios.bin
                drives: [file=a.img, "file=b.img,if=scsi,id=b"]
                steps: [wait: 1s]
                check:
                  - image: {drive: 0, unchanged: true}
                  - image: {drive: b, sha256: %s, offset: 1k, length: 512}
                  - image: {drive: b, bytes: 55 AA, offset: 510}
                  - image: {drive: 1, text: "Hi\\n"}
                  - image: {drive: 0, equals: want/a.img}
                  - counter: {drive: 0, name: reads, at-least: 1}
                  - counter: {drive: b, name: [requests, commands], equals: 7}
                  - time: {at-least: 1s, at-most: 1m}
            """
                .formatted(hash))
            .find("a");

    assertThat(found.start()).isEqualTo(new Start.Firmware(folder.resolve("bios.bin")));
    assertThat(found.exit()).isEqualTo("expected");
    assertThat(found.checks())
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("place")
        .containsExactly(
            new Check.ImageUnchanged(null, "drive0"),
            new Check.ImageSha256(null, "b", 1024, 512, hash.toLowerCase(Locale.ROOT)),
            new Check.ImageBytes(null, "b", 510, "55aa"),
            new Check.ImageBytes(null, "b", 0, "48690a"),
            new Check.ImageEquals(null, "drive0", folder.resolve("want/a.img"), 0, Check.TO_END),
            new Check.Counter(null, "drive0", "reads", 1, Long.MAX_VALUE),
            new Check.Counter(null, "b", "commands", 7, 7),
            new Check.EmulatedTime(null, Duration.ofSeconds(1), Duration.ofMinutes(1)));
    assertThat(found.checks())
        .extracting(Check::text)
        .contains("drive0: unchanged", "b: SHA-256 of 512 at 1024", "b: bytes of 2 at 510");
    assertThat(((Check.ImageBytes) found.checks().get(2)).bytes())
        .containsExactly(0x55, (byte) 0xAA);
  }

  @Test
  @DisplayName("a case has the defaults that it does not give itself; fail-if adds up")
  void defaults() throws IOException {
    Suite suite =
        read(
            """
            defaults:
              kernel: vmlinuz
              initrd: initrd.gz
              memory: 32M
              fail-if: [panic]
              drives: [file=a.img]
            cases:
              plain: {steps: [wait: 1s]}
              other: {steps: [wait: 1s], memory: 1G, initrd: "", drives: [], fail-if: [Oops]}
              bios: {firmware: bios.bin, steps: [wait: 1s]}
            """);

    Case plain = suite.find("plain");
    Case other = suite.find("other");
    assertThat(plain.memoryBytes()).isEqualTo(32 << 20);
    assertThat(plain.drives()).hasSize(1);
    assertThat(plain.timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(plain.host()).isEqualTo("reference");
    assertThat(other.memoryBytes()).isEqualTo(1 << 30);
    assertThat(other.drives()).isEmpty();
    assertThat(other.start()).isEqualTo(new Start.Kernel(folder.resolve("vmlinuz"), null, ""));
    assertThat(other.failIf()).extracting(Pattern::pattern).containsExactly("panic", "Oops");
    assertThat(suite.find("bios").start()).isInstanceOf(Start.Firmware.class);
  }

  @Test
  @DisplayName("${NAME} is a variable, of the suite or of the command line; $${ is ${ itself")
  void variables() throws IOException {
    String yaml =
        """
        variables:
          images: disks
          image: ${images}/a.img
          kernel:
        cases:
          a:
            kernel: ${kernel}
            drives: ["file=${image}"]
            steps:
              - send: "echo $${HOME} $x\\n"
              - monitor: drive add file=${dir}/b.img,if=scsi
        """;

    Case found = read(yaml, Map.of("images", "other", "kernel", "/k")).find("a");

    assertThat(found.start()).isEqualTo(new Start.Kernel(Path.of("/k"), null, ""));
    assertThat(found.drives().get(0).files()).containsExactly(folder.resolve("other/a.img"));
    assertThat(((Step.Send) found.steps().get(0)).keys()).isEqualTo("echo ${HOME} $x\n");
    assertThat(((Step.Monitor) found.steps().get(1)).line())
        .isEqualTo("drive add file=" + folder.toAbsolutePath() + "/b.img,if=scsi");
    assertThatThrownBy(() -> read(yaml))
        .hasMessageEndingWith(
            ":7: cases.a.kernel: variable 'kernel' has no value; give it one with --set");
    assertThatThrownBy(() -> read(yaml, Map.of("kernle", "/k")))
        .hasMessage(
            "--set kernle: %s has no such variable; it has image, images, kernel",
            folder.resolve("nightly.yaml"));
  }

  @Test
  @DisplayName("a suite includes others; its own values go first, and paths are of their own file")
  void includes() throws IOException {
    write(
        "lib/common.yaml",
        """
        defaults: {kernel: vmlinuz, memory: 32M}
        variables: {prompt: "never"}
        include: [deep.yaml]
        cases:
          common: {steps: [expect: "${prompt}"]}
        """);
    write("lib/deep.yaml", "cases: {deep: {steps: [wait: 1s]}}");

    Suite suite =
        read(
            """
            include: [lib/common.yaml, lib/deep.yaml]
            defaults: {memory: 16M}
            variables: {prompt: "# $"}
            cases:
              own: {steps: [wait: 1s]}
            """);

    assertThat(suite.cases()).extracting(Case::id).containsExactly("own", "common", "deep");
    assertThat(suite.find("own").start())
        .isEqualTo(new Start.Kernel(folder.resolve("lib/vmlinuz"), null, ""));
    assertThat(suite.find("deep").memoryBytes()).isEqualTo(16 << 20);
    assertThat(suite.find("common").steps().get(0).text()).isEqualTo("expect # $");
  }

  @Test
  @DisplayName("the name is its own, or the file's")
  void name() throws IOException {
    String cases = "cases: {a: {kernel: k, steps: [wait: 1s]}}";

    assertThat(read(cases).name()).isEqualTo("nightly");
    assertThat(read("name: old\n" + cases).name()).isEqualTo("old");
  }

  @Test
  @DisplayName(
      "the host of the command line is that of cases that don't say, in place of the default")
  void host() throws IOException {
    Path file =
        write(
            "nightly.yaml",
            """
            defaults: {host: reference, kernel: k}
            cases:
              any: {steps: [wait: 1s]}
              own: {host: reference, steps: [wait: 1s]}
            """);

    Suite suite = new SuiteReader(Map.of(), "jpc").read(file);

    assertThat(suite.find("any").host()).isEqualTo("jpc");
    assertThat(suite.find("own").host()).isEqualTo("reference");
  }

  @Test
  @DisplayName("a file that a case needs and that is not there is named with its place")
  void missingFiles() throws IOException {
    Suite suite =
        read(
            """
            cases:
              boots:
                kernel: vmlinuz
                drives: [file=a.img]
                steps: [checkpoint: up]
              goes-on:
                from: boots@up
                check: [{exit: powered_off}, {image: {drive: 0, equals: b.img}}]
            """);
    String suiteFile = folder.resolve("nightly.yaml").toString();
    Case goesOn = suite.find("goes-on");

    assertThatThrownBy(goesOn::checkFiles)
        .hasMessage(
            suiteFile + ":3: cases.boots.kernel: " + folder.resolve("vmlinuz") + ": no such file");
    write("vmlinuz", "");
    assertThatThrownBy(goesOn::checkFiles)
        .hasMessage(
            suiteFile + ":4: cases.boots.drives[0]: " + folder.resolve("a.img") + ": no such file");
    write("a.img", "");
    suite.find("boots").checkFiles();
    assertThatThrownBy(goesOn::checkFiles)
        .hasMessageEndingWith("equals: " + folder.resolve("b.img") + ": no such file");
    Files.createDirectory(folder.resolve("b.img"));
    assertThatThrownBy(goesOn::checkFiles).hasMessageEndingWith("b.img: can't be read");
  }

  @Test
  @DisplayName("--only takes ids and names with * and ?, in the order of the suite")
  void only() throws IOException {
    Suite suite =
        read(
            """
            defaults: {kernel: k}
            cases:
              boots: {matrix: {if: [virtio, scsi]}, steps: [wait: 1s]}
              b.ats: {steps: [wait: 1s]}
              reads: {steps: [wait: 1s]}
            """);

    assertThat(suite.select(List.of())).hasSize(4);
    assertThat(suite.select(List.of("reads", "*[if=scsi]")))
        .extracting(Case::id)
        .containsExactly("boots[if=scsi]", "reads");
    assertThat(suite.select(List.of("bo?ts"))).hasSize(2);
    assertThat(suite.select(List.of("b.ats"))).hasSize(1);
    assertThatThrownBy(() -> suite.select(List.of("b*", "x*")))
        .hasMessage(
            "--only x*: no such case in %s; there are boots, b.ats, reads",
            folder.resolve("nightly.yaml"));
  }

  @Test
  @DisplayName("an exit is one of the endings of a run")
  void reasons() {
    assertThat(Arrays.stream(BootRun.Ending.values()).map(DriveCounters::id))
        .containsAll(CheckReader.REASONS);
  }
}
