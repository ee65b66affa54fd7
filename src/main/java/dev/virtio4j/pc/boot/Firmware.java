package dev.virtio4j.pc.boot;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A BIOS as it stands in a ROM: a raw image whose last 16 bytes are where the CPU starts. */
public final class Firmware {
  private final byte[] rom;

  /**
   * Takes an image.
   *
   * @param rom the image, of 64, 128, 192 or 256 KiB
   * @throws IllegalArgumentException if it has another size
   */
  public Firmware(byte[] rom) {
    if (!isRomSize(rom.length)) {
      throw new IllegalArgumentException("firmware of " + rom.length + " bytes");
    }
    this.rom = rom.clone();
  }

  /**
   * Reads an image.
   *
   * @param file the image, of 64, 128, 192 or 256 KiB
   * @return the firmware
   * @throws IOException with one line that names the file and the remedy, if it is not there, of
   *     another size, or can't be read
   */
  public static Firmware read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; name a BIOS image, such as SeaBIOS's bios.bin");
    }
    long size = Files.size(file);
    if (!isRomSize(size)) {
      throw new IOException(
          file + ": has " + size + " bytes; a BIOS image has 64, 128, 192 or 256 KiB");
    }
    return new Firmware(Files.readAllBytes(file));
  }

  private static boolean isRomSize(long size) {
    return size > 0 && size <= PhysicalMemory.MAX_ROM && size % PhysicalMemory.ROM_UNIT == 0;
  }

  /** {@return a copy of the image} */
  public byte[] rom() {
    return rom.clone();
  }

  /**
   * Puts the image into the ROM.
   *
   * @param memory the machine's memory
   */
  public void load(PhysicalMemory memory) {
    memory.putRom(rom);
  }

  /**
   * Saves the image.
   *
   * @param out takes it
   * @throws IOException if that fails
   */
  public void save(StateWriter out) throws IOException {
    out.array(rom);
  }

  /**
   * Loads an image that was saved.
   *
   * @param in has it
   * @return the firmware
   * @throws IOException if it is none
   */
  public static Firmware load(StateReader in) throws IOException {
    byte[] rom = in.array();
    if (!isRomSize(rom.length)) {
      throw in.wrong("has firmware of " + rom.length + " bytes");
    }
    return new Firmware(rom);
  }
}
