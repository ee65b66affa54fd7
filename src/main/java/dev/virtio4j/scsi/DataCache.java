package dev.virtio4j.scsi;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;

/**
 * The write cache of a unit that is the only way to its disk: its initiators switch it on and off
 * with MODE SELECT (SBC-3, "Caching mode page").
 */
public final class DataCache implements WriteCache {
  private final BlockBackend backend;
  private final boolean onByDefault;
  private final boolean flushes;
  private boolean on;

  /**
   * Makes a cache.
   *
   * @param backend what caches the data and flushes it
   * @param onByDefault whether it is on before it is switched
   * @param flushes false to lie about flushing, for a disk that may be lost
   */
  public DataCache(BlockBackend backend, boolean onByDefault, boolean flushes) {
    this.backend = backend;
    this.onByDefault = onByDefault;
    this.flushes = flushes;
    on = onByDefault;
  }

  void turn(boolean nowOn) {
    on = nowOn;
  }

  @Override
  public boolean isOn() {
    return on;
  }

  @Override
  public boolean isOnByDefault() {
    return onByDefault;
  }

  @Override
  public void flush() throws IOException {
    if (flushes) {
      backend.flush();
    }
  }
}
