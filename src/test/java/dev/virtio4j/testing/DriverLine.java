package dev.virtio4j.testing;

import dev.virtio4j.host.InterruptLine;

/** The interrupt line of a test: its level, and how often it rose. */
public final class DriverLine implements InterruptLine {
  private boolean asserted;
  private int rises;

  @Override
  public void set(boolean level) {
    if (level && !asserted) {
      rises++;
    }
    asserted = level;
  }

  /**
   * The level of the line.
   *
   * @return true while the device asks for an interrupt
   */
  public boolean isAsserted() {
    return asserted;
  }

  /**
   * How often the line went from low to high.
   *
   * @return a count from the start
   */
  public int rises() {
    return rises;
  }
}
