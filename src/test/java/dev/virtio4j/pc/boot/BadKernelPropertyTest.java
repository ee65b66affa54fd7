package dev.virtio4j.pc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.boot.KernelPayloadTest.Packed;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Kernels that are damaged at any place: they load, or are refused in one line. */
class BadKernelPropertyTest {
  private static final int MIB = 1 << 20;
  private static final int MEMORY = 64 * MIB;
  private static final int SETUP_BYTES = 8 * 512;
  private static final int PAYLOAD_OFFSET = 1000;
  private static final int SETUP_SECTS_FIELD = 0x1F1;
  private static final byte[] INITRD = new byte[5000];

  /** Where a field of the setup header is, and its width in bytes. */
  private static final int[][] HEADER_FIELDS = {
    {SETUP_SECTS_FIELD, 1},
    {0x1F4, 4},
    {0x1FE, 2},
    {0x200, 2},
    {0x206, 2},
    {0x211, 1},
    {0x214, 4},
    {0x22C, 4},
    {0x230, 4},
    {0x234, 1},
    {0x236, 2},
    {0x238, 4},
    {0x248, 4},
    {0x24C, 4},
    {0x258, 8},
    {0x260, 4}
  };

  private static final int[][] ELF_FIELDS = {
    {0, 4},
    {4, 2},
    {18, 2},
    {24, 4},
    {28, 4},
    {42, 2},
    {44, 2}, // header
    {52, 4},
    {56, 4},
    {64, 4},
    {68, 4},
    {116, 4},
    {120, 4},
    {128, 4},
    {132, 4} // segments 0 and 2
  };

  private static final PhysicalMemory RAM = new PhysicalMemory(MEMORY);

  /** Sound ones. */
  private static final Map<Packed, byte[]> KERNELS = new EnumMap<>(Packed.class);

  private static Path file;

  /** Other bytes in place of those of a field. */
  record Change(int offset, int width, long value) {
    void apply(byte[] bytes) {
      byte[] field = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
      if (offset + width <= bytes.length) {
        System.arraycopy(field, 0, bytes, offset, width);
      }
    }
  }

  @BeforeContainer
  static void makeFiles() throws IOException {
    file = Files.createTempFile("vmlinuz", "");
    for (Packed packed : Packed.values()) {
      KERNELS.put(packed, kernel(packed.of(KernelPayloadTest.vmlinux().array())));
    }
  }

  @AfterContainer
  static void deleteFile() throws IOException {
    Files.delete(file);
  }

  private static Arbitrary<List<Change>> changes(int[]... fields) {
    Arbitrary<Long> value =
        Arbitraries.oneOf(
            Arbitraries.of(0L, 1L, 2L, 15L, 0x7FL, 0xFFL, 0x202L, 0x20AL, 0xFFFFL, 0xFFFFFFL),
            Arbitraries.of(0x7FFFFFFFL, 0x80000000L, 0xFFFFF000L, 0xFFFFFFFFL, 1L << 32, -1L),
            Arbitraries.longs().between(16 * MIB - 5000, 34 * MIB + 5000),
            Arbitraries.longs());
    return Combinators.combine(Arbitraries.of(fields), value)
        .as((field, number) -> new Change(field[0], field[1], number))
        .list()
        .ofMaxSize(4);
  }

  @Provide
  Arbitrary<List<Change>> headerChanges() {
    return changes(HEADER_FIELDS);
  }

  @Provide
  Arbitrary<List<Change>> elfChanges() {
    return changes(ELF_FIELDS);
  }

  private static byte[] kernel(byte[] payload) {
    byte[] image = LinuxKernelTest.debianLike();
    System.arraycopy(payload, 0, image, SETUP_BYTES + PAYLOAD_OFFSET, payload.length);
    new Change(0x248, 4, PAYLOAD_OFFSET).apply(image);
    new Change(0x24C, 4, payload.length).apply(image);
    return image;
  }

  /** Loads it on both machines; whether it was not refused. */
  private static boolean load(byte[] image, PhysicalMemory memory) throws IOException {
    Files.write(file, image);
    try {
      LinuxKernel kernel = LinuxKernel.read(file);
      LinuxEntry entry = kernel.load(memory, INITRD, "quiet");
      assertThat(entry.bootParams()).isEqualTo(0x90000);
      assertThat(BootDisk.image(kernel, INITRD, "quiet", memory.size()))
          .hasSizeLessThan(memory.size() + MIB);
      return true;
    } catch (IOException | IllegalArgumentException e) {
      assertThat(e).hasMessageMatching("(the )?(kernel|initrd).+");
      return false;
    }
  }

  @Property(tries = 500)
  void anyHeader(@ForAll Packed packed, @ForAll("headerChanges") List<Change> changes)
      throws IOException {
    byte[] image = KERNELS.get(packed).clone();
    changes.forEach(change -> change.apply(image));
    boolean loaded = load(image, RAM);
    assertThat(loaded || !changes.isEmpty()).isTrue();
  }

  @Property(tries = 300)
  void anyProgramHeaders(@ForAll("elfChanges") List<Change> changes) throws IOException {
    byte[] elf = KernelPayloadTest.vmlinux().array();
    changes.forEach(change -> change.apply(elf));
    assertThat(load(kernel(Packed.GZIP.of(elf)), RAM)).isTrue();
  }

  @Property(tries = 300)
  void damagedPayload(@ForAll Packed packed, @ForAll int place, @ForAll byte[] damage)
      throws IOException {
    byte[] image = KERNELS.get(packed).clone();
    int offset = SETUP_BYTES + PAYLOAD_OFFSET + Math.floorMod(place, 200);
    System.arraycopy(damage, 0, image, offset, damage.length);
    assertThat(load(image, RAM)).isTrue();
  }

  @Property(tries = 100)
  void cutShort(@ForAll int length) throws IOException {
    byte[] image = KERNELS.get(Packed.XZ_FOR_X86);
    assertThat(load(Arrays.copyOf(image, Math.floorMod(length, image.length - 16)), RAM)).isFalse();
  }

  @Property(tries = 50)
  void anyMemory(@ForAll int pages) throws IOException {
    byte[] image = KERNELS.get(Packed.LZMA);
    int size = MIB + 4096 * Math.floorMod(pages, MEMORY >> 12);
    assertThat(load(image, new PhysicalMemory(size))).isEqualTo(size >= 34 * MIB + 8192);
  }
}
