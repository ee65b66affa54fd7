package dev.virtio4j.scsi;

import java.nio.ByteBuffer;

/** What a command has to say beside its status (SPC-4, "Sense data"). Used again and again. */
final class SenseData {
  /** The most bytes in either format. */
  static final int MAX_SIZE = 32;

  private static final int CURRENT_FIXED = 0x70;
  private static final int CURRENT_DESCRIPTOR = 0x72;
  private static final int VALID = 0x80;
  private static final int FIXED_ADDITIONAL_LENGTH = 10;

  /** Sense-key-specific data that is a field pointer. */
  private static final int SKSV = 0x80;

  private static final int FIELD_IN_CDB = 0x40;
  private static final int BIT_POINTER_VALID = 0x08;

  private int key;
  private int code;
  private int qualifier;
  private boolean hasInformation;
  private long information;
  private int fieldPointer;
  private int field;

  /** Starts anew. */
  void set(Sense sense) {
    set(sense.key, sense.code, sense.qualifier);
  }

  /** Starts anew. */
  void set(UnitAttention attention) {
    set(UnitAttention.SENSE_KEY, attention.code, attention.qualifier);
  }

  private void set(int newKey, int newCode, int newQualifier) {
    key = newKey;
    code = newCode;
    qualifier = newQualifier;
    hasInformation = false;
    information = 0;
    fieldPointer = 0;
    field = 0;
  }

  /** Adds the information field: for an error of the medium, the logical block. */
  void setInformation(long value) {
    hasInformation = true;
    information = value;
  }

  /** Adds which byte of the CDB is wrong. */
  void setField(int byteInCdb) {
    fieldPointer = SKSV | FIELD_IN_CDB;
    field = byteInCdb;
  }

  /** Adds which byte of the parameter list is wrong (C/D is 0). */
  void setParameterField(int byteInList) {
    fieldPointer = SKSV;
    field = byteInList;
  }

  /** Adds which bit of which byte of the parameter list is wrong; of a field, the highest. */
  void setParameterField(int byteInList, int bit) {
    setParameterField(byteInList);
    fieldPointer |= BIT_POINTER_VALID | bit;
  }

  /** Adds which bit of which byte of the CDB is wrong; of a field, the highest. */
  void setField(int byteInCdb, int bit) {
    setField(byteInCdb);
    fieldPointer |= BIT_POINTER_VALID | bit;
  }

  /** Puts the data in fixed format, 18 bytes. */
  void putFixed(ByteBuffer into) {
    boolean fits = hasInformation && information >>> 32 == 0;
    into.put((byte) (CURRENT_FIXED | (fits ? VALID : 0)));
    into.put((byte) 0);
    into.put((byte) key);
    into.putInt(fits ? (int) information : 0);
    into.put((byte) FIXED_ADDITIONAL_LENGTH);
    into.putInt(0); // command-specific information
    into.put((byte) code).put((byte) qualifier);
    into.put((byte) 0); // field replaceable unit
    into.put((byte) fieldPointer).putShort((short) field);
  }

  /** Puts the data in descriptor format, at most {@link #MAX_SIZE} bytes. */
  void putDescriptors(ByteBuffer into) {
    into.put((byte) CURRENT_DESCRIPTOR);
    into.put((byte) key).put((byte) code).put((byte) qualifier);
    int lengthAt = into.position() + 3;
    into.putInt(0);
    if (hasInformation) {
      into.put((byte) 0x00).put((byte) 0x0A).put((byte) VALID).put((byte) 0).putLong(information);
    }
    if (fieldPointer != 0) {
      into.put((byte) 0x02).put((byte) 0x06).putShort((short) 0);
      into.put((byte) fieldPointer).putShort((short) field).put((byte) 0);
    }
    into.put(lengthAt, (byte) (into.position() - lengthAt - 1));
  }
}
