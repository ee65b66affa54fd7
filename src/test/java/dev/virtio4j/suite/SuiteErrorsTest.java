package dev.virtio4j.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What is wrong in a suite is one line with file, line and key")
class SuiteErrorsTest {
  @TempDir private Path folder;

  private Throwable error(String yaml) throws IOException {
    return errorOf("suite.yaml", yaml);
  }

  private Throwable errorOf(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return catchThrowable(() -> new SuiteReader(Map.of(), null).read(file));
  }

  private void assertOneLine(Throwable error, String message) {
    assertThat(error)
        .isInstanceOfAny(IllegalArgumentException.class, IOException.class)
        .hasMessage(folder.resolve("suite.yaml") + ":" + message);
    assertThat(error.getMessage()).doesNotContain("\n");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          steps: [wait: 1s], stesp: []              | stesp: unknown key 'stesp'; the keys of a case are matrix, kernel, initrd, append, firmware, from, host, memory, drives, devices, steps, fail-if, check, timeout
          steps: [wait: 1s], kernel: [a]            | kernel: a text belongs here, and this is a list
          steps: [wait: 1s], memory: much           | memory: 'much' is no size such as 512, 64k, 4M or 1G
          steps: [wait: 1s], memory: 3G             | memory: '3G' is not 1M to 2047M in steps of 4K
          steps: [wait: 1s], memory: {}             | memory: a text belongs here, and this is a map
          steps: [wait: 1s], host: qemu             | host: 'qemu' is none of reference, jpc
          steps: [wait: 1s], timeout: soon          | timeout: 'soon' is no duration such as 300s, 5m or 500ms
          steps: [wait: 1s], timeout: 0             | timeout: a duration must be longer than nothing
          steps: [wait: 1s], fail-if: ["("]         | fail-if[0]: '(' is no regular expression: Unclosed group
          steps: [wait: 1s], firmware: a            | firmware: there is a kernel, too; give one of them
          steps: [wait: 1s], from: a                | from: 'a' is not CASE@CHECKPOINT
          steps: [wait: 1s], append: "${nobody}"    | append: unknown variable 'nobody'; there are dir, other
          steps: [wait: 1s], append: !!binary a     | append: the tag tag:yaml.org,2002:binary means nothing here; leave it out
          steps: [wait: 1s], steps: []              | steps: is given twice
          steps: wait                               | steps: a list belongs here, and this is 'wait'
          steps: []                                 | : would end at once; give it steps, or a check of its exit
          steps: [wait]                             | steps[0]: a map belongs here, and this is 'wait'
          steps: [~]                                | steps[0]: a map belongs here, and this is nothing
          steps: [sned: a]                          | steps[0].sned: unknown key 'sned'; the keys of a step are expect, timeout, send, wait, monitor, checkpoint
          steps: [{send: a, wait: 1s}]              | steps[0]: a step has one of expect, send, wait, monitor and checkpoint
          steps: [{send: a, timeout: 1s}]           | steps[0].timeout: is for a step with expect; leave it out
          steps: [{expect: "[", timeout: 1s}]       | steps[0].expect: '[' is no regular expression: Unclosed character class
          steps: [checkpoint: a b]                  | steps[0].checkpoint: the name of a checkpoint is of letters, digits, '.', '_' and '-'
          steps: [checkpoint: a, checkpoint: a]     | steps[1].checkpoint: the case has a checkpoint 'a' already
          drives: [a]                               | drives[0]: 'a' is not key=value; the keys are file, id, if, bus, target, lun, media, format, base, base-format, backing, backing-format, readonly, serial, logical_block_size, physical_block_size, min_io_size, opt_io_size, cyls, heads, secs, discard, cache, rerror, werror, num-queues, queue-size, spec, fault, latency, bps, bps_rd, bps_wr, iops, iops_rd, iops_wr
          drives: [{file: a, cache: no}]            | drives[0].cache: cache=no: use writeback, writethrough or unsafe
          drives: [{if: scsi}]                      | drives[0]: no file= names the image
          drives: ["file=a,if=ide"]                 | drives[0]: if=ide: use virtio or scsi
          drives: ["file=a,id=x", "file=b,id=x"]    | drives[1]: id=x is the name of another drive
          devices: [{irq: 5}]                       | devices[0]: has no type; give the type of the device
          check: [{exit: died}]                     | check[0].exit: 'died' is none of expected, powered_off, crashed, saved, quit, timeout
          check: [{exit: quit}, {exit: quit}]       | check[1]: a run has one exit; check it once
          check: [{}]                               | check[0]: a check has one of image, counter, exit and time
          check: [{time: {}}]                       | check[0].time: has at-least, at-most or both
          check: [{time: {at-least: 2s, at-most: 1s}}]                        | check[0].time: at-least is more than at-most
          check: [{image: {drive: 0, unchanged: true}}]                       | check[0].image.drive: there is no drive '0'; there are none
          drives: [file=a], check: [{image: {drive: b, unchanged: true}}]     | check[0].image.drive: there is no drive 'b'; there are drive0
          drives: [file=a], check: [{image: {drive: 0}}]                      | check[0].image: has one of unchanged, sha256, bytes, text and equals
          drives: [file=a], check: [{image: {bytes: 00}}]                     | check[0].image: has no drive; give it one
          drives: [file=a], check: [{image: {drive: 0, bytes: 0}}]            | check[0].image.bytes: '0' is not bytes such as '55 aa'
          drives: [file=a], check: [{image: {drive: 0, text: ""}}]            | check[0].image.text: is empty; give it one character or more
          drives: [file=a], check: [{image: {drive: 0, sha256: 00}}]          | check[0].image.sha256: a SHA-256 has 64 digits, and this 2
          drives: [file=a], check: [{image: {drive: 0, unchanged: false}}]    | check[0].image.unchanged: 'false' is none of true
          drives: [file=a], check: [{image: {drive: 0, unchanged: true, offset: 1}}] | check[0].image.offset: is not for unchanged; leave it out
          drives: [file=a], check: [{image: {drive: 0, bytes: 00, length: 1}}] | check[0].image.length: is for sha256 and equals; leave it out
          drives: [file=a], check: [{image: {drive: 0, equals: b, length: 0}}] | check[0].image.length: a range has 1 byte or more
          drives: [file=a], check: [{counter: {drive: 0, name: reads}}]       | check[0].counter: has equals, or at-least and at-most or one of them
          drives: [file=a], check: [{counter: {drive: 0, name: reads, equals: 1, at-most: 2}}] | check[0].counter: has equals, or at-least and at-most or one of them
          drives: [file=a], check: [{counter: {drive: 0, name: reads, at-least: 3, at-most: 2}}] | check[0].counter: at-least is more than at-most
          drives: [file=a], check: [{counter: {drive: 0, name: reads, equals: -1}}] | check[0].counter.equals: '-1' is no number such as 0 or 4096
          drives: ["file=a,if=scsi"], check: [{counter: {drive: 0, name: reads, equals: 1}}] | check[0].counter.name: drive0 has no counter 'reads'; it has commands, check_conditions, aborted, bytes_in, bytes_out
          drives: [file=a], check: [{counter: {drive: 0, name: [], equals: 1}}] | check[0].counter.name: drive0 has no counter ''; it has requests, reads, writes, scsi_commands, flushes, ids, discards, write_zeroes, unsupported, malformed, errors, merged, bytes_read, bytes_written, bytes_discarded, bytes_zeroed, interrupts, interrupts_suppressed
          """)
  @DisplayName("in a case")
  void inCase(String keys, String message) throws IOException {
    String kernel = keys.contains("kernel:") || keys.contains("from:") ? "" : "kernel: k, ";
    String yaml = "variables: {other: [1]}\ncases:\n  a: {" + kernel + keys + "}\n";

    assertOneLine(error(yaml), "3: cases.a" + (message.startsWith(":") ? "" : ".") + message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                         | 1: has no cases; give it cases
          cases: {}                                  | 1: has no cases; give it cases
          cases: {a: {steps: [wait: 1s]}}            | 1: cases.a: does not say what it boots; give kernel, firmware or from
          cases: {a: {host: jpc, steps: [wait: 1s]}} | 1: cases.a: does not say what it boots; give kernel, firmware or from: JPC's own BIOS boots JPC's own disks, and cases have none, as these would be changed
          cases: {a b: {}}                           | 1: cases.a b: the name of a case is of letters, digits, '.', '_' and '-'
          cases: {a: {}, a: {}}                      | 1: cases.a: is given twice
          cases: {a: }                               | 1: cases.a: a map belongs here, and this is nothing
          cases: {[a]: {}}                           | 1: cases: a text belongs here, and this is a list
          caess: {}                                  | 1: caess: unknown key 'caess'; the keys of a suite are name, defaults, variables, include, matrix, cases
          defaults: {steps: []}                      | 1: defaults.steps: unknown key 'steps'; the keys of defaults are kernel, initrd, append, firmware, host, memory, drives, devices, fail-if, timeout
          variables: {dir: a}                        | 1: variables.dir: ${dir} is the folder of the file; take another name
          matrix: {if: []}                           | 1: matrix.if: is empty; give it values or leave it out
          matrix: {if: scsi}                         | 1: matrix.if: a list belongs here, and this is 'scsi'
          matrix: {"a=b": [1]}                       | 1: matrix.a=b: a name is of letters, digits, '.', '_' and '-'
          {matrix: {if: [scsi, scsi]}, cases: {a: {}}} | 1: matrix.if[1]: 'scsi' is given twice
          - a                                        | 1: a map belongs here, and this is a list
          {variables: {b: [1]}, cases: {a: {kernel: "${b}"}}} | 1: variables.b: a text belongs here, and this is a list
          &a [*a]                                    | 1: the anchor contains itself
          {variables: {a: "${b}", b: "${a}"}, cases: {a: {kernel: "${a}"}}} | 1: variables.a: ${a} stands for itself
          """)
  @DisplayName("in the suite")
  void inSuite(String yaml, String message) throws IOException {
    assertOneLine(error(yaml), message);
  }

