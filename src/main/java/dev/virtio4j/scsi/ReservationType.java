package dev.virtio4j.scsi;

/** The types of a persistent reservation (SPC-4, "Persistent reservation type"). */
enum ReservationType {
  // spotless:off
  WRITE_EXCLUSIVE                  (0x1, false, false, false),
  EXCLUSIVE_ACCESS                 (0x3, true,  false, false),
  WRITE_EXCLUSIVE_REGISTRANTS_ONLY (0x5, false, true,  false),
  EXCLUSIVE_ACCESS_REGISTRANTS_ONLY(0x6, true,  true,  false),
  WRITE_EXCLUSIVE_ALL_REGISTRANTS  (0x7, false, true,  true),
  EXCLUSIVE_ACCESS_ALL_REGISTRANTS (0x8, true,  true,  true);
  // spotless:on

  final int code;

  /** Whether it keeps others from reading, too. */
  final boolean excludesReaders;

  /** Whether it keeps out only who isn't registered. */
  final boolean forRegistrants;

  /** Whether all who are registered hold it. */
  final boolean heldByAll;

  ReservationType(int code, boolean excludesReaders, boolean forRegistrants, boolean heldByAll) {
    this.code = code;
    this.excludesReaders = excludesReaders;
    this.forRegistrants = forRegistrants;
    this.heldByAll = heldByAll;
  }

  /** The type of a code; null if there is none. */
  static ReservationType of(int code) {
    for (ReservationType type : values()) {
      if (type.code == code) {
        return type;
      }
    }
    return null;
  }
}
