package org.jpc.emulator.memory;

import org.jpc.emulator.AbstractHardwareComponent;

/** In JPC this extends AddressSpace, which matters to nobody here. */
public final class LinearAddressSpace extends AbstractHardwareComponent {
  public native int getDoubleWord(int offset);

  public native void setDoubleWord(int offset, int data);

  public native void setSupervisor(boolean value);

  public native void setPagingEnabled(boolean value);

  public native void setPageCacheEnabled(boolean value);

  public native void setPageSizeExtensionsEnabled(boolean value);

  public native void setGlobalPagesEnabled(boolean value);

  public native void setWriteProtectPages(boolean value);

  public native void setPageDirectoryBaseAddress(int address);

  public native void invalidateTLBEntry(int address);
}
