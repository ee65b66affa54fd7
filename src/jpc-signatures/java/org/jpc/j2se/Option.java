package org.jpc.j2se;

public abstract class Option {
  public static native String[] parse(String[] source);
}
