package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;

import java.util.Arrays;

/**
 * Sense data in either format, read strictly (SPC-4, "Sense data").
 *
 * @param key the sense key
 * @param code additional sense code and qualifier: 0x2400 for 24h, 00h
 * @param pointer the three bytes of sense key specific data; 0 if they are not valid
 */
record SenseReader(int key, int code, int pointer) {
  private static final int SKSV = 0x80_0000;
  private static final int COMMAND_DATA = 0x40_0000;
  private static final int BIT_POINTER_VALID = 0x08_0000;

  /**
   * Reads it.
   *
   * @throws AssertionError if it is not well-formed
   */
  static SenseReader of(byte[] sense) {
    require(sense.length >= 8, "sense data is too short");
    require(sense[7] + 8 == sense.length, "additional sense length");
    SenseReader read = (sense[0] & 0x7F) == 0x70 ? fixed(sense) : descriptors(sense);
    require(read.key != 0, "CHECK CONDITION with sense key NO SENSE");
    require(read.code != 0, "CHECK CONDITION without an additional sense code");
    return read;
  }

  private static SenseReader fixed(byte[] sense) {
    require(sense.length >= 18, "sense data in fixed format is too short");
    require(sense[1] == 0 && (sense[2] & 0xF0) == 0, "reserved bits of sense data");
    return new SenseReader(sense[2] & 0xF, u16(sense, 12), pointer(sense, 15));
  }

  private static SenseReader descriptors(byte[] sense) {
    require(sense[0] == 0x72, "the response code of sense data");
    require((sense[1] & 0xF0) == 0, "reserved bits of sense data");
    int pointer = 0;
    int last = -1;
    for (int at = 8; at < sense.length; at += 2 + sense[at + 1]) {
      require(at + 2 <= sense.length && sense[at + 1] >= 0, "a sense data descriptor");
      require(at + 2 + sense[at + 1] <= sense.length, "a sense data descriptor is cut off");
      require(sense[at] > last, "sense data descriptors twice or out of order");
      last = sense[at];
      int length =
          switch (last) {
            case 0, 1 -> 0x0A; // information, command-specific information
            case 2 -> 0x06; // sense key specific
            case 3, 5 -> 0x02; // field replaceable unit, block commands
            default -> -1;
          };
      require(sense[at + 1] == length, "the length of a sense data descriptor");
      if (last == 2) {
        pointer = pointer(sense, at + 4);
      }
    }
    return new SenseReader(sense[1] & 0xF, u16(sense, 2), pointer);
  }

  private static int pointer(byte[] sense, int at) {
    int value = (sense[at] & 0xFF) << 16 | u16(sense, at + 1);
    require((value & SKSV) != 0 || value == 0, "sense key specific data that is not valid");
    return value;
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }

  /** Whether it says which field is wrong. */
  boolean hasField() {
    return pointer != 0;
  }

  boolean isInCdb() {
    return (pointer & COMMAND_DATA) != 0;
  }

  /** The byte of the CDB or of the parameter list. */
  int field() {
    return pointer & 0xFFFF;
  }

  /** The bits of that byte that can be meant. */
  int bits() {
    return (pointer & BIT_POINTER_VALID) == 0 ? 0xFF : 1 << (pointer >> 16 & 7);
  }

  /** What a task ended with. */
  static SenseReader of(byte[] sense, int length) {
    return of(Arrays.copyOf(sense, length));
  }
}
