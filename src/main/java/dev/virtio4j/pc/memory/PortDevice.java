package dev.virtio4j.pc.memory;

/** A device that answers I/O ports. An access never throws for what the guest did. */
public interface PortDevice {

  /**
   * Answers an IN.
   *
   * @param port the first port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @return the value in the low bytes; what lies above is ignored
   */
  int read(int port, int width);

  /**
   * Takes an OUT.
   *
   * @param port the first port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @param value the value in the low bytes; what lies above is zero
   */
  void write(int port, int width, int value);

  /**
   * Whether the device takes accesses of one byte only.
   *
   * @return true if {@link IoPorts} is to split wider ones
   */
  default boolean isByteWide() {
    return false;
  }

  /**
   * What a profile calls it.
   *
   * @param port one of its ports
   * @return its name, in a few words; empty if it has none
   */
  default String name(int port) {
    return "";
  }
}
