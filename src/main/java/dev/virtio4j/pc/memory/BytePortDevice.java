package dev.virtio4j.pc.memory;

/**
 * A device on the 8-bit side of the ISA bus. {@link IoPorts} splits a wider access that starts at
 * one of its ports into accesses of one byte at consecutive ports, each of which goes to whoever
 * has that port, as the bus does. So a device only ever sees the two methods declared here.
 */
public interface BytePortDevice extends PortDevice {

  /**
   * Answers an IN of one byte.
   *
   * @param port the port, 0 to 65535
   * @return the byte in the low 8 bits; what lies above is ignored
   */
  int read(int port);

  /**
   * Takes an OUT of one byte.
   *
   * @param port the port, 0 to 65535
   * @param value the byte, 0 to 255
   */
  void write(int port, int value);

  @Override
  default boolean isByteWide() {
    return true;
  }

  @Override
  default int read(int port, int width) {
    return read(port);
  }

  @Override
  default void write(int port, int width, int value) {
    write(port, value & 0xFF);
  }
}
