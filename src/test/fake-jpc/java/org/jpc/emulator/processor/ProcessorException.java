package org.jpc.emulator.processor;

public final class ProcessorException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public static final ProcessorException DIVIDE_ERROR =
      new ProcessorException(Type.DIVIDE_ERROR, 0, true);

  public enum Type {
    DIVIDE_ERROR,
    PAGE_FAULT
  }

  private final Type type;
  private final int errorCode;

  public ProcessorException(Type type, int errorCode, boolean pointsToSelf) {
    this.type = type;
    this.errorCode = errorCode;
  }

  public Type getType() {
    return type;
  }

  public int getErrorCode() {
    return errorCode;
  }
}
