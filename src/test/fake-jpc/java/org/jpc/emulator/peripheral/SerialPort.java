package org.jpc.emulator.peripheral;

import java.util.stream.IntStream;
import org.jpc.emulator.motherboard.IgnorantDevice;

public class SerialPort extends IgnorantDevice {
  public SerialPort(int first) {
    super(IntStream.range(first, first + 8).toArray());
  }
}
