package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.List;

/**
 * The mode parameters of a unit, which all its initiators share: a table of pages. What stands
 * before these in a parameter list the unit says. {@link ModeSense} and {@link ModeSelect} are the
 * commands over it.
 */
final class ModeParameters implements Stateful {
  private static final int STATE_VERSION = 1;

  private final LogicalUnit unit;
  private final List<ModePage> pages;

  /**
   * Makes the mode parameters of a unit.
   *
   * @param pages in the order of their codes
   */
  ModeParameters(LogicalUnit unit, List<ModePage> pages) {
    this.unit = unit;
    this.pages = pages;
  }

  LogicalUnit unit() {
    return unit;
  }

  List<ModePage> pages() {
    return pages;
  }

  /** The page of a code; null if there is none. */
  ModePage page(int code) {
    return pages.stream().filter(page -> page.code() == code).findFirst().orElse(null);
  }

  /** Puts all pages back to their default values. */
  void reset() {
    pages.forEach(ModePage::reset);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("mode parameters", STATE_VERSION);
    for (ModePage page : pages) {
      page.save(out);
    }
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("mode parameters", STATE_VERSION);
    for (ModePage page : pages) {
      page.load(in);
    }
    in.end();
  }
}
