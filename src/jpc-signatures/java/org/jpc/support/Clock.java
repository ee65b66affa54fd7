package org.jpc.support;

import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.Timer;
import org.jpc.emulator.TimerResponsive;

public interface Clock extends HardwareComponent {
  void update(int instructions);

  void updateAndProcess(int instructions);

  void updateNowAndProcess(boolean sleep);

  long getEmulatedNanos();

  long getIPS();

  Timer newTimer(TimerResponsive object);
}
