package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import java.io.IOException;

/**
 * The caching mode page (SBC-3), which says whether the write cache is on. MODE SELECT switches a
 * {@link DataCache}; any other cache is switched elsewhere.
 */
final class CachingPage extends ModePage {
  private static final int FLAGS = 2;
  private static final int WCE = 0x04;
  private static final String REST = "00 0000 0000 0000 0000 00 00 0000 00 000000";

  private final WriteCache cache;

  CachingPage(WriteCache cache) {
    super(0x08, wce(cache.isOnByDefault()), wce(cache instanceof DataCache));
    this.cache = cache;
  }

  private static String wce(boolean set) {
    return (set ? "04" : "00") + REST;
  }

  @Override
  void refresh() {
    set(FLAGS, WCE, cache.isOn());
  }

  private boolean isOn() {
    return (u8(FLAGS) & WCE) != 0;
  }

  @Override
  void changed() throws IOException {
    if (cache instanceof DataCache switched) {
      if (!isOn()) {
        cache.flush(); // "Caching mode page": nothing is left in a cache that is switched off
      }
      switched.turn(isOn());
    }
  }

  @Override
  void reset() {
    super.reset();
    turn();
  }

  @Override
  void load(StateReader in) throws IOException {
    super.load(in);
    turn();
  }

  private void turn() {
    if (cache instanceof DataCache switched) {
      switched.turn(isOn());
    }
  }
}
