package dev.virtio4j.scenario;

/** What a driver wants: the bytes that the device reads, and room for those that it writes. */
final class Request {
  private final byte[] readable;
  private final int writable;
  private final int beforeData;
  private final int afterData;

  /**
   * Makes a request.
   *
   * @param readable what the device reads
   * @param writable how many bytes there are for the device to write
   * @param beforeData how many of these come before the data
   * @param afterData how many come after it
   */
  Request(byte[] readable, int writable, int beforeData, int afterData) {
    this.readable = readable;
    this.writable = writable;
    this.beforeData = beforeData;
    this.afterData = afterData;
  }

  byte[] readable() {
    return readable;
  }

  int writable() {
    return writable;
  }

  int beforeData() {
    return beforeData;
  }

  int afterData() {
    return afterData;
  }
}
