package org.jpc.emulator.motherboard;

public class GateA20Handler extends IgnorantDevice {
  public GateA20Handler() {
    super(0x92);
  }
}
