package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlockReadContract;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.Needs;
import dev.virtio4j.testing.QemuImg;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("a qcow2 image that QEMU made")
class Qcow2Test extends BlockReadContract {
  private static final int DISK_SIZE = (5 << 20) + 3 * 512;

  @TempDir private Path directory;

  @BeforeAll
  static void needs() {
    Needs.qemuImg();
  }

  private QemuImg qemu() {
    return new QemuImg(directory);
  }

  private Path path(String name) {
    return directory.resolve(name);
  }

  @Override
  protected BlockBackend create(byte[] content) throws IOException {
    Files.write(path("contract.raw"), content);
    qemu().img("convert", "-f", "raw", "-O", "qcow2", "contract.raw", "contract.qcow2");
    return Qcow2.open(path("contract.qcow2"), null);
  }

  /** Data that packs and data that does not, zeroes, and all of them in odd places. */
  private static byte[] data() {
    byte[] data = new byte[DISK_SIZE];
    Random random = new Random(5);
    for (int at = 0; at < data.length; ) {
      int end = Math.min(data.length, at + 1 + random.nextInt(300_000));
      switch (random.nextInt(3)) {
        case 0 -> {
          byte[] noise = new byte[end - at];
          random.nextBytes(noise);
          System.arraycopy(noise, 0, data, at, noise.length);
        }
        case 1 -> Arrays.fill(data, at, end, (byte) random.nextInt(256));
        default -> {}
      }
      at = end;
    }
    return data;
  }

  /** Reads all in pieces of random lengths, at random places and in order. */
  private static void assertContent(BlockBackend disk, byte[] content) throws IOException {
    assertThat(disk.size()).isEqualTo(content.length);
    Random random = new Random(6);
    for (int i = 0; i < 300; i++) {
      int position = random.nextInt(content.length);
      assertPart(disk, content, position, 1 + random.nextInt(1 << random.nextInt(20)));
    }
    for (int at = 0; at < content.length; ) {
      int length = 1 + random.nextInt(1 << 20);
      assertPart(disk, content, at, length);
      at += length;
    }
  }

  private static void assertPart(BlockBackend disk, byte[] content, int position, int length)
      throws IOException {
    byte[] expected =
        Arrays.copyOfRange(content, position, Math.min(content.length, position + length));
    ByteBuffer into = ByteBuffer.allocate(expected.length);
    disk.read(position, into);
    assertThat(Arrays.mismatch(into.array(), expected)).as("at %d", position).isEqualTo(-1);
  }

  private void assertReadsAsQemu(String image, BlockBackend backing) throws IOException {
    byte[] content = qemu().content(image); // while it is not locked
    try (Qcow2 disk = Qcow2.open(path(image), backing)) {
      assertContent(disk, content);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @DisplayName("reads as QEMU reads it, whatever it was made with")
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "compat=0.10                              | -",
        "compat=0.10                              | -c",
        "compat=0.10,cluster_size=512             | -c",
        "compat=1.1                               | -",
        "compat=1.1                               | -c",
        "cluster_size=512                         | -",
        "cluster_size=512                         | -c",
        "cluster_size=4096                        | -c",
        "cluster_size=1M                          | -",
        "cluster_size=2M                          | -",
        "cluster_size=2M                          | -c",
        "compression_type=zstd                    | -",
        "compression_type=zstd                    | -c",
        "compression_type=zstd,cluster_size=512   | -c",
        "compression_type=zstd,cluster_size=2M    | -c",
        "extended_l2=on                           | -",
        "extended_l2=on                           | -c",
        "extended_l2=on,cluster_size=16k          | -",
        "extended_l2=on,cluster_size=2M           | -",
        "extended_l2=on,compression_type=zstd     | -c",
        "preallocation=off                        | -",
        "preallocation=metadata                   | -",
        "preallocation=falloc                     | -",
        "preallocation=full                       | -",
        "lazy_refcounts=on,refcount_bits=64       | -",
      })
  void kinds(String options, String compress) throws IOException {
    Files.write(path("data.raw"), data());
    Stream.Builder<String> arguments = Stream.builder();
    arguments.add("convert").add("-f").add("raw").add("-O").add("qcow2").add("-o").add(options);
    if (compress != null) {
      arguments.add(compress);
    }
    arguments.add("data.raw").add("disk.qcow2");
    qemu().img(arguments.build().toArray(String[]::new));

    assertReadsAsQemu("disk.qcow2", null);
    try (Qcow2 disk = Qcow2.open(path("disk.qcow2"), null)) {
      assertContent(disk, data());
    }
  }

