package dev.virtio4j.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.drive.DriveKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A matrix multiplies cases")
class MatrixTest {
  @TempDir private Path folder;

  private Suite read(String yaml, Map<String, String> set) throws IOException {
    Path file = Files.writeString(folder.resolve("suite.yaml"), yaml);
    return new SuiteReader(set, null).read(file);
  }

  private Suite read(String yaml) throws IOException {
    return read(yaml, Map.of());
  }

  @Test
  @DisplayName("of all cases and of one; the last axis is the fastest")
  void product() throws IOException {
    Suite suite =
        read(
            """
            defaults: {kernel: k}
            matrix: {if: [virtio, scsi]}
            cases:
              a: {matrix: {spec: [0.9.4, 0.9.5]}, steps: [wait: 1s]}
              b: {matrix: {if: [scsi]}, steps: [wait: 1s]}
            """);

    assertThat(suite.cases())
        .extracting(Case::id)
        .containsExactly(
            "a[if=virtio,spec=0.9.4]",
            "a[if=virtio,spec=0.9.5]",
            "a[if=scsi,spec=0.9.4]",
            "a[if=scsi,spec=0.9.5]",
            "b[if=scsi]");
    assertThat(suite.cases().get(1).axes())
        .containsExactly(Map.entry("if", "virtio"), Map.entry("spec", "0.9.5"));
    assertThat(suite.cases().get(1).name()).isEqualTo("a");
  }

  @Test
  @DisplayName("if, spec, logical_block_size and cache are of each drive that does not say itself")
  void driveAxes() throws IOException {
    Suite suite =
        read(
            """
            matrix:
              if: [virtio, scsi]
              spec: [0.9.4]
              logical_block_size: [4096]
              cache: [unsafe]
            cases:
              a:
                kernel: k
                drives:
                  - file=a.img
                  - {file: b.img, cache: writethrough}
                  - file=cd.iso,if=scsi,media=cdrom
                steps: [wait: 1s]
            """);

    for (Case each : suite.cases()) {
      assertThat(each.drives())
          .extracting(drive -> drive.value(DriveKey.IF))
          .containsExactly(each.axes().get("if"), each.axes().get("if"), "scsi");
      assertThat(each.drives())
          .extracting(drive -> drive.value(DriveKey.SPEC))
          .containsExactly("0.9.4", "0.9.4", "0.9.4");
      assertThat(each.drives())
          .extracting(drive -> drive.value(DriveKey.LOGICAL_BLOCK_SIZE))
          .containsExactly("4096", "4096", "2048");
      assertThat(each.drives().subList(0, 2))
          .extracting(drive -> drive.value(DriveKey.CACHE))
          .containsExactly("unsafe", "writethrough");
    }
  }

  @Test
  @DisplayName("host and memory are of the case, others are variables")
  void otherAxes() throws IOException {
    Suite suite =
        read(
            """
            variables: {disk: small, word: big}
            matrix: {memory: [32M, 64M], host: [jpc], disk: ["${word}"]}
            cases:
              a: {kernel: k, drives: ["file=${disk}.img"], steps: [wait: 1s]}
              own: {kernel: k, memory: 1M, steps: [expect: "${memory}"]}
            """);

    Case small = suite.find("a[memory=32M,host=jpc,disk=big]");
    assertThat(small.memoryBytes()).isEqualTo(32 << 20);
    assertThat(small.host()).isEqualTo("jpc");
    assertThat(small.drives().get(0).files()).containsExactly(folder.resolve("big.img"));
    Case own = suite.find("own[memory=64M,host=jpc,disk=big]");
    assertThat(own.memoryBytes()).isEqualTo(1 << 20);
    assertThat(own.steps().get(0).text()).isEqualTo("expect 64M");
  }

  @Test
  @DisplayName("--set of an axis leaves one value of it")
  void pinned() throws IOException {
    Suite suite =
        read(
            "{matrix: {if: [virtio, scsi]}, cases: {a: {kernel: k, steps: [wait: 1s]}}}",
            Map.of("if", "scsi"));

    assertThat(suite.cases()).extracting(Case::id).containsExactly("a[if=scsi]");
  }

  @Test
  @DisplayName("from is the case with the same values of the axes that both have, with its machine")
  void from() throws IOException {
    Suite suite =
        read(
            """
            defaults: {kernel: k, memory: 32M, drives: [file=a.img]}
            matrix: {if: [virtio, scsi]}
            cases:
              reads: {from: boots@shell, matrix: {size: [1, 2]}, steps: [checkpoint: read]}
              last: {from: "reads[if=scsi,size=2]@read", matrix: {if: [scsi]}, steps: [wait: 1s]}
              boots: {steps: [checkpoint: shell]}
            """);

    Case reads = suite.find("reads[if=scsi,size=1]");
    assertThat(reads.start()).isEqualTo(new Start.FromCheckpoint("boots[if=scsi]", "shell"));
    assertThat(reads.memoryBytes()).isEqualTo(32 << 20);
    assertThat(reads.drives()).isEqualTo(suite.find("boots[if=scsi]").drives());
    assertThat(reads.drives().get(0).value(DriveKey.IF)).isEqualTo("scsi");
    assertThat(suite.find("last[if=scsi]").start())
        .isEqualTo(new Start.FromCheckpoint("reads[if=scsi,size=2]", "read"));
  }

  @Test
  @DisplayName("from a case with an axis more is an error that names the ids")
  void ambiguous() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    defaults: {kernel: k}
                    cases:
                      boots: {matrix: {if: [virtio, scsi]}, steps: [checkpoint: shell]}
                      reads: {from: boots@shell, steps: [wait: 1s]}
                    """))
        .hasMessageEndingWith(
            "suite.yaml:4: cases.reads.from: more than one of these has the values of reads on the"
                + " axes of both; name one of them whole: boots[if=virtio], boots[if=scsi]");
    assertThatThrownBy(
            () ->
                read(
                    """
                    defaults: {kernel: k}
                    matrix: {if: [virtio, scsi]}
                    cases:
                      boots: {matrix: {if: [virtio]}, steps: [checkpoint: shell]}
                      reads: {from: boots@shell, steps: [wait: 1s]}
                    """))
        .hasMessageContaining("none of these has the values of reads[if=scsi]")
        .hasMessageEndingWith(": boots[if=virtio]");
  }

  @Test
  @DisplayName("that makes too many cases is an error")
  void tooMany() {
    List<Integer> many = IntStream.range(0, 200).boxed().toList();

    assertThatThrownBy(
            () ->
                read(
                    "{matrix: {x: %s, y: %s}, cases: {a: {kernel: k, steps: [wait: 1s]}}}"
                        .formatted(many, many)))
        .hasMessageEndingWith("cases.a: the matrix makes more than 10000 cases of it");
  }
}
