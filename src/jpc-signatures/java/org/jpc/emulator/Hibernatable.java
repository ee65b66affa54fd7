package org.jpc.emulator;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

public interface Hibernatable {
  /**
   * Saves its state.
   *
   * @param output where to
   * @throws IOException if that fails
   */
  void saveState(DataOutput output) throws IOException;

  /**
   * Takes over a state.
   *
   * @param input where from
   * @throws IOException if that fails
   */
  void loadState(DataInput input) throws IOException;
}
