package org.jpc.emulator.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.PC;

/** All RAM, with more behind it: an access to what is no RAM is not refused. */
public final class PhysicalAddressSpace extends AbstractHardwareComponent {
  private static final int BEHIND = 0x10000;

  private final byte[] bytes = new byte[PC.SYS_RAM_SIZE + BEHIND];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  public byte getByte(int offset) {
    return buffer.get(offset);
  }

  public short getWord(int offset) {
    return buffer.getShort(offset);
  }

  public int getDoubleWord(int offset) {
    return buffer.getInt(offset);
  }

  public void setByte(int offset, byte data) {
    buffer.put(offset, data);
  }

  public void setWord(int offset, short data) {
    buffer.putShort(offset, data);
  }

  public void setDoubleWord(int offset, int data) {
    buffer.putInt(offset, data);
  }

  public void copyContentsIntoArray(int address, byte[] into, int off, int len) {
    System.arraycopy(bytes, address, into, off, len);
  }

  public void copyArrayIntoContents(int address, byte[] from, int off, int len) {
    System.arraycopy(from, off, bytes, address, len);
  }

  public void setGateA20State(boolean value) {}

  @Override
  public void saveState(DataOutput output) throws IOException {
    output.write(bytes);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    input.readFully(bytes);
  }
}
