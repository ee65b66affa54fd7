package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.drive.DriveOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("virtio4j image")
class ImageCommandTest {
  private static final int SIZE = 256 * 1024;

  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(directory.resolve("directory"));
    byte[] content = new byte[SIZE];
    Arrays.fill(content, (byte) 'b');
    Files.write(directory.resolve("base"), content);
    Files.setLastModifiedTime(directory.resolve("base"), FileTime.fromMillis(86_400_000));
    assertThat(run("create --base @/base @/o")).isZero();
    write("base=@/base,file=@/o", 1000, "written");
  }

  /** Runs a command; {@code @} stands for the test's directory. */
  private int run(String args) {
    String[] there = ("image " + args).strip().replace("@", directory.toString()).split(" ");
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return Main.run(new Console(InputStream.nullInputStream(), out, errors), there);
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8).replace(directory.toString(), "@");
  }

  private String errors() {
    return err.toString(StandardCharsets.UTF_8).replace(directory.toString(), "@");
  }

  private BlockBackend open(String keys) throws IOException {
    String drive = "format=overlay," + keys.replace("@", directory.toString());
    return DriveOptions.parse(drive).image().open(false);
  }

  private void write(String keys, long position, String text) throws IOException {
    try (BlockBackend disk = open(keys)) {
      disk.write(position, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      disk.flush();
    }
  }

  private String read(String keys, long position, int length) throws IOException {
    try (BlockBackend disk = open(keys)) {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      disk.read(position, bytes);
      return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }
  }

  @Test
  @DisplayName("create makes an overlay of the size of its base, and info shows it")
  void createOverBase() {
    assertThat(run("info @/o")).isZero();
    assertThat(output())
        .matches(
            """
            format: overlay
            disk: 262144 bytes
            base: then named 'base', 262144 bytes, modified at 1970-01-02T00:00:00Z
            written: 1 clusters of 65536 bytes, and 0 of zeroes
            file: 196608 bytes, (\\d+ on the host|.* can't tell .*)
            """);
    assertThat(errors()).isEmpty();
  }

  @Test
  @DisplayName("create makes an overlay without a base, and a raw image, of any size")
  void createWithoutBase() throws IOException {
    assertThat(run("create --size 1T @/thin")).isZero();
    assertThat(run("create --format raw --size 3M @/raw")).isZero();
    assertThat(run("create --base @/base --size 1M @/larger")).isZero();
    assertThat(read("file=@/thin", 1L << 39, 3)).isEqualTo("\0\0\0");
    assertThat(read("file=@/larger,base=@/base", SIZE - 1, 3)).isEqualTo("b\0\0");
    assertThat(run("info @/thin")).isZero();
    assertThat(run("info --format=raw @/raw")).isZero();
    assertThat(output())
        .contains("disk: 1099511627776 bytes\nbase: none\nwritten: 0 clusters")
        .contains("format: raw\ndisk: 3145728 bytes\nfile: 3145728 bytes, ");
  }

  @Test
  @DisplayName("commit writes an overlay into its base, and empties it")
  void commit() throws IOException {
    assertThat(run("commit --base @/base @/o")).isZero();
    assertThat(errors()).isEqualTo("virtio4j: committing\n");
    assertThat(output()).isEmpty();
    try (RawFile base = RawFile.open(directory.resolve("base"), true)) {
      ByteBuffer bytes = ByteBuffer.allocate(9);
      base.read(999, bytes);
      assertThat(new String(bytes.array(), StandardCharsets.US_ASCII)).isEqualTo("bwrittenb");
    }
    write("base=@/base,file=@/o", 5, "again");
    assertThat(read("base=@/base,file=@/o", 1000, 7)).isEqualTo("written");
  }

  @Test
  @DisplayName("check shows what there is, and ends with 1 and the problem if something is wrong")
  void check() throws IOException {
    assertThat(run("check @/o")).isZero();
    assertThat(output())
        .isEqualTo(
            """
            header: good
            log: 2 records in 1 clusters
            data: 1 clusters of the disk, 0 more are zeroes
            unused: 0 of the file's 3 clusters, for later writes
            """);
    byte[] bytes = Files.readAllBytes(directory.resolve("o"));
    bytes[20] ^= 1;
    Files.write(directory.resolve("o"), bytes);
    out.reset();
    assertThat(run("check @/o")).isEqualTo(1);
    assertThat(output()).isEqualTo("problem: @/o: its header is damaged\n");
    assertThat(errors()).isEmpty();
  }

  @Test
  @DisplayName("compact leaves out what is not needed, with the base also what is the same there")
  void compact() throws IOException {
    write("base=@/base,file=@/o", 100_000, "bbb");
    assertThat(Files.size(directory.resolve("o"))).isEqualTo(4 * 65536);
    assertThat(run("compact @/o")).isZero();
    assertThat(Files.size(directory.resolve("o"))).isEqualTo(4 * 65536);
    assertThat(run("compact --base @/base @/o")).isZero();
    assertThat(Files.size(directory.resolve("o"))).isEqualTo(3 * 65536);
    assertThat(read("base=@/base,file=@/o", 999, 9)).isEqualTo("bwrittenb");
    assertThat(errors()).isEqualTo("virtio4j: compacting\n".repeat(2));
  }

  /** Every file with the time of its last change and its content. */
  private Map<Path, String> state() throws IOException {
    Map<Path, String> files = new HashMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            file, Files.getLastModifiedTime(file) + Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @ParameterizedTest(name = "image {0}")
  @DisplayName("answers what can't be done with one line and 2, and touches nothing")
  @CsvSource(
      delimiter = '!',
      value = {
        // spotless:off
        "create @/new                                     ! --size is missing: an image without a base needs one",
        "create --format raw @/new                        ! --size is missing: an image without a base needs one",
        "create --format raw --base @/base @/new          ! --base: only for --format=overlay",
        "create --format qcow2 --size 1G @/new            ! --format=qcow2: use overlay or raw",
        "create --size much @/new                         ! 'much' is no size such as 512, 64k, 4M or 1G",
        "create --size 1000 @/new                         ! a disk has a positive multiple of 512 bytes, not 1000",
        "create --size 65T @/new                          ! an overlay has at most 64 TiB, not 71468255805440 bytes",
        "create --size 1M @/base                          ! @/base: already exists; name a new file",
        "create --format raw --size 1M @/o                ! @/o: already exists; name a new file",
        "create --base @/none @/new                       ! @/none: no such file; name an existing disk image",
        "create --base @/base --base-format overlay @/new ! --base-format=overlay: use raw or qcow2",
        "create --base @/base --base-format qcow2 @/new   ! @/base: no qcow2 image; say with format= what the file is",
        "create --size 1M @/none/new                      ! no such file: @/none/new",
        "info @/base                                      ! @/base: no overlay of virtio4j; name one, or the file's own format",
        "info --format vmdk @/base                        ! --format=vmdk: use overlay or raw",
        "info @/directory                                 ! @/directory: not a regular file; name a disk image",
        "check @/base                                     ! @/base: no overlay of virtio4j; name one, or the file's own format",
        "check @/none                                     ! @/none: no such file; name an existing disk image",
        "commit --base @/none @/o                         ! @/none: no such file; name an existing disk image",
        "commit --base @/base @/base                      ! @/base: already open as a disk of this program; use it once",
        "compact @/base                                   ! @/base: no overlay of virtio4j; name one, or the file's own format",
        "compact --base @/none @/o                        ! @/none: no such file; name an existing disk image",
        "                                                 ! Missing required subcommand; see 'virtio4j image --help'",
        "commit @/o                                       ! Missing required option: '--base=FILE'; see 'virtio4j image commit --help'",
        "check                                            ! Missing required parameter: 'OVERLAY'; see 'virtio4j image check --help'",
        // spotless:on
      })
  void refusals(String args, String line) throws IOException {
    Map<Path, String> before = state();
    assertThat(run(args == null ? "" : args)).isEqualTo(2);
    assertThat(errors()).isEqualTo("virtio4j: " + line + "\n");
    assertThat(output()).isEmpty();
    assertThat(state()).isEqualTo(before);
  }
}
