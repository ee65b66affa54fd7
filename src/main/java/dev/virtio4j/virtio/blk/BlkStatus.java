package dev.virtio4j.virtio.blk;

/** The last byte of a request: how it went (0.9.5, Appendix D, "Device Operation"). */
enum BlkStatus {
  OK(0),
  IOERR(1),
  UNSUPP(2);

  /** VIRTIO_BLK_S_... */
  final int code;

  BlkStatus(int code) {
    this.code = code;
  }
}
