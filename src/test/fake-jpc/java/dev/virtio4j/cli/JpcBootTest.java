package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.awt.GraphicsEnvironment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jpc.emulator.PC;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs what stands in for guests on the fake of JPC, which is put into a jar as the real one is.
 */
@DisplayName("boot --host jpc")
class JpcBootTest {
  private static final int ROM = 64 << 10;

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void jar() throws Exception {
    Path classes = Path.of(PC.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (OutputStream file = Files.newOutputStream(directory.resolve("jpc.jar"));
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> found = Files.walk(classes.resolve("org/jpc"))) {
      for (Path each : found.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new ZipEntry(classes.relativize(each).toString().replace('\\', '/')));
        Files.copy(each, jar);
      }
    }
    try (OutputStream file = Files.newOutputStream(directory.resolve("no.jar"));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new ZipEntry("org/jpc/PC.class"));
    }
    Files.write(directory.resolve("disk"), new byte[1 << 20]);
  }

  private int run(InputStream in, String... args) {
    out.reset();
    err.reset();
    String[] there =
        Arrays.stream(args)
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    return Main.run(new Console(in, out, new PrintStream(err, true, UTF_8)), there);
  }

  /** Runs a program of the fake's. */
  private int boot(String program, String... args) throws IOException {
    byte[] rom = Arrays.copyOf(program.replace("; ", "\n").getBytes(US_ASCII), ROM);
    Files.write(directory.resolve("bios"), rom);
    List<String> fixed =
        List.of("boot", "--host=jpc", "--jpc=@/jpc.jar", "--firmware=@/bios", "--memory=16M");
    return run(
        InputStream.nullInputStream(),
        Stream.concat(fixed.stream(), Arrays.stream(args)).toArray(String[]::new));
  }

  private String serial() {
    return out.toString(US_ASCII);
  }

  private String notes() {
    return err.toString(UTF_8).strip();
  }

  @Test
  @DisplayName("shows each byte of COM1, and ends when the guest halts with interrupts off")
  void powersOff() throws IOException {
    assertThat(boot("out 3f8 41; out 3f8 42; hlt")).as(notes()).isZero();
    assertThat(serial()).isEqualTo("AB");
    assertThat(notes()).startsWith("virtio4j: the guest powered off (halted with interrupts off)");
  }

  @Test
  @DisplayName("types on COM1")
  void types() throws IOException {
    Files.write(
        directory.resolve("bios"),
        Arrays.copyOf(
            "out 3fc 3\nwait 3fd 1\ncopy 3f8 3f8\nwait 3fd 1\ncopy 3f8 3f8\nhlt".getBytes(US_ASCII),
            ROM));
    assertThat(
            run(
                new ByteArrayInputStream("xy".getBytes(US_ASCII)),
                "boot",
                "--host=jpc",
                "--jpc=@/jpc.jar",
                "--firmware=@/bios"))
        .as(notes())
        .isZero();
    assertThat(serial()).isEqualTo("xy");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "out 64 fe, reset by the keyboard controller",
    "out 64 d1; out 60 df; out 64 d1; out 60 de, reset by the keyboard controller",
    "out 92 1, reset by port 92h",
    "out cf9 6, reset by port CF9h"
  })
  @DisplayName("starts again after each kind of reset")
  void resets(String reset, String how) throws IOException {
    assertThat(boot("out 3f8 41; " + reset + "; hlt", "--expect=AA")).as(notes()).isZero();
    assertThat(notes()).contains("virtio4j: the guest restarts (" + how + ")");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"triple, triple fault", "cmov, a fault of the emulator"})
  @DisplayName("says why a guest crashed")
  void crashes(String instruction, String why) throws IOException {
    assertThat(boot("out 3f8 41; " + instruction)).isEqualTo(4);
    assertThat(serial()).isEqualTo("A");
    assertThat(notes()).contains("the guest crashed (" + why + ")");
  }

  @Test
  @DisplayName("ends a guest that halts for ever when its time is over")
  void timeout() throws IOException {
    assertThat(boot("sti; hlt", "--timeout=100ms")).isEqualTo(3);
    assertThat(notes()).startsWith("virtio4j: timeout");
  }

  @Test
  @DisplayName("takes a byte for the reset line only where the keyboard controller does")
  void noReset() throws IOException {
    assertThat(boot("out 60 fe; out 64 d4; out 60 fe; out 64 d1; out 60 ff; out 60 fe; hlt"))
        .as(notes())
        .isZero();
    assertThat(notes()).doesNotContain("restarts");
  }

  @Test
  @DisplayName("ends with the byte that was expected")
  void expected() throws IOException {
    assertThat(boot("out 3f8 41; out 3f8 42; out 3f8 43; hlt", "--expect=B")).as(notes()).isZero();
    assertThat(serial()).isEqualTo("AB");
    assertThat(notes())
        .startsWith("virtio4j: all that was expected came\nvirtio4j: 2 guest instructions in ");
  }

  @Test
  @DisplayName("is not told of what the guest does in the same block after that byte")
  void afterExpected() throws IOException {
    for (String end : List.of("out 64 fe", "triple", "cmov")) {
      assertThat(boot("out 3f8 41, " + end, "--expect=A")).as(notes()).isZero();
      assertThat(notes()).startsWith("virtio4j: all that was expected came\n");
    }
  }

  @Test
  @DisplayName("goes on with a machine that was saved, and saves that again")
  void saved() throws IOException {
    String[] drives = {"--drive=file=@/disk", "--drive=file=@/disk,readonly=on,if=scsi"};
    String program = "out 3f8 41; out 3f8 42; out 64 d1; out 3f8 43; out 60 df; out 3f8 44; hlt";
    assertThat(boot(program, drives[0], "--save-on", "B", "@/state")).as(notes()).isZero();
    assertThat(serial()).isEqualTo("AB");
    assertThat(restore(drives[0], "--save-on", "C", "@/state")).as(notes()).isZero();
    assertThat(serial()).isEqualTo("C");
    assertThat(restore(drives[0])).as(notes()).isZero();
    assertThat(serial()).isEqualTo("D");
  }

  /** Goes on with a machine that was saved. */
  private int restore(String... args) {
    List<String> fixed =
        List.of("boot", "--host=jpc", "--jpc=@/jpc.jar", "--memory=16M", "--restore=@/state");
    return run(
        InputStream.nullInputStream(),
        Stream.concat(fixed.stream(), Arrays.stream(args)).toArray(String[]::new));
  }

  @Test
  @DisplayName("resets by a command that was begun before the machine was saved")
  void savedInReset() throws IOException {
    assertThat(boot("out 64 d1; out 3f8 41; out 60 de; hlt", "--save-on", "A", "@/state")).isZero();
    assertThat(restore("--expect=A")).as(notes()).isZero();
    assertThat(notes()).startsWith("virtio4j: the guest restarts (reset by the keyboard");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --host=reference                       | was saved with --host jpc, and this is reference
          --host=jpc --jpc=@/other.jar           | was saved on another build of jpc; give the jar of then
          --host=jpc --jpc=@/jpc.jar -- -ethernet | was saved with other options of jpc: none
          """)
  @DisplayName("goes on with a saved machine only on the very JPC that saved it")
  void savedElsewhere(String options, String why) throws IOException {
    byte[] jar = Files.readAllBytes(directory.resolve("jpc.jar"));
    Files.write(directory.resolve("other.jar"), Arrays.copyOf(jar, jar.length + 1));
    assertThat(boot("out 3f8 41; hlt", "--save-on", "A", "@/state")).as(notes()).isZero();

    String[] args = ("boot --memory=16M --restore=@/state " + options).split(" ", -1);
    assertThat(run(InputStream.nullInputStream(), args)).isEqualTo(2);
    assertThat(notes()).isEqualTo("virtio4j: " + directory.resolve("state") + ": " + why);
  }

  @Test
  @DisplayName("makes no file for a disk of JPC's own that is not there")
  void missingDisk() throws IOException {
    assertThat(boot("hlt", "--", "-hda", "@/none")).isEqualTo(2);
    assertThat(directory.resolve("none")).doesNotExist();
    assertThat(boot("hlt", "--", "-hda", "@/disk")).as(notes()).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --host=jpc                                    | --host=jpc needs --jpc=JAR, the jar of a JPC; see 'virtio4j boot --help'
          --host=bochs --kernel=@/k                       | --host: 'bochs' is not reference or jpc; see 'virtio4j boot --help'
          --host=jpc --jpc=@/none                       | @/none: no such file; --jpc names the jar of a JPC
          --host=jpc --jpc=@/no.jar                     | @/no.jar: no JPC, since it has no org/jpc/emulator/PC.class; build one of JPC's sources
          --host=jpc --jpc=@/disk                       | @/disk: no jar (zip END header not found)
          --host=jpc --jpc=@/jpc.jar --jpc-repairs=x    | no repair of JPC 'x'; there are cmpxchg8b
          --host=jpc --jpc=@/jpc.jar --display=big      | --display: 'big' is not none or window; see 'virtio4j boot --help'
          --host=jpc --jpc=@/jpc.jar -- -ram 64         | JPC's option -ram: use --memory
          --host=jpc --jpc=@/jpc.jar -- -hda @/none     | JPC's option -hda @/none: no such file
          --host=jpc --jpc=@/jpc.jar -- cdrom @         | JPC's option -cdrom @: is a directory, which is written dir:@
          --host=jpc --jpc=@/jpc.jar -- -hdb dir:@/disk | JPC's option -hdb dir:@/disk: no such directory
          --host=reference --kernel=@/k --jpc=@/jpc.jar | --jpc: the reference PC has no such thing; it goes with --host=jpc; see 'virtio4j boot --help'
          --kernel=@/k --display=window                 | --display=window: the reference PC has no such thing; it goes with --host=jpc; see 'virtio4j boot --help'
          --kernel=@/k -- -ethernet                     | -ethernet: the reference PC has no such thing; it goes with --host=jpc; see 'virtio4j boot --help'
          """)
  @DisplayName("refuses options that make no sense, before it looks at an image")
  void refused(String options, String why) {
    String[] args = ("boot --drive=file=@/missing " + options).split(" ", -1);
    assertThat(run(InputStream.nullInputStream(), args)).isEqualTo(2);
    assertThat(notes()).startsWith("virtio4j: " + why.replace("@", directory.toString()));
    assertThat(notes()).hasLineCount(1);
  }

  @Test
  @DisplayName("refuses a window where there is no screen")
  void noScreen() {
    assumeThat(GraphicsEnvironment.isHeadless()).isTrue();
    String[] args = {
      "boot", "--drive=file=@/missing", "--host=jpc", "--jpc=@/jpc.jar", "--display=window"
    };
    assertThat(run(InputStream.nullInputStream(), args)).isEqualTo(2);
    assertThat(notes())
        .isEqualTo(
            "virtio4j: --display=window: there is no screen here; leave it out, or set DISPLAY");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -- -floppy  | JPC has no option '-floppy'
          -- -boot    | JPC's option -boot needs a value
          -- -hda mem:/no/disk | JPC's option -hda mem:/no/disk: JPC can't open that
          """)
  @DisplayName("refuses options that JPC does not have, and drives that it can't open")
  void unknown(String options, String why) throws IOException {
    assertThat(boot("hlt", options.split(" ", -1))).isEqualTo(2);
    assertThat(notes()).isEqualTo("virtio4j: " + why);
  }
}
