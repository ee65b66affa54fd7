package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.testing.DicePlugin;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("virtio4j qtest")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QtestCommandTest {
  /** Writes "written!" to sector 1 of the disk in slot 3, without an interrupt. */
  private static final String WRITE =
      """
      outl 0xcf8 0x80001810
      outl 0xcfc 0xc001
      outl 0xcf8 0x80001804
      outw 0xcfc 0x5
      outl 0xc008 0x10
      outb 0xc012 7
      write 0x20000 16 0x01000000000000000100000000000000
      memset 0x21000 512 0
      write 0x21000 8 0x7772697474656e21
      write 0x10000 16 0x00000200000000001000000001000100
      write 0x10010 16 0x00100200000000000002000001000200
      write 0x10020 16 0x00200200000000000100000002000000
      memset 0x22000 1 0xee
      write 0x11000 6 0x000001000000
      outw 0xc010 0
      readb 0x22000
      """;

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void disks() throws IOException {
    Files.write(directory.resolve("first"), new byte[1024]);
    Files.write(directory.resolve("second"), new byte[1024]);
  }

  /** Runs the command on some input; {@code @} stands for the test's directory. */
  private int run(String input, String... args) {
    String[] line =
        Arrays.stream(args)
            .map(arg -> arg.replace("@", directory.toString()))
            .toArray(String[]::new);
    Console console =
        new Console(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.US_ASCII)),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return Main.run(console, line);
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8).replace(directory.toString(), "@");
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("drives come in slots 2 and 3; the end of input ends it with 0, the data written")
  void drives() throws IOException {
    int status = run(WRITE, "qtest", "--drive", "file=@/first", "--drive", "file=@/second");
    assertThat(errors()).isEmpty();
    assertThat(output()).endsWith("OK 0x0000000000000000\n").hasLineCount(16);
    assertThat(status).isZero();
    assertThat(Files.readAllBytes(directory.resolve("first"))).containsOnly(0);
    String second = Files.readString(directory.resolve("second"), StandardCharsets.ISO_8859_1);
    assertThat(second.substring(512)).startsWith("written!\0");
  }

  @ParameterizedTest(name = "qtest {0}: {1}")
  @DisplayName("--memory is the size of RAM")
  @CsvSource({"--memory 2M, 0x34120000", "--memory 3M, 0x34127856"})
  void memory(String args, String content) {
    String requests = "writel 0x1ffffe 0x56781234\nread 0x1ffffe 4\n";
    assertThat(run(requests, ("qtest " + args).split(" ", -1))).isZero();
    assertThat(output()).endsWith("OK " + content + "\n");
  }

  @Test
  @DisplayName("--socket connects to the socket where the test program listens")
  void socket() throws Exception {
    try (ServerSocketChannel program = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      program.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
      CompletableFuture<String> reply = CompletableFuture.supplyAsync(() -> talk(program));
      assertThat(run("not read", "qtest", "--socket", "@/socket")).isZero();
      assertThat(reply.get()).isEqualTo("OK little\n");
    }
    assertThat(output()).isEmpty();
    assertThat(errors()).isEmpty();
  }

  /** Takes a connection, sends a request, takes the reply, and hangs up. */
  private static String talk(ServerSocketChannel program) {
    try (SocketChannel connection = program.accept()) {
      connection.write(ByteBuffer.wrap("endianness\n".getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer reply = ByteBuffer.allocate(100);
      connection.read(reply);
      return new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest(name = "virtio4j {0}")
  @DisplayName("answers bad input with one line and 2")
  @CsvSource(
      delimiter = '!',
      value = {
        // spotless:off
        "qtest --socket @/none      ! virtio4j: @/none: No such file or directory; the test program must listen there already",
        "qtest --socket @/first     ! virtio4j: @/first: Connection refused; the test program must listen there already",
        "qtest --drive file=@/third ! virtio4j: @/third: no such file; name an existing disk image",
        // spotless:on
      })
  void badInput(String args, String line) {
    assertThat(run("endianness\n", args.split(" ", -1))).isEqualTo(2);
    assertThat(errors()).isEqualTo(line + System.lineSeparator());
    assertThat(output()).isEmpty();
  }

  @Test
  @DisplayName("--device plugs in devices of ours, and those of plugins behind them")
  void devices(@TempDir Path built, @TempDir Path plugins) throws IOException {
    DicePlugin.build(built).jar(plugins.resolve("dice.jar"), DicePlugin.DESCRIPTOR, true);
    String identities =
        """
        outl 0xcf8 0x80001000
        inl 0xcfc
        outl 0xcf8 0x80001800
        inl 0xcfc
        """;

    int status =
        run(
            identities,
            "qtest",
            "--plugins",
            plugins.toString(),
            "--device",
            "dice,sides=20",
            "--device",
            "virtio-blk,file=@/first,readonly=on");

    assertThat(errors()).isEmpty();
    assertThat(output()).isEqualTo("OK\nOK 0x10011af4\nOK\nOK 0xff1234\n");
    assertThat(status).isZero();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "dice!virtio4j: --device: dice is no device of ours; --plugins=DIR names a directory with others",
        "virtio-blk,sides=6!virtio4j: --device: virtio-blk has no option 'sides'; it has if, file,",
        "virtio-blk,if=scsi!virtio4j: --device: if=scsi: not one of virtio",
        "virtio-scsi-cdrom,readonly=off!virtio4j: --device: readonly=off: not one of on",
        "sides=6!virtio4j: Invalid value for option '--device' (TYPE): 'sides=6': the type comes first",
      })
  @DisplayName("--device that can't be is one line and 2")
  void wrongDevice(String device, String message) {
    assertThat(run("", "qtest", "--device", device)).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(errors()).startsWith(message).hasLineCount(1);
  }
}
