package dev.virtio4j.pc.memory;

/**
 * The I/O port space: 65536 ports, each answered by one device or by nobody. An access of two or
 * four bytes goes whole to the device at its first port, but where that is a {@link BytePortDevice}
 * or nobody, it becomes accesses of one byte at consecutive ports.
 */
public final class IoPorts {
  /** How many ports there are. */
  public static final int COUNT = 0x10000;

  private final PortDevice[] devices = new PortDevice[COUNT];

  /** Makes ports that nobody has. */
  public IoPorts() {}

  /**
   * Gives ports to a device, over whatever had them before.
   *
   * @param first the first port
   * @param count how many
   * @param device who answers; null for nobody
   */
  public void map(int first, int count, PortDevice device) {
    for (int port = first; port < first + count && port < COUNT; port++) {
      devices[port] = device;
    }
  }

  /**
   * Gives those ports to a device that nobody has; the others stay as they are.
   *
   * @param first the first port
   * @param count how many
   * @param device who answers
   */
  public void claim(int first, int count, PortDevice device) {
    for (int port = first; port < first + count && port < COUNT; port++) {
      if (devices[port] == null) {
        devices[port] = device;
      }
    }
  }

  /**
   * Takes ports back from a device; those that another device has by now stay with it.
   *
   * @param first the first port
   * @param count how many
   * @param device who answered
   */
  public void unmap(int first, int count, PortDevice device) {
    for (int port = first; port < first + count && port < COUNT; port++) {
      if (devices[port] == device) {
        devices[port] = null;
      }
    }
  }

  /**
   * Says who answers at a port.
   *
   * @param port the port, 0 to 65535
   * @return what it is called; empty for nobody
   */
  public String name(int port) {
    PortDevice device = devices[port];
    return device == null ? "" : device.name(port);
  }

  /**
   * Tells whether a device answers at a port.
   *
   * @param port the port, 0 to 65535
   * @param device which
   * @return true if so
   */
  public boolean isAt(int port, PortDevice device) {
    return devices[port] == device;
  }

  /**
   * Answers an IN; a port of nobody reads as all ones.
   *
   * @param port the port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @return the value, zero above its width
   */
  public int read(int port, int width) {
    PortDevice device = devices[port];
    if (width > 1 && isNarrow(device)) {
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= read((port + i) % COUNT, 1) << (8 * i);
      }
      return value;
    }
    int mask = -1 >>> (32 - 8 * width);
    return device == null ? mask : device.read(port, width) & mask;
  }

  /**
   * Takes an OUT; a port of nobody ignores it.
   *
   * @param port the port, 0 to 65535
   * @param width 1, 2 or 4 bytes
   * @param value the value; what lies above its width is ignored
   */
  public void write(int port, int width, int value) {
    PortDevice device = devices[port];
    if (width > 1 && isNarrow(device)) {
      for (int i = 0; i < width; i++) {
        write((port + i) % COUNT, 1, value >>> (8 * i));
      }
    } else if (device != null) {
      device.write(port, width, value & (-1 >>> (32 - 8 * width)));
    }
  }

  private static boolean isNarrow(PortDevice device) {
    return device == null || device.isByteWide();
  }
}