  /** What a guest may have done to its disk, later. */
  private static final List<String> GUEST_WRITES =
      List.of(
          "write -P 1 0 512",
          "write -P 2 70000 3000",
          "write -z 131072 65536",
          "write -z 200000 70000",
          "write -P 3 210000 10",
          "write -z -u 1M 1M",
          "discard 1200k 512k",
          "write -c -P 4 2M 2M",
          "write -P 5 3200000 1000",
          "write -z 4M 1000",
          "write -P 6 5244000 416");

  @ParameterizedTest(name = "{0}")
  @DisplayName("reads as QEMU reads it, after writes, zeroes and discards of a guest")
  @ValueSource(
      strings = {
        "compat=0.10",
        "compat=1.1",
        "cluster_size=2M",
        "cluster_size=512",
        "compression_type=zstd,cluster_size=1M",
        "extended_l2=on",
        "extended_l2=on,cluster_size=2M",
        "preallocation=metadata",
        "extended_l2=on,preallocation=metadata",
      })
  void used(String options) throws IOException {
    qemu().img("create", "-f", "qcow2", "-o", options, "disk.qcow2", "" + DISK_SIZE);
    // Compressed clusters can't be written where there are others already.
    qemu().io("disk.qcow2", options.contains("prealloc") ? noCompression() : GUEST_WRITES);

    assertReadsAsQemu("disk.qcow2", null);
  }

  private static List<String> noCompression() {
    return GUEST_WRITES.stream().filter(command -> !command.contains(" -c ")).toList();
  }

  @ParameterizedTest(name = "{0}, a backing file of {1} bytes")
  @DisplayName("reads what it has no data for from its backing file, and zeroes beyond that")
  @CsvSource(
      delimiter = '|',
      value = {
        "compat=0.10                           | 5244416",
        "compat=1.1                            | 5244416",
        "compat=1.1                            | 2100224",
        "compat=1.1                            | 512",
        "compat=1.1                            | 6291456",
        "cluster_size=512                      | 2100224",
        "extended_l2=on                        | 2100224",
        "extended_l2=on,compression_type=zstd  | 5244416",
      })
  void backing(String options, int backingSize) throws IOException {
    byte[] data = new byte[backingSize];
    new Random(8).nextBytes(data);
    Files.write(path("base.raw"), data);
    qemu()
        .img(
            "create",
            "-f",
            "qcow2",
            "-F",
            "raw",
            "-b",
            "base.raw",
            "-o",
            options,
            "disk.qcow2",
            "" + DISK_SIZE);
    qemu().io("disk.qcow2", GUEST_WRITES);

    assertReadsAsQemu("disk.qcow2", new MemoryBackend(data, true));
  }

  @Test
  @DisplayName("can stand on another qcow2 image, which is closed with it")
  void chain() throws IOException {
    Files.write(path("data.raw"), data());
    qemu().img("convert", "-c", "-f", "raw", "-O", "qcow2", "data.raw", "base.qcow2");
    qemu().img("create", "-f", "qcow2", "-F", "qcow2", "-b", "base.qcow2", "disk.qcow2");
    qemu().io("disk.qcow2", GUEST_WRITES);

    byte[] content = qemu().content("disk.qcow2");
    try (Qcow2 disk = Qcow2.open(path("disk.qcow2"), Qcow2.open(path("base.qcow2"), null))) {
      assertContent(disk, content);
    }
    Qcow2.open(path("base.qcow2"), null).close();
  }

  @Test
  @DisplayName("with a backing file is refused without one, in a line that names it")
  void backingNotNamed() throws IOException {
    qemu().img("create", "-f", "raw", "base.raw", "1M");
    qemu().img("create", "-f", "qcow2", "-F", "raw", "-b", "base.raw", "disk.qcow2");

    assertThatThrownBy(() -> Qcow2.open(path("disk.qcow2"), null))
        .isInstanceOf(IOException.class)
        .hasMessage(
            path("disk.qcow2")
                + ": has a backing file, recorded as 'base.raw';"
                + " name it with backing=FILE,backing-format=raw|qcow2,"
                + " or flatten the image with qemu-img convert");
  }

