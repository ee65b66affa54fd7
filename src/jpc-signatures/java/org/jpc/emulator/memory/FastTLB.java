package org.jpc.emulator.memory;

public class FastTLB {
  public native void setWriteProtectPages(boolean value);

  public native void flush();

  public native void flushNonGlobal();

  public native void addNonGlobalPage(int address);

  public native void setGlobalPages(boolean enabled);

  public native boolean globalPagesEnabled();

  public native Memory getReadMemoryBlockAt(boolean supervisor, int address);

  public native void setReadMemoryBlockAt(boolean supervisor, int address, Memory memory);

  public native Memory getWriteMemoryBlockAt(boolean supervisor, int address);

  public native void setWriteMemoryBlockAt(boolean supervisor, int address, Memory memory);

  protected native void setPageSize(int address, byte type);

  public native void invalidateTLBEntry(int address);
}
