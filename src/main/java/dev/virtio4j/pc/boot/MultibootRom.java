package dev.virtio4j.pc.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.commons.io.IOUtils;

/**
 * A ROM in place of a BIOS, which puts a multiboot image into memory and enters it: for machines
 * into whose memory one can't be put. Nothing else is done that firmware does.
 *
 * <pre>
 *   0000  the image
 *   FE00  src/main/asm/multiboot-rom.asm, which begins with what it is to know of the image
 * </pre>
 */
public final class MultibootRom {
  private static final int SIZE = 0x10000;
  private static final int END = 0xFE00;

  private MultibootRom() {}

  /**
   * Makes such a ROM.
   *
   * @param image the image
   * @return 64 KiB
   * @throws IllegalArgumentException if the image is too large; the message says how large it may
   *     be
   */
  public static Firmware of(MultibootImage image) {
    ByteBuffer program = image.program();
    if (program.remaining() > END) {
      throw new IllegalArgumentException(
          "the image has %d bytes; a ROM has room for %d".formatted(program.remaining(), END));
    }
    ByteBuffer rom = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    rom.put(0, program, 0, program.remaining());
    rom.put(END, loader());
    rom.position(END);
    rom.putInt(program.remaining());
    rom.putInt(image.loadAddress());
    rom.putInt(image.zeroes());
    rom.putInt(image.entry());
    return new Firmware(rom.array());
  }

  private static byte[] loader() {
    try {
      return IOUtils.resourceToByteArray("/dev/virtio4j/pc/boot/multiboot-rom.bin");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
