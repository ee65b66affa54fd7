package dev.virtio4j.scsi;

import dev.virtio4j.host.StateWriter;
import java.io.IOException;

/**
 * What carries a task from an initiator to a {@link ScsiBus} and back (SAM-5: service delivery
 * subsystem): a front end's request.
 */
public interface Carrier extends DataBuffers {

  /** Goes back to the first byte of both buffers, as if nothing had been moved. */
  void rewind();

  /**
   * The task is on its bus no longer; its object may be used again.
   *
   * @param end why
   */
  void ended(TaskEnd end);

  /**
   * Saves all that is to be known to make the same task anew.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  void save(StateWriter out) throws IOException;
}
