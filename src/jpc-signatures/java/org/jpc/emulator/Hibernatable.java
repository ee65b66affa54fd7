package org.jpc.emulator;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

public interface Hibernatable {
  void saveState(DataOutput output) throws IOException;

  void loadState(DataInput input) throws IOException;
}
