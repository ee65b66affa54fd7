package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.testing.Needs;
import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs a JPC, which is in no registry: {@code -Djpc.jar=FILE}. Takes some minutes. */
@DisplayName("virtio4j test on a real JPC")
class JpcSuiteIT {
  private static final int MIB = 1 << 20;

  @TempDir private Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path jpc;

  @BeforeEach
  void jpc() throws IOException {
    jpc = Needs.jpc();
    TestKernel.write(
        directory.resolve("echo"),
        TestKernel.MASK,
        TestKernel.print("> "),
        TestKernel.ECHO,
        TestKernel.HALT);
  }

  private int test(String suite, String... options) throws IOException {
    Files.writeString(directory.resolve("s.yaml"), suite);
    String[] args =
        Stream.concat(
                Stream.of("test", "@/s.yaml", "--jpc=" + jpc, "--cache=@/cache", "--report=@/r"),
                Stream.of(options))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    err.reset();
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(
        new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), errors), args);
  }

  private String said() {
    return err.toString(UTF_8);
  }

  private CaseResult result(String id) throws IOException {
    return new ResultsFile(directory.resolve("r"))
        .read().cases().stream().filter(result -> result.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  @DisplayName("runs cases with any size of memory, two at a time, and is the same each time")
  void small() throws IOException {
    String suite =
        """
        defaults: {kernel: echo, timeout: 100s}
        matrix:
          memory: [16M, 64M, 24M]
          host: [jpc, reference]
        cases:
          echoes:
            steps: [expect: "^> $", checkpoint: up, send: "abc", expect: "c$", send: q]
            check: [exit: powered_off, time: {at-most: 20s}]
          goes-on:
            from: echoes@up
            steps: [monitor: drive list, wait: 10ms, send: q]
            check: [exit: powered_off, time: {at-least: 10ms, at-most: 1s}]
        """;
    assertThat(test(suite, "--jobs=2", "--repeat=2")).as(said()).isZero();
    assertThat(said()).contains("12 passed, 0 failed");
    assertThat(result("echoes[memory=24M,host=jpc]").tail()).isEqualTo("> abcq");
  }

  @Test
  @DisplayName("says why a case failed, as on the reference PC")
  void failures() throws IOException {
    TestKernel.write(directory.resolve("idle"), TestKernel.print("zzz"), TestKernel.IDLE);
    TestKernel.write(
        directory.resolve("panic"), TestKernel.print("Kernel panic - no\n"), TestKernel.LOOP);
    String suite =
        """
        defaults: {host: jpc, memory: 16M, timeout: 20s}
        cases:
          idle: {kernel: idle, steps: [expect: zzz, {expect: login, timeout: 2s}]}
          panic: {kernel: panic, steps: [expect: login]}
          fail-if: {kernel: echo, fail-if: ["oops"], steps: [expect: ">", send: oops, wait: 100ms]}
        """;
    assertThat(test(suite)).as(said()).isEqualTo(1);
    assertThat(result("idle").message())
        .endsWith("expect login: it did not come within 2 s of the guest's time");
    assertThat(result("panic").message()).endsWith("expect login: Kernel panic - no");
    assertThat(result("fail-if").message()).isEqualTo("fail-if oops: > oops");
  }

  @Test
  @DisplayName("boots Debian, checks its images, and goes on from a checkpoint")
  void debian() throws IOException {
    String copy =
        """
        dd if=/dev/vda of=/dev/vdb bs=1M conv=notrunc,fsync 2>/dev/null
        echo "copied once"
        dd if=/dev/vdb of=/dev/sda bs=64k conv=notrunc,fsync 2>/dev/null
        """;
    TestGuest.of(copy, directory);
    byte[] source = new byte[4 * MIB];
    new Random(7).nextBytes(source);
    Files.write(directory.resolve("a"), source);
    Files.write(directory.resolve("b"), new byte[4 * MIB]);
    String suite =
        """
        defaults: {host: jpc, timeout: 1h, fail-if: ["Kernel panic", "Oops:"]}
        cases:
          copies:
            kernel: vmlinuz
            initrd: initramfs.cpio
            append: "%s"
            drives: [file=a, file=b, "file=b,if=scsi"]
            steps: [expect: "^copied once", checkpoint: once, expect: "^test: ends"]
            check: &copied
              - image: {drive: 0, unchanged: true}
              - image: {drive: 1, equals: a}
              - image: {drive: 2, equals: a}
              - counter: {drive: 2, name: [bytes_written, bytes_out], equals: 4194304}
              - exit: powered_off
          goes-on: {from: copies@once, steps: [expect: "^test: ends"], check: *copied}
        """
            .formatted(TestGuest.COMMAND_LINE);
    assertThat(test(suite)).as(said()).isZero();
    assertThat(directory.resolve("b")).hasBinaryContent(new byte[4 * MIB]);
    assertThat(result("goes-on").reused()).isFalse();
    assertThat(test(suite, "--only=goes-on")).as(said()).isZero();
    assertThat(result("goes-on").reused()).isTrue();
  }
}
