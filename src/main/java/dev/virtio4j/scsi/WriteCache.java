package dev.virtio4j.scsi;

import java.io.IOException;

/**
 * The volatile cache between a unit and stable storage. It belongs to the owner of the unit, who
 * may have other ways to the same disk.
 */
public interface WriteCache {

  /**
   * Whether a write may end before it is on stable storage.
   *
   * @return false if every write is to be flushed before it ends
   */
  boolean isOn();

  /**
   * Whether the cache is on before anybody switches it.
   *
   * @return the default
   */
  boolean isOnByDefault();

  /**
   * Puts everything that was written on stable storage.
   *
   * @throws IOException if it is not certain that everything is there
   */
  void flush() throws IOException;
}
