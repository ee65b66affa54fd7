package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.testing.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Needs a JPC, which is in no registry: {@code -Djpc.jar=FILE}. Takes some minutes. */
@DisplayName("Debian on a real JPC")
class JpcGuestIT {
  private static final int MIB = 1 << 20;
  private static final int DISK = 8 * MIB;

  /** From the first disk to the second, a piece at a time, and on to a SCSI disk. */
  private static final String COPY =
      """
      for i in 0 1 2 3 4 5 6 7; do
        dd if=/dev/vda of=/dev/vdb bs=1M skip=$i seek=$i count=1 conv=notrunc,fsync 2>/dev/null
        echo "piece $i"
      done
      dd if=/dev/vdb of=/dev/sda bs=64k conv=notrunc,fsync 2>/dev/null
      """;

  private static final List<String> DRIVES =
      List.of("--drive=file=@/a", "--drive=file=@/b", "--drive=file=@/c,if=scsi");

  @TempDir private Path directory;
  private final byte[] source = new byte[DISK];
  private List<String> jpc;
  private List<String> guest;

  @BeforeEach
  void guest() throws IOException {
    jpc = List.of("--host=jpc", "--jpc=" + Needs.jpc());
    TestGuest made = TestGuest.of(COPY, directory);
    guest =
        List.of(
            "--kernel=" + made.kernel(),
            "--initrd=" + made.initramfs(),
            "--append=" + TestGuest.COMMAND_LINE);
    new Random(7).nextBytes(source);
  }

  private void makeDisks() throws IOException {
    Files.write(directory.resolve("a"), source);
    Files.write(directory.resolve("b"), new byte[DISK]);
    Files.write(directory.resolve("c"), new byte[DISK]);
  }

  /** Boots with the options of all these lists, and gives what came on the serial line. */
  private String boot(List<List<String>> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] args =
        Stream.concat(Stream.of("boot", "--timeout=15m"), options.stream().flatMap(List::stream))
            .map(option -> option.replace("@", directory.toString()))
            .toArray(String[]::new);
    Console console =
        new Console(InputStream.nullInputStream(), out, new PrintStream(err, true, UTF_8));
    assertThat(Main.run(console, args)).as(out.toString(UTF_8) + err.toString(UTF_8)).isZero();
    return out.toString(US_ASCII).replaceAll("\\[ *\\d+\\.\\d+\\]", "[time]");
  }

  private void assertCopied() throws IOException {
    for (String disk : List.of("a", "b", "c")) {
      assertThat(Files.mismatch(directory.resolve(disk), directory.resolve("a"))).isEqualTo(-1);
    }
    assertThat(Files.readAllBytes(directory.resolve("a"))).isEqualTo(source);
  }

  @Test
  @DisplayName(
      "copies disks as on the reference PC; saved and restored twice, it says and writes the same")
  void copies() throws IOException {
    makeDisks();
    assertThat(boot(List.of(guest, DRIVES))).contains("piece 7").contains("test: ends");
    assertCopied();

    makeDisks();
    String whole = boot(List.of(jpc, guest, DRIVES));
    assertThat(whole).contains("piece 7").contains("test: ends");
    assertCopied();

    makeDisks();
    String serial = boot(List.of(jpc, guest, DRIVES, List.of("--save-on", "piece 3", "@/state")));
    assertThat(Files.readAllBytes(directory.resolve("c"))).containsOnly(0);
    List<String> restore = List.of("--restore=@/state");
    serial += boot(List.of(jpc, DRIVES, restore, List.of("--save-on", "piece 6", "@/state")));
    serial += boot(List.of(jpc, DRIVES, restore));
    assertCopied();
    assertThat(serial).isEqualTo(whole);
  }
}