  @Test
  @DisplayName("without a backing file is refused with one, which stays open")
  void backingTooMany() throws IOException {
    qemu().img("create", "-f", "qcow2", "disk.qcow2", "1M");
    qemu().img("create", "-f", "raw", "base.raw", "1M");

    try (RawFile base = RawFile.open(path("base.raw"), true)) {
      assertThatThrownBy(() -> Qcow2.open(path("disk.qcow2"), base))
          .isInstanceOf(IOException.class)
          .hasMessage(path("disk.qcow2") + ": has no backing file; leave backing= out");
      base.read(0, ByteBuffer.allocate(1));
    }
  }

  @Test
  @DisplayName("reads as of now, whatever snapshots it has inside")
  void internalSnapshots() throws IOException {
    qemu().img("create", "-f", "qcow2", "disk.qcow2", "" + DISK_SIZE);
    qemu().io("disk.qcow2", GUEST_WRITES);
    qemu().img("snapshot", "-c", "before", "disk.qcow2");
    qemu().io("disk.qcow2", List.of("write -P 9 60000 100000", "discard 2M 2M"));

    assertReadsAsQemu("disk.qcow2", null);
  }

  @Test
  @DisplayName("may have its data in another file: it is refused")
  void externalData() throws IOException {
    qemu().img("create", "-f", "qcow2", "-o", "data_file=data.raw", "disk.qcow2", "1M");

    assertThatThrownBy(() -> Qcow2.open(path("disk.qcow2"), null))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(path("disk.qcow2") + ": its data is in another file; ");
  }

  @Test
  @DisplayName("of a terabyte is read at its far end")
  void large() throws IOException {
    qemu().img("create", "-f", "qcow2", "disk.qcow2", "1T");
    qemu().io("disk.qcow2", List.of("write -P 7 1099511627000 776", "write -P 8 512G 1M"));

    try (Qcow2 disk = Qcow2.open(path("disk.qcow2"), null)) {
      assertThat(disk.size()).isEqualTo(1L << 40);
      ByteBuffer into = ByteBuffer.allocate(1000);
      disk.read((1L << 40) - 1000, into);
      assertThat(Arrays.copyOf(into.array(), 224)).containsOnly(0);
      assertThat(Arrays.copyOfRange(into.array(), 224, 1000)).containsOnly(7);
      disk.read(1L << 39, into.clear());
      assertThat(into.array()).containsOnly(8);
    }
  }

  @Test
  @DisplayName("is read by a guest, and refuses its writes")
  void guest() throws IOException {
    Files.write(path("data.raw"), data());
    qemu().img("convert", "-c", "-f", "raw", "-O", "qcow2", "data.raw", "disk.qcow2");
    try (Qcow2 disk = Qcow2.open(path("disk.qcow2"), null)) {
      BlkDriver driver = BlkDriver.started(disk);

      assertThat(driver.driver.in(LegacyDriver.DEVICE_FEATURES, 4) & BlkDriver.RO).isNotZero();
      BlkDriver.Result read = driver.read(10, 8192);
      assertThat(read.status()).isEqualTo(BlkDriver.OK);
      assertThat(read.data()).isEqualTo(Arrays.copyOfRange(data(), 5120, 5120 + 8192));
      assertThat(driver.write(10, new byte[512]).status()).isEqualTo(BlkDriver.IOERR);
      assertThat(driver.flush().status()).isEqualTo(BlkDriver.OK);
    }
  }

  @Test
  @DisplayName("is locked against writers while it is open, and can be opened again")
  void locked() throws IOException {
    qemu().img("create", "-f", "qcow2", "disk.qcow2", "1M");
    try (Qcow2 disk = Qcow2.open(path("disk.qcow2"), null)) {
      assertThat(disk.isReadOnly()).isTrue();
      assertThatThrownBy(() -> RawFile.open(path("disk.qcow2"), false))
          .hasMessageContaining("already open");
    }
    Qcow2.open(path("disk.qcow2"), null).close();
  }
}
