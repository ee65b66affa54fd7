package org.jpc.emulator.memory;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.execution.codeblock.CodeBlockManager;

/** In JPC this extends AddressSpace, which matters to nobody here. */
public final class PhysicalAddressSpace extends AbstractHardwareComponent {
  public native byte getByte(int offset);

  public native short getWord(int offset);

  public native int getDoubleWord(int offset);

  public native void setByte(int offset, byte data);

  public native void setWord(int offset, short data);

  public native void setDoubleWord(int offset, int data);

  public native void copyContentsIntoArray(int address, byte[] buffer, int off, int len);

  public native void copyArrayIntoContents(int address, byte[] buffer, int off, int len);

  public native void setGateA20State(boolean value);

  public native CodeBlockManager getCodeBlockManager();

  public native void mapMemory(int start, Memory block);
}
