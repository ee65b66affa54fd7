package dev.virtio4j.testing;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Saved states as arrays. */
public final class States {

  private States() {}

  /**
   * Saves.
   *
   * @param parts what to save, one behind the other
   * @return the state
   */
  public static byte[] save(Stateful... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StateWriter out = new StateWriter(new DataOutputStream(bytes));
    try {
      for (Stateful part : parts) {
        part.save(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Loads.
   *
   * @param state what {@link #save} gave
   * @param parts what is to take it over, in the same order
   * @throws IOException if the state is not one of theirs
   */
  public static void load(byte[] state, Stateful... parts) throws IOException {
    StateReader in = new StateReader(new DataInputStream(new ByteArrayInputStream(state)));
    for (Stateful part : parts) {
      part.load(in);
    }
  }
}
