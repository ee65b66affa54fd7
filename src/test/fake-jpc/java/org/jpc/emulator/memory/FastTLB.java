package org.jpc.emulator.memory;

/** The one that JPC has is always replaced in tests; this is what is left of it then. */
public class FastTLB {
  private boolean globalPages;

  public void setWriteProtectPages(boolean value) {}

  public void flush() {}

  public void flushNonGlobal() {}

  public void setGlobalPages(boolean enabled) {
    globalPages = enabled;
  }

  public void addNonGlobalPage(int address) {}

  public boolean globalPagesEnabled() {
    return globalPages;
  }

  public Memory getReadMemoryBlockAt(boolean supervisor, int address) {
    return null;
  }

  public void setReadMemoryBlockAt(boolean supervisor, int address, Memory memory) {}

  public Memory getWriteMemoryBlockAt(boolean supervisor, int address) {
    return null;
  }

  public void setWriteMemoryBlockAt(boolean supervisor, int address, Memory memory) {}

  protected void setPageSize(int address, byte type) {}

  public void invalidateTLBEntry(int address) {}
}
