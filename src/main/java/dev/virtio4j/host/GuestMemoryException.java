package dev.virtio4j.host;

/**
 * A guest-physical range that is not wholly RAM. It carries no stack trace: a guest can cause as
 * many of these as it likes.
 */
public final class GuestMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The first byte of the range. */
  private final long address;

  /** How many bytes the range has. */
  private final long length;

  /**
   * Names the range.
   *
   * @param address the guest-physical address of its first byte
   * @param length its length in bytes
   */
  public GuestMemoryException(long address, long length) {
    super(null, null, false, false);
    this.address = address;
    this.length = length;
  }

  @Override
  public String getMessage() {
    return String.format("not RAM: %d bytes at guest-physical %#x", length, address);
  }
}
