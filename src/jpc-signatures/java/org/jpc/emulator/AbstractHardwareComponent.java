package org.jpc.emulator;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

public abstract class AbstractHardwareComponent implements HardwareComponent {
  @Override
  public native boolean initialised();

  @Override
  public native void acceptComponent(HardwareComponent component);

  @Override
  public native boolean updated();

  @Override
  public native void updateComponent(HardwareComponent component);

  @Override
  public native void reset();

  @Override
  public native void saveState(DataOutput output) throws IOException;

  @Override
  public native void loadState(DataInput input) throws IOException;
}
