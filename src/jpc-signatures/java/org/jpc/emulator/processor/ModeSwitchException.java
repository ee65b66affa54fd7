package org.jpc.emulator.processor;

public class ModeSwitchException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
