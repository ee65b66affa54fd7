package org.jpc.emulator;

public class Timer {
  public native void setExpiry(long time);
}
