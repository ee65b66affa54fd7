package dev.virtio4j.virtio.scsi;

/**
 * The fields of struct virtio_scsi_config (0.9.5, Appendix H, "Device configuration layout"), with
 * their places there and in the second draft, which has none for two of them. The first draft has
 * no configuration.
 */
enum ScsiConfig {
  // spotless:off
  NUM_QUEUES     (0,  0,  4),
  SEG_MAX        (4,  4,  4), // buffers of data in a request
  MAX_SECTORS    (8,  -1, 4), // a hint: sectors of 512 bytes in a transfer
  CMD_PER_LUN    (12, -1, 4), // a hint: commands in flight
  EVENT_INFO_SIZE(16, 8,  4), // bytes
  SENSE_SIZE     (20, 12, 4), // bytes, writable
  CDB_SIZE       (24, 16, 4), // bytes, writable
  MAX_CHANNEL    (28, 20, 2),
  MAX_TARGET     (30, 22, 2),
  MAX_LUN        (32, 24, 4);
  // spotless:on

  static final int DEFAULT_SENSE_SIZE = 96;
  static final int DEFAULT_CDB_SIZE = 32;

  private final int offset;
  private final int november2011;
  private final int width;

  ScsiConfig(int offset, int november2011, int width) {
    this.offset = offset;
    this.november2011 = november2011;
    this.width = width;
  }

  /** How many bytes the structure has. */
  static int length(Dialect dialect) {
    return dialect == Dialect.APRIL_2011 ? 0 : MAX_LUN.offset(dialect) + MAX_LUN.width;
  }

  private int offset(Dialect dialect) {
    return dialect == Dialect.NOVEMBER_2011 ? november2011 : offset;
  }

  /** Sets the field, where the structure has it. */
  void put(byte[] config, Dialect dialect, int value) {
    int at = offset(dialect);
    for (int i = 0; i < width && at >= 0 && at < config.length; i++) {
      config[at++] = (byte) (value >>> (8 * i));
    }
  }

  /** Whether a byte of the structure is one of the field. */
  boolean has(Dialect dialect, int at) {
    int first = offset(dialect);
    return first >= 0 && at >= first && at < first + width;
  }

  /** The field, unsigned. */
  long get(byte[] config, Dialect dialect) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset(dialect) + i] & 0xFFL) << (8 * i);
    }
    return value;
  }
}