  @Test
  @DisplayName("not YAML")
  void notYaml() throws IOException {
    assertOneLine(error(""), "1: is empty; give it cases");
    assertOneLine(
        error("name: a\ncases: [\n"),
        "3: no YAML: expected the node content, but found '<stream end>'");
    assertThat(error("name: a\n--- \nname: b\n")).hasMessageContaining(":2: no YAML: ");
    assertThat(error("[".repeat(200_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("suite.yaml:1: nested too deep");
    assertThat(errorOf("latin", "name: "))
        .hasMessageEndingWith("latin:1: has no cases; give it cases");
  }

  @Test
  @DisplayName("anchors that multiply each other, and variables that do")
  void bombs() throws IOException {
    StringBuilder anchors = new StringBuilder("variables:\n  a0: &a0 [x, x]\n");
    StringBuilder variables = new StringBuilder("variables:\n  a0: xxxxxxxxxx\n");
    for (int i = 1; i < 60; i++) {
      anchors.append("  a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
      variables.append("  a%d: ${a%d}${a%d}\n".formatted(i, i - 1, i - 1));
    }
    variables.append("cases: {a: {kernel: \"${a59}\"}}");

    assertOneLine(
        error(anchors.toString()),
        "1: no YAML: Number of aliases for non-scalar nodes exceeds the specified max=100");
    assertThat(error(variables.toString()))
        .hasMessageContaining("is longer than 65536 characters with its variables");
  }

  @Test
  @DisplayName("a file that is none of ours")
  void notOurs() throws IOException {
    Path binary = Files.write(folder.resolve("disk.img"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0});
    Path large = Files.write(folder.resolve("large.img"), new byte[(1 << 20) + 1]);
    SuiteReader reader = new SuiteReader(Map.of(), null);

    assertThatThrownBy(() -> reader.read(folder.resolve("no.yaml")))
        .isInstanceOf(IOException.class)
        .hasMessage(folder.resolve("no.yaml") + ": no such file; name a suite");
    assertThatThrownBy(() -> reader.read(binary))
        .hasMessage(binary + ": not written in UTF-8; name a suite");
    assertThatThrownBy(() -> reader.read(large))
        .hasMessage(large + ": larger than 1 MiB; name a suite");
  }

  @Test
  @DisplayName("a suite that includes itself, also by way of others")
  void includesItself() throws IOException {
    assertOneLine(
        error("name: a\ninclude: [./suite.yaml]\n"),
        "2: include[0]: " + folder.resolve("suite.yaml") + " includes itself");
    Files.writeString(folder.resolve("b.yaml"), "include:\n  - suite.yaml\n");
    assertThat(error("include: [b.yaml]\n"))
        .hasMessage(
            "%s:2: include[0]: %s includes itself, by way of the files between",
            folder.resolve("b.yaml"), folder.resolve("suite.yaml"));
    assertOneLine(
        error("include: [c.yaml]\n"),
        "1: include[0]: " + folder.resolve("c.yaml") + ": no such file");
  }

  @Test
  @DisplayName("two cases of one name in two files")
  void twice() throws IOException {
    Files.writeString(folder.resolve("b.yaml"), "cases:\n  a: {}\n");

    assertThat(error("include: [b.yaml]\ncases:\n  a: {}\n"))
        .hasMessage(
            "%s:2: cases.a: there is such a case already, at %s:3: cases.a",
            folder.resolve("b.yaml"), folder.resolve("suite.yaml"));
  }

  @Test
  @DisplayName("a case that goes on from itself, from nothing, or from an unknown checkpoint")
  void from() throws IOException {
    String yaml =
        """
        cases:
          a: {from: %s, steps: [checkpoint: up]}
          b: {from: a@up, steps: [checkpoint: up]}
          c: {kernel: k, steps: [checkpoint: up, checkpoint: on]}
          d: {kernel: k, steps: [wait: 1s]}
        """;

    assertOneLine(error(yaml.formatted("a@up")), "2: cases.a.from: a goes on from itself");
    assertOneLine(error(yaml.formatted("b@up")), "3: cases.b.from: b goes on from itself: a, b, a");
    assertOneLine(
        error(yaml.formatted("e@up")),
        "2: cases.a.from: there is no case 'e'; there are a, b, c, d");
    assertOneLine(
        error(yaml.formatted("c@of")), "2: cases.a.from: c has no checkpoint 'of'; it has up, on");
    assertOneLine(
        error(yaml.formatted("d@up")), "2: cases.a.from: d has no checkpoint 'up'; it has none");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {"kernel", "initrd", "append", "firmware", "host", "memory", "drives", "devices"})
  @DisplayName("a case that goes on with a machine of its own")
  void machineOfItsOwn(String key) throws IOException {
    String yaml =
        """
        cases:
          a: {kernel: k, steps: [checkpoint: up]}
          b: {from: a@up, %s: x, steps: [wait: 1s]}
        """;

    assertOneLine(
        error(yaml.formatted(key)),
        "3: cases.b.%s: the saved machine has its own; leave this out".formatted(key));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"initrd", "append"})
  @DisplayName("firmware with what a kernel has")
  void firmware(String key) throws IOException {
    assertOneLine(
        error("cases:\n  a: {firmware: f, %s: x, steps: [wait: 1s]}\n".formatted(key)),
        "2: cases.a.%s: firmware boots from the drives; leave this out".formatted(key));
  }
}
