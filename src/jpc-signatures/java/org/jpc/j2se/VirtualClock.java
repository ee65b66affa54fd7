package org.jpc.j2se;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.Timer;
import org.jpc.emulator.TimerResponsive;
import org.jpc.support.Clock;

public class VirtualClock extends AbstractHardwareComponent implements Clock {
  public VirtualClock() {}

  @Override
  public native void update(int instructions);

  @Override
  public native void updateAndProcess(int instructions);

  @Override
  public native void updateNowAndProcess(boolean sleep);

  @Override
  public native long getEmulatedNanos();

  @Override
  public native long getIPS();

  @Override
  public native Timer newTimer(TimerResponsive object);
}
