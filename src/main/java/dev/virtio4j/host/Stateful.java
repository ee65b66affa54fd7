package dev.virtio4j.host;

import java.io.IOException;

/**
 * What has a state that a guest can tell: saved between two instructions, and loaded into another
 * that was made with the same options, it goes on bit for bit.
 */
public interface Stateful {

  /**
   * Saves the state, in a section of its own.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  void save(StateWriter out) throws IOException;

  /**
   * Takes over a state that was saved. What this was connected to before stays connected; an
   * interrupt line that the state asserts is asserted.
   *
   * @param in where from
   * @throws StateException with one line if the state is not one of this, of another version, cut
   *     short, or contradicts itself; this is in no state to be used then
   * @throws IOException if it can't be read
   */
  void load(StateReader in) throws IOException;
}
