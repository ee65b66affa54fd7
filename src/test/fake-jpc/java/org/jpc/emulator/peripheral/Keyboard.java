package org.jpc.emulator.peripheral;

import org.jpc.emulator.motherboard.IgnorantDevice;

public class Keyboard extends IgnorantDevice {
  public Keyboard() {
    super(0x60, 0x64);
  }
}
