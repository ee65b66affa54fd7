package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.CaseResult;
import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small guests: some print a prompt and then what they receive, up to a q. */
@DisplayName("virtio4j test")
@Timeout(120)
class TestCommandTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    kernel("echo", TestKernel.print("hello\n> "), TestKernel.ECHO, TestKernel.HALT);
    kernel(
        "disk", TestKernel.WRITE_SECTOR, TestKernel.ECHO, TestKernel.READ_SECTOR, TestKernel.HALT);
    kernel("off", TestKernel.print("bye\n"), TestKernel.HALT);
    kernel("idle", TestKernel.print("zzz"), TestKernel.IDLE);
    kernel("fault", TestKernel.print("ouch\n"), TestKernel.FAULT);
    kernel("panic", TestKernel.print("Kernel panic - no root\nmore\n"), TestKernel.IDLE);
    kernel("oops", TestKernel.print("> Oops: 0002\nEIP: 1234\n"), TestKernel.ECHO, TestKernel.HALT);
    kernel("reset", TestKernel.print("up\n"), TestKernel.spin(10_000), TestKernel.RESET);
    Files.write(path("disk.img"), new byte[8192]);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  private void kernel(String name, String... programs) throws IOException {
    TestKernel.write(path(name), programs);
  }

  private void suite(String cases) throws IOException {
    Files.writeString(
        path("s.yaml"),
        "defaults: {kernel: echo, memory: 4M, timeout: 100ms}\ncases:\n" + cases.indent(2));
  }

  /** Runs a suite; {@code @} stands for the test's directory. */
  private int test(String... args) {
    err.reset();
    boolean cacheGiven = Arrays.stream(args).anyMatch(arg -> arg.startsWith("--cache"));
    Stream<String> always =
        cacheGiven
            ? Stream.of("test", "@/s.yaml")
            : Stream.of("test", "@/s.yaml", "--cache=@/cache");
    String[] all =
        Stream.concat(always, Arrays.stream(args))
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(
        new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), errors), all);
  }

  /** What the program said, without the test's directory and how long something took. */
  private String said() {
    return err.toString(UTF_8)
        .replace(directory.toString(), "@")
        .replaceAll(" after \\d+\\.\\d s", "");
  }

  private CaseResult result(String id) throws IOException {
    return new ResultsFile(path("report"))
        .read().cases().stream().filter(result -> result.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  @DisplayName("is 0 when the guests do what is expected of them, and says so")
  void passes() throws IOException {
    suite(
        """
        one:
          steps:
            - expect: "^> $"
            - send: "abc"
            - expect: abc
            - send: "q"
          check:
            - exit: powered_off
        two:
          kernel: off
          steps: [expect: bye]
        """);
    assertThat(test("--report=@/report")).as(said()).isZero();
    assertThat(said())
        .isEqualTo(
            """
            virtio4j: 1/2 one: passed
            virtio4j: 2/2 two: passed
            virtio4j: report: @/report/index.html
            virtio4j: 2 passed, 0 failed
            """);
    assertThat(path("report/cases/one/serial.log")).hasContent("hello\n> abcq");
    assertThat(result("one").exitReason()).isEqualTo("powered_off");
    assertThat(result("two").exitReason()).isEqualTo("expected");
  }

  @Test
  @DisplayName("shows of a case that failed what it waited for, the last lines, and its files")
  void failure() throws IOException {
    suite("one: {steps: [expect: '> $', send: x, {expect: login, timeout: 20ms}]}");
    assertThat(test("--report=@/report")).isEqualTo(1);
    assertThat(said())
        .startsWith(
            """
            virtio4j: 1/1 one: failed: @/s.yaml:3: cases.one.steps[2].expect: step 3 of 3, expect login: it did not come within 20 ms of the guest's time
                | hello
                | > x
                files: @/report/cases/one
            """);
    assertThat(result("one").exitReason()).isEqualTo("timeout");
    assertThat(result("one").emulated()).isBetween(Duration.ofMillis(20), Duration.ofMillis(21));
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("says why a case failed")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "{kernel: idle, timeout: 300s, steps: [expect: login]} | steps[0].expect: step 1 of 1, expect login: the 300 s of the guest's time that the case has are over",
        "{kernel: idle, timeout: 1500ms, steps: [expect: zzz, wait: 2s]} | steps[1].wait: step 2 of 2, wait 2000 ms: the 1500 ms of the guest's time that the case has are over",
        "{kernel: idle, steps: [expect: zzz], check: [exit: powered_off]} | check exit: expected powered_off, found timeout",
        "{kernel: off, steps: [expect: login]}              | steps[0].expect: step 1 of 1, expect login: the guest powered off",
        "{kernel: fault, steps: [expect: login]}            | steps[0].expect: step 1 of 1, expect login: the guest crashed (triple fault)",
        "{kernel: fault, steps: [expect: ouch], check: [exit: powered_off]} | the guest crashed (triple fault)",
        "{kernel: panic, steps: [expect: login]}            | steps[0].expect: step 1 of 1, expect login: Kernel panic - no root",
        "{kernel: oops, fail-if: ['Oops:'], steps: [expect: '> $', send: q, expect: q]} | fail-if Oops:: > Oops: 0002",
        "{steps: [expect: '> $', monitor: drive remove x]}  | steps[1].monitor: step 2 of 2, monitor drive remove x: error: no drive has the name x; there are none",
        "{steps: [expect: '> $', monitor: stop, wait: 1s]}  | stopped by the monitor; the machine stands still until cont",
        "{steps: [expect: '> $', monitor: quit, wait: 1s]}  | steps[2].wait: step 3 of 3, wait 1000 ms: ended by the user",
        // spotless:on
      })
  void failures(String test, String why) throws IOException {
    suite("one: " + test);
    assertThat(test()).as(said()).isEqualTo(1);
    assertThat(said().lines().findFirst().orElseThrow()).endsWith(why);
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("passes what was to be so")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "a reset goes on with the steps     | {kernel: reset, steps: [expect: up, expect: up, expect: up]}",
        "a crash that was expected          | {kernel: fault, steps: [expect: ouch], check: [exit: crashed]}",
        "a panic that was expected          | {kernel: panic, steps: [expect: panic], check: [exit: crashed]}",
        "nothing comes any more             | {kernel: idle, timeout: 1h, steps: [expect: zzz], check: [exit: timeout, time: {at-least: 1h}]}",
        "what came during a wait            | {steps: [expect: hello, wait: 1ms, expect: '> $']}",
        "what came twice during a wait      | {steps: [wait: 1ms, expect: hello, expect: '> $']}",
        "stop and cont                      | {steps: [expect: '> $', monitor: stop, monitor: cont, send: q, expect: q]}",
        "waits take the guest's time        | {kernel: idle, timeout: 10h, steps: [wait: 1h, wait: 1h], check: [time: {at-least: 2h, at-most: 2h}]}",
        "waits go on over resets            | {kernel: reset, steps: [wait: 100us], check: [time: {at-least: 100us, at-most: 101us}]}",
        "a timer of the case over resets    | {kernel: reset, timeout: 1ms, steps: [expect: up], check: [exit: timeout, time: {at-least: 1ms, at-most: 2ms}]}",
        "a drive that is added              | {steps: [expect: '> $', monitor: drive list], drives: ['file=disk.img,if=scsi']}",
        // spotless:on
      })
  void passing(String name, String test) throws IOException {
    suite("one: " + test);
    assertThat(test()).as(said()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("checks what the guest left, and shows what it found")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "image: {drive: 0, text: data}                       |",
        "image: {drive: 0, bytes: 64 61 74 61 00}            |",
        "image: {drive: 0, bytes: ff, offset: 3}             | drive0: bytes of 1 at 3: expected ff, found 61",
        "image: {drive: 0, bytes: ff, offset: 8192}          | drive0: bytes of 1 at 8192: the image has only 8192 bytes",
        "image: {drive: 0, unchanged: true}                  | drive0: unchanged: expected unchanged, found changed",
        "image: {drive: 1, unchanged: true}                  |",
        "image: {drive: 0, equals: after}                    |",
        "image: {drive: 0, equals: after, length: 3, offset: 1} | drive0: same as @/after of 3 at 1: expected the same, found differs at 1",
        "image: {drive: 0, equals: disk.img}                 | drive0: same as @/disk.img: expected the same, found differs at 0",
        "image: {drive: 0, equals: disk.img, offset: 4k, length: 4k} |",
        "image: {drive: 0, equals: off}                      | drive0: same as @/off: expected 8192 bytes, found @/off has 1536",
        "image: {drive: 0, sha256: 3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7, length: 4} |",
        "counter: {drive: 0, name: writes, equals: 1}        |",
        "counter: {drive: 0, name: writes, at-least: 2}      | drive0: writes: expected at least 2, found 1",
        "counter: {drive: 0, name: bytes_written, at-most: 1} | drive0: bytes_written: expected 0 to 1, found 512",
        "time: {at-most: 1us}                                | emulated time: expected 0.000 ms to 0.001 ms, found ~ ms",
        // spotless:on
      })
  void checks(String check, String found) throws IOException {
    byte[] after = new byte[8192];
    System.arraycopy("data".getBytes(UTF_8), 0, after, 0, 4);
    Files.write(path("after"), after);
    suite(
        """
        one:
          kernel: disk
          drives: ["file=disk.img", "file=disk.img,readonly=on"]
          steps: [expect: "0", send: q, expect: qd]
          check:
            - %s
            - exit: powered_off
        """
            .formatted(check));
    assertThat(test()).as(said()).isEqualTo(found == null ? 0 : 1);
    if (found != null) {
      assertThat(said().replaceAll("found \\d\\.\\d+ ms", "found ~ ms"))
          .startsWith("virtio4j: 1/1 one: failed: check " + found + "\n");
    }
    assertThat(path("disk.img")).hasBinaryContent(new byte[8192]);
  }

  @Test
  @DisplayName("lets cases that write to the same image run at the same time")
  void jobs() throws IOException {
    StringBuilder cases = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      cases.append(
          """
          c%d:
            kernel: disk
            drives: [file=disk.img]
            steps: [expect: "0", send: q]
            check: [image: {drive: 0, text: data}, exit: powered_off]
          """
              .formatted(i));
    }
    suite(cases.toString());
    assertThat(test("--jobs=4")).as(said()).isZero();
    assertThat(said()).endsWith("virtio4j: 20 passed, 0 failed\n");
    assertThat(path("disk.img")).hasBinaryContent(new byte[8192]);
  }

  private static final String FROM =
      """
      writes:
        kernel: disk
        drives: [file=disk.img]
        steps:
          - expect: "0"
          - send: a
          - checkpoint: written
          - expect: a
      reads:
        from: writes@written
        steps:
          - expect: "^a"
          - checkpoint: echoed
          - send: q
          - expect: qd
        check:
          - exit: powered_off
          - image: {drive: 0, text: data}
          - image: {drive: 0, unchanged: true}
          - counter: {drive: 0, name: reads, equals: 1}
          - counter: {drive: 0, name: writes, equals: 0}
          - time: {at-most: 1s}
      echoes:
        from: reads@echoed
        steps: [send: b, expect: ^b]
      """;

  @Test
  @DisplayName("goes on from checkpoints, which are made once and used again")
  void checkpoints() throws IOException {
    suite(FROM);
    assertThat(test("--only=echoes", "--report=@/report")).as(said()).isZero();
    assertThat(said())
        .startsWith(
            """
            virtio4j: making checkpoint writes@written
            virtio4j: making checkpoint reads@echoed
            virtio4j: 1/1 echoes: passed
            """);
    assertThat(result("echoes").reused()).isFalse();
    assertThat(result("echoes").from()).isEqualTo("reads@echoed");

    assertThat(test("--report=@/report", "--jobs=3")).as(said()).isZero();
    assertThat(said()).doesNotContain("making").contains("3 passed");
    assertThat(result("echoes").reused()).isTrue();
    assertThat(result("reads").reused()).isTrue();
    assertThat(result("writes").reused()).isFalse();
  }

  @Test
  @DisplayName("takes the checkpoints of cases that are run anyway, and the rest is the same")
  void checkpointsOnTheWay() throws IOException {
    suite(FROM);
    assertThat(test("--report=@/report", "--jobs=2")).as(said()).isZero();
    assertThat(said()).doesNotContain("making").contains("3 passed");
    final CaseResult writes = result("writes");
    final CaseResult reads = result("reads");

    assertThat(test("--report=@/report")).as(said()).isZero();
    assertThat(result("writes").instructions()).isEqualTo(writes.instructions());
    assertThat(result("reads").instructions()).isEqualTo(reads.instructions());
    assertThat(result("reads").emulated()).isEqualTo(reads.emulated());
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("makes a checkpoint anew when something that goes into it changed")
  @CsvSource({"kernel", "image", "memory", "step"})
  void staleCheckpoint(String what) throws IOException {
    suite(FROM);
    assertThat(test("--only=reads")).as(said()).isZero();
    assertThat(test("--only=reads")).isZero();
    assertThat(said()).doesNotContain("making");
    switch (what) {
      case "kernel" ->
          kernel(
              "disk",
              TestKernel.WRITE_SECTOR,
              TestKernel.ECHO,
              TestKernel.READ_SECTOR,
              TestKernel.HALT,
              TestKernel.HALT);
      case "image" -> Files.write(path("disk.img"), new byte[8192]);
      case "memory" -> suite(FROM.replace("kernel: disk", "kernel: disk\n  memory: 5M"));
      default -> suite(FROM.replace("- send: a", "- wait: 1us\n    - send: a"));
    }
    assertThat(test("--only=reads")).as(said()).isZero();
    assertThat(said()).contains("making checkpoint writes@written");
  }

  @Test
  @DisplayName("goes on with the drives that there were at a checkpoint")
  void drivesOfCheckpoint() throws IOException {
    suite(
        """
        a:
          drives: ["file=disk.img,if=scsi,id=one"]
          steps:
            - expect: "> $"
            - monitor: "drive add if=scsi,id=two,file=${dir}/off"
            - monitor: drive resize one 16k
            - checkpoint: c
        b:
          from: a@c
          steps: [monitor: drive remove two, monitor: drive resize one 32k, send: q]
          check: [exit: powered_off]
        """);
    assertThat(test()).as(said()).isZero();
    assertThat(Files.size(path("disk.img"))).isEqualTo(8192);
  }

  @Test
  @DisplayName("says of a checkpoint that its case never reached why")
  void checkpointNeverReached() throws IOException {
    suite(
        """
        a: {steps: [{expect: login, timeout: 10ms}, checkpoint: c]}
        b: {from: a@c, steps: [send: q]}
        """);
    assertThat(test("--only=b")).isEqualTo(1);
    String why = "a@c was not made: @/s.yaml:3: cases.a.steps[0].expect: step 1 of 2, ";
    assertThat(said()).contains("1/1 b: error: " + why);
    assertThat(test("--jobs=2")).isEqualTo(1);
    assertThat(said()).contains("a: failed: @/s.yaml", "b: error: " + why, "1 failed, 1 error");
  }

  @Test
  @DisplayName("--repeat runs cases again, and finds them the same")
  void repeat() throws IOException {
    suite(FROM);
    assertThat(test("--repeat=3", "--report=@/report")).as(said()).isZero();
    assertThat(path("report/cases/reads").toFile().list())
        .containsExactlyInAnyOrder("serial.log", "serial.times");
  }

  @Test
  @DisplayName("a machine that stands still tries again, and fails if that does not help")
  void standsStill() throws IOException {
    suite(
        """
        one:
          kernel: disk
          drives: ["file=disk.img,werror=stop,fault=write:ENOSPC:count=%s"]
          steps: [expect: "0"]
        """
            .formatted(3));
    assertThat(test()).as(said()).isZero();
    suite(
        Files.readString(path("s.yaml")).replaceFirst("(?s).*cases:\n", "").replace("=3", "=9999"));
    assertThat(test()).isEqualTo(1);
    assertThat(said()).contains("No space left on device", "); the machine stands still\n");
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("is 2, with one line, when the suite can't be run")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "a: {kernel: none, steps: [wait: 1s]}        |               | s.yaml:3: cases.a.kernel: @/none: no such file",
        "a: {drives: [file=none], steps: [wait: 1s]} |               | s.yaml:3: cases.a.drives[0]: @/none: no such file",
        "a: {from: a@c, steps: [checkpoint: c]}      |               | a goes on from itself",
        "a: {steps: [wait: 1s]}                      | --jobs=0      | --jobs and --repeat take a number from 1 up",
        "a: {steps: [wait: 1s]}                      | --only=b*     | --only b*: no such case in @/s.yaml; there are a",
        "a: {steps: [wait: 1s]}                      | --host=jpc    | cases with host jpc need --jpc=JAR, the jar of a JPC",
        "a: {steps: [wait: 1s]}                      | --host=qemu   | --host: 'qemu' is not reference or jpc",
        "a: {steps: [wait: 1s]}                      | --report=@/off | @/off: no report can be written there: it is no directory",
        "a: {steps: [wait: 1s]}                      | --report=@/off/r | @/off/r: no report can be written there: Not a directory",
        "a: {steps: [wait: 1s]}                      | --plugins=@/none | no such file: @/none",
        "a: {steps: [wait: 1s]}                      | --cache=@/off | @/off",
        "a: {steps: [wait: 1s]}                      | --shard=3/2   | shard 3/2: use I/N, with I from 1 to N",
        // spotless:on
      })
  void badInput(String test, String option, String line) throws IOException {
    suite(test);
    assertThat(option == null ? test() : test(option)).as(said()).isEqualTo(2);
    assertThat(said().lines().toList()).hasSize(1);
    assertThat(said()).contains(line);
  }

  @Test
  @DisplayName("--shard runs a part, and the parts are all")
  void shards() throws IOException {
    suite("a: {steps: [wait: 1us]}\nb: {steps: [wait: 1us]}\nc: {steps: [wait: 1us]}");
    StringBuilder passed = new StringBuilder();
    for (int i = 1; i <= 2; i++) {
      assertThat(test("--shard=" + i + "/2")).isZero();
      passed.append(said());
    }
    assertThat(passed.toString().lines().filter(line -> line.contains("/")).toList())
        .extracting(line -> line.replaceAll(".*/\\d (.):.*", "$1").toLowerCase(Locale.ROOT))
        .containsExactlyInAnyOrder("a", "b", "c");
  }
}
