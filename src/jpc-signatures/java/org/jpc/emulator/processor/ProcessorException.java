package org.jpc.emulator.processor;

public final class ProcessorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public static final ProcessorException DIVIDE_ERROR = null;

  public enum Type {
    PAGE_FAULT
  }

  public ProcessorException(Type type, int errorCode, boolean pointsToSelf) {}

  public native Type getType();

  public native int getErrorCode();
}
