package org.jpc.emulator.memory;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.PC;
import org.jpc.emulator.execution.codeblock.CodeBlockManager;

/**
 * RAM with a ROM in it, which is RAM where that is mapped, and with more behind it: an access to
 * what is no RAM is not refused.
 */
public final class PhysicalAddressSpace extends AbstractHardwareComponent {
  private static final int BEHIND = 0x10000;

  private static final int ROM = 0xC0000;
  private static final int ROM_END = 0x100000;
  private static final int PAGE = 0x1000;

  private final BitSet mapped = new BitSet();
  private final byte[] bytes = new byte[PC.SYS_RAM_SIZE + BEHIND];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  private boolean writable(int offset) {
    return offset < ROM || offset >= ROM_END || mapped.get(offset / PAGE);
  }

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
    if (writable(offset)) {
      buffer.put(offset, data);
    }
  }

  public void setWord(int offset, short data) {
    if (writable(offset)) {
      buffer.putShort(offset, data);
    }
  }

  public void setDoubleWord(int offset, int data) {
    if (writable(offset)) {
      buffer.putInt(offset, data);
    }
  }

  public void copyContentsIntoArray(int address, byte[] into, int off, int len) {
    System.arraycopy(bytes, address, into, off, len);
  }

  public void copyArrayIntoContents(int address, byte[] from, int off, int len) {
    System.arraycopy(from, off, bytes, address, len);
  }

  public void setGateA20State(boolean value) {}

  public CodeBlockManager getCodeBlockManager() {
    return null;
  }

  public void mapMemory(int start, Memory block) {
    mapped.set(start / PAGE);
  }

  @Override
  public void reset() {
    mapped.clear();
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    byte[] saved = bytes.clone();
    Arrays.fill(saved, ROM, ROM_END, (byte) 0);
    output.write(saved);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    mapped.clear();
    input.readFully(bytes);
  }
}
