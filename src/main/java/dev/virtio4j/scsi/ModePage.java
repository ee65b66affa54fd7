package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A mode page (SPC-4, "Mode page and subpage formats"): its values, and which of them MODE SELECT
 * can change. Bytes are counted from the first of the page, as in the tables of the standards.
 */
class ModePage {
  /** The page code and the page length. */
  static final int HEADER = 2;

  /** Which values MODE SENSE is to give, in the order of the PC field. */
  enum Values {
    CURRENT,
    CHANGEABLE,
    DEFAULT,
    SAVED
  }

  private final int code;
  private final byte[] defaults;
  private final byte[] changeable;
  private final byte[] current;

  /**
   * Makes a page with its default values.
   *
   * @param code the page code
   * @param defaults the bytes after the page length, in hexadecimal; spaces divide the fields
   * @param changeable the bits among these that MODE SELECT can change
   */
  ModePage(int code, String defaults, String changeable) {
    this.code = code;
    this.defaults = HexFormat.of().parseHex(defaults.replace(" ", ""));
    this.changeable = HexFormat.of().parseHex(changeable.replace(" ", ""));
    if (this.defaults.length != this.changeable.length) {
      throw new IllegalArgumentException("mode page " + code + " has two lengths");
    }
    current = this.defaults.clone();
  }

  final int code() {
    return code;
  }

  /** Bytes after the header. */
  final int length() {
    return current.length;
  }

  final int u8(int at) {
    return current[at - HEADER] & 0xFF;
  }

  /** Sets a bit, or all bits of a mask, in the current values. */
  final void set(int at, int mask, boolean value) {
    current[at - HEADER] = (byte) (value ? u8(at) | mask : u8(at) & ~mask);
  }

  /** Brings current values that are switched elsewhere, too, up to date. */
  void refresh() {}

  /**
   * Has what the page is about follow new values.
   *
   * @throws IOException if the host could not do it
   */
  void changed() throws IOException {}

  final void put(Values values, ByteBuffer into) {
    refresh();
    into.put((byte) code).put((byte) length());
    into.put(
        switch (values) {
          case CURRENT -> current;
          case CHANGEABLE -> changeable;
          case DEFAULT, SAVED -> defaults;
        });
  }

  /** Those bits of a byte in a parameter list that differ, and can't be changed. */
  final int wrongBits(int at, int value) {
    return (value ^ u8(at)) & ~changeable[at - HEADER] & 0xFF;
  }

  /**
   * Takes new values, which are not wrong.
   *
   * @param list what has them at its position; they are read
   * @return whether one is another than before
   * @throws IOException if the host could not do what they ask for
   */
  final boolean take(ByteBuffer list) throws IOException {
    refresh();
    boolean other = false;
    for (int i = 0; i < current.length; i++) {
      byte value = list.get();
      other |= value != current[i];
      current[i] = value;
    }
    if (other) {
      changed();
    }
    return other;
  }

  /** Puts the page back to its default values. */
  void reset() {
    System.arraycopy(defaults, 0, current, 0, current.length);
  }

  /** Saves what MODE SELECT can change: the rest follows from what the unit is. */
  final void save(StateWriter out) throws IOException {
    refresh();
    for (int i = 0; i < current.length; i++) {
      out.data().writeByte(current[i] & changeable[i]);
    }
  }

  void load(StateReader in) throws IOException {
    byte[] values = new byte[current.length];
    in.bytes(values);
    for (int i = 0; i < values.length; i++) {
      if ((values[i] & ~changeable[i]) != 0) {
        throw in.wrong("changes what can't be changed in mode page %02Xh".formatted(code));
      }
      current[i] = (byte) ((defaults[i] & ~changeable[i]) | values[i]);
    }
  }
}
