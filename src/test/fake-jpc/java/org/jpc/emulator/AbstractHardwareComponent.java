package org.jpc.emulator;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A part that needs nothing of others and keeps nothing. */
public abstract class AbstractHardwareComponent implements HardwareComponent {
  @Override
  public boolean initialised() {
    return true;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {}

  @Override
  public boolean updated() {
    return true;
  }

  @Override
  public void updateComponent(HardwareComponent component) {}

  @Override
  public void reset() {}

  @Override
  public void saveState(DataOutput output) throws IOException {}

  @Override
  public void loadState(DataInput input) throws IOException {}
}
