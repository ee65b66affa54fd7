package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.ResultsFile;
import dev.virtio4j.testing.DicePlugin;
import dev.virtio4j.testing.TestKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The I/O BAR of a third party's device reads as what its option says; the guest prints it. */
@DisplayName("virtio4j test with devices")
@Timeout(120)
class PluginSuiteTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files(@TempDir Path built) throws IOException {
    Path plugins = Files.createDirectory(directory.resolve("plugins"));
    DicePlugin.build(built).jar(plugins.resolve("dice.jar"), DicePlugin.DESCRIPTOR, true);
    TestKernel.write(
        directory.resolve("kernel"), TestKernel.READ_DEVICE, TestKernel.ECHO, TestKernel.HALT);
    TestKernel.write(
        directory.resolve("disk"), TestKernel.WRITE_SECTOR, TestKernel.ECHO, TestKernel.HALT);
    Files.write(directory.resolve("disk.img"), new byte[8192]);
  }

  /** Runs cases; {@code @} in the options stands for the test's directory. */
  private int test(String cases, String... options) throws IOException {
    Path suite =
        Files.writeString(
            directory.resolve("s.yaml"),
            "defaults: {kernel: kernel, memory: 4M, timeout: 100ms}\ncases:\n" + cases.indent(2));
    String[] all = new String[options.length + 3];
    all[0] = "test";
    all[1] = suite.toString();
    all[2] = "--cache=" + directory.resolve("cache");
    for (int i = 0; i < options.length; i++) {
      all[i + 3] = options[i].replace("@", directory.toString());
    }
    err.reset();
    PrintStream errors = new PrintStream(err, true, UTF_8);
    return Main.run(
        new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), errors), all);
  }

  private String said() {
    return err.toString(UTF_8).replace(directory.toString(), "@");
  }

  @Test
  @DisplayName("plugs in those of plugins, with their keys, also after a checkpoint")
  void plugins() throws IOException {
    String cases =
        """
        reads:
          matrix: {sides: [65, 66]}
          devices: [{type: dice, sides: "${sides}"}]
          steps: [expect: "^[AB]$", checkpoint: up]
        six:
          devices: [{type: dice}]
          steps: [expect: "\\x06"]
        goes-on:
          from: reads[sides=66]@up
          steps: [send: q, expect: "^q"]
          check: [exit: powered_off]
        """;
    assertThat(test(cases, "--plugins=@/plugins", "--report=@/report")).as(said()).isZero();
    assertThat(new ResultsFile(directory.resolve("report")).read().cases())
        .extracting(result -> result.id() + " " + result.tail())
        .contains("reads[sides=65] A", "reads[sides=66] B");
    assertThat(test(cases, "--plugins=@/plugins", "--only=goes-on")).as(said()).isZero();
    assertThat(said()).doesNotContain("making");
  }

  @Test
  @DisplayName("takes our own as drives, with paths relative to the suite, and checks of them")
  void ours() throws IOException {
    String cases =
        """
        writes:
          kernel: disk
          devices: [{type: virtio-blk, file: disk.img}]
          steps: [expect: "0", checkpoint: up]
          check: [image: {drive: 0, text: data}]
        goes-on:
          from: writes@up
          steps: [send: q]
          check: [image: {drive: drive0, unchanged: true}, exit: powered_off]
        """;
    assertThat(test(cases)).as(said()).isZero();
    assertThat(directory.resolve("disk.img")).hasBinaryContent(new byte[8192]);
  }

  @ParameterizedTest(name = "{0}")
  @DisplayName("refuses in a line with file, line and key what is wrong in one, and runs nothing")
  @CsvSource(
      delimiter = '|',
      value = {
        // spotless:off
        "{type: die}                    | devices[0]: no plugin has a device 'die'; there are dice",
        "{type: dice, sides: many}      | devices[0].sides: sides=many: not a number",
        "{type: dice, side: 6}          | devices[0].side: dice has no option 'side'; it has sides",
        "{type: virtio-blk, fil: a}     | devices[0].fil: virtio-blk has no option 'fil'; it has if, file, id, ",
        "{type: virtio-blk, file: none} | devices[0].file: @/none: no such file",
        "{type: virtio-blk, file: disk.img, queue-size: 3} | devices[0].queue-size: queue-size=3",
        "{type: virtio-blk}             | devices[0]: no file= names the image",
        // spotless:on
      })
  void badInput(String device, String line) throws IOException {
    String cases =
        """
        good: {steps: [wait: 1us]}
        bad: {devices: [%s], steps: [wait: 1us]}
        """
            .formatted(device);
    assertThat(test(cases, "--plugins=@/plugins", "--report=@/report")).as(said()).isEqualTo(2);
    assertThat(said()).startsWith("virtio4j: @/s.yaml:4: cases.bad." + line);
    assertThat(said().lines()).hasSize(1);
    assertThat(directory.resolve("report")).doesNotExist();
  }

  @Test
  @DisplayName("says that there is an option for plugins when there are none")
  void noPlugins() throws IOException {
    assertThat(test("a: {devices: [{type: dice}], steps: [wait: 1us]}")).isEqualTo(2);
    assertThat(said())
        .isEqualTo(
            "virtio4j: @/s.yaml:3: cases.a.devices[0]: no plugin has a device 'dice'; there are"
                + " none: --plugins=DIR names a directory with plugins\n");
    assertThat(test("a: {steps: [wait: 1us]}", "--plugins=@/none")).isEqualTo(2);
    assertThat(said().lines()).hasSize(1);
  }
}
