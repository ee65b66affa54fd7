package dev.virtio4j.pc.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tukaani.xz.FilterOptions;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;
import org.tukaani.xz.X86Options;
import org.tukaani.xz.XZ;
import org.tukaani.xz.XZOutputStream;

@DisplayName("Unpacking the kernel of a bzImage")
class KernelPayloadTest {
  static final int START = 16 << 20;
  private static final int END = START + (1 << 20);
  private static final int ENTRY = START + 0x40;

  private static final byte[] TEXT = "text of the kernel".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "its data".getBytes(StandardCharsets.US_ASCII);
  private static final int TEXT_OFFSET = 0x1000;
  private static final int DATA_OFFSET = 0x2000;

  /** How the kernel's build packs it. */
  enum Packed {
    GZIP,
    XZ_FOR_X86,
    LZMA;

    OutputStream packer(OutputStream out) throws IOException {
      return switch (this) {
        case GZIP -> new GZIPOutputStream(out);
        case XZ_FOR_X86 ->
            new XZOutputStream(
                out, new FilterOptions[] {new X86Options(), new LZMA2Options()}, XZ.CHECK_CRC32);
        case LZMA -> new LZMAOutputStream(out, new LZMA2Options(), -1);
      };
    }

    byte[] of(byte[] file) throws IOException {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (OutputStream out = packer(packed)) {
        out.write(file);
      }
      if (this != GZIP) {
        // these don't tell the size: the build appends it
        packed.write(
            ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(file.length).array());
      }
      return packed.toByteArray();
    }
  }

  /** A vmlinux: text at the start, a note that is not loaded, data 4 KiB behind the text. */
  static ByteBuffer vmlinux() {
    ByteBuffer elf = ByteBuffer.allocate(0x3000).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(0, new byte[] {0x7F, 'E', 'L', 'F', 1, 1, 1}).putShort(16, (short) 2);
    elf.putShort(18, (short) 3).putInt(24, ENTRY).putInt(28, 52);
    elf.putShort(42, (short) 32).putShort(44, (short) 3);
    segment(elf, 0, 1, TEXT_OFFSET, START + 0x40, TEXT.length);
    segment(elf, 1, 4, DATA_OFFSET, 0, 0x7000_0000);
    segment(elf, 2, 1, DATA_OFFSET, START + 0x1000, DATA.length);
    return elf.put(TEXT_OFFSET, TEXT).put(DATA_OFFSET, DATA);
  }

  private static void segment(
      ByteBuffer elf, int number, int type, int offset, int address, int length) {
    int header = 52 + 32 * number;
    elf.putInt(header, type).putInt(header + 4, offset).putInt(header + 8, 0xC0000000 + address);
    elf.putInt(header + 12, address).putInt(header + 16, length).putInt(header + 20, 0x8000);
  }

  private static byte[] range(ByteBuffer from, int offset, int length) {
    byte[] bytes = new byte[length];
    from.get(offset, bytes);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(Packed.class)
  @DisplayName("each segment lies at its physical address, with zeroes between them")
  void unpacked(Packed packed) throws IOException {
    KernelPayload kernel = KernelPayload.unpack(packed.of(vmlinux().array()), START, END);

    assertThat(kernel.address()).isEqualTo(START);
    assertThat(kernel.entry()).isEqualTo(ENTRY);
    assertThat(kernel.image().capacity()).isEqualTo(0x1000 + DATA.length);
    assertThat(range(kernel.image(), 0x40, TEXT.length)).isEqualTo(TEXT);
    assertThat(range(kernel.image(), 0x1000, DATA.length)).isEqualTo(DATA);
    assertThat(range(kernel.image(), 0x40 + TEXT.length, 0x1000 - 0x40 - TEXT.length))
        .containsOnly(0);
  }

  static Stream<Consumer<ByteBuffer>> unknown() {
    return Stream.of(
        elf -> elf.put(0, (byte) 0),
        elf -> elf.put(4, (byte) 2), // 64 bits
        elf -> elf.putShort(18, (short) 62), // x86-64
        elf -> elf.putShort(42, (short) 56),
        elf -> elf.putInt(28, 0x7FFF_FFFF),
        elf -> elf.putShort(44, (short) 0xFFFF),
        elf -> elf.putInt(24, START - 1),
        elf -> elf.putInt(24, START + 0x1000 + DATA.length),
        elf -> segment(elf, 0, 1, 0x2FFF, START, 2),
        elf -> segment(elf, 0, 1, TEXT_OFFSET, START, -1),
        elf -> segment(elf, 0, 1, TEXT_OFFSET, START - 1, TEXT.length),
        elf -> segment(elf, 0, 1, TEXT_OFFSET, END - 1, TEXT.length),
        elf -> segment(elf, 0, 1, TEXT_OFFSET, -16, TEXT.length));
  }

  @ParameterizedTest
  @MethodSource
  @DisplayName("what is no kernel for this PC, or belongs elsewhere, is left to the guest")
  void unknown(Consumer<ByteBuffer> change) throws IOException {
    byte[] file = vmlinux().array();
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    assertThat(KernelPayload.unpack(Packed.GZIP.of(file), START, END)).isNull();
  }

  @Test
  @DisplayName("so is one whose segments lie over each other, which would take long to copy")
  void overlapping() throws IOException {
    ByteBuffer elf = ByteBuffer.allocate(3 << 20).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(vmlinux().rewind()).putShort(44, (short) 0xFFFF);
    for (int i = 0; i < 0xFFFF; i++) {
      segment(elf, i, 1, 0, START, 1 << 20);
    }
    assertThat(KernelPayload.unpack(Packed.GZIP.of(elf.array()), START, START + (4 << 20)))
        .isNull();
  }

  @ParameterizedTest
  @EnumSource(Packed.class)
  @DisplayName("so is one that has no room where the kernel's own decompressor would put it")
  void tooLarge(Packed packed) throws IOException {
    byte[] file = Arrays.copyOf(vmlinux().array(), END - START);
    assertThat(KernelPayload.unpack(packed.of(file), START, END)).isNotNull();
    file = Arrays.copyOf(file, file.length + 1);
    assertThat(KernelPayload.unpack(packed.of(file), START, END)).isNull();
  }

  @Test
  @DisplayName("so is one larger than any kernel, whatever its header says of its size")
  void bomb() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = Packed.GZIP.packer(packed)) {
      out.write(vmlinux().array());
      for (int i = 0; i < 256; i++) {
        out.write(new byte[1 << 20]);
      }
    }
    assertThat(KernelPayload.unpack(packed.toByteArray(), START, 2047L << 20)).isNull();
  }

  @ParameterizedTest
  @EnumSource(Packed.class)
  @DisplayName("so is one that is damaged, cut short or empty")
  void damaged(Packed packed) throws IOException {
    byte[] payload = packed.of(vmlinux().array());
    for (int length : new int[] {0, 2, 5, 20, payload.length / 2}) {
      assertThat(KernelPayload.unpack(Arrays.copyOf(payload, length), START, END)).isNull();
    }
    byte[] flipped = payload.clone();
    for (int i = 30; i < 60; i++) {
      flipped[i] ^= 0x55;
    }
    assertThat(KernelPayload.unpack(flipped, START, END)).isNull();
  }

  @Test
  @DisplayName("and one packed in a way that we don't know")
  void otherFormat() {
    byte[] lz4 = {0x02, 0x21, 0x4C, 0x18, 0, 0, 0, 0};
    assertThat(KernelPayload.unpack(lz4, START, END)).isNull();
  }
}
