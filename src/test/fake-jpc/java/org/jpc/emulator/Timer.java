package org.jpc.emulator;

import org.jpc.j2se.VirtualClock;

public class Timer {
  private final TimerResponsive callback;
  private final VirtualClock clock;
  private long expiry;
  private boolean enabled;

  public Timer(TimerResponsive callback, VirtualClock clock) {
    this.callback = callback;
    this.clock = clock;
  }

  public void setExpiry(long time) {
    expiry = time;
    enabled = true;
    clock.update(this);
  }

  public boolean check(long time) {
    if (!enabled || time < expiry) {
      return false;
    }
    enabled = false;
    clock.update(this);
    callback.callback();
    return true;
  }

  public boolean enabled() {
    return enabled;
  }

  public long getExpiry() {
    return expiry;
  }
}
