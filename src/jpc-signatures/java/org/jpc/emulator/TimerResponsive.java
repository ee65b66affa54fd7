package org.jpc.emulator;

public interface TimerResponsive {
  void callback();

  int getType();
}
