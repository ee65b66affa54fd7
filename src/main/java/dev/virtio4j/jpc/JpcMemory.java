package dev.virtio4j.jpc;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.GuestMemoryException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jpc.emulator.PC;
import org.jpc.emulator.memory.PhysicalAddressSpace;

/**
 * JPC's memory. Writes to it invalidate translated code by themselves.
 *
 * <p>Answers a fault: where nothing is mapped, JPC's bulk writes make RAM, its bulk reads leave the
 * buffer as it was, and no access says that it failed. So each range is checked first. RAM goes
 * from 0 to {@code PC.SYS_RAM_SIZE}, without the display adapter at A0000 and, until {@link
 * ShadowRam} is there, the ROMs from C0000 to FFFFF. This can go when {@code PhysicalAddressSpace}
 * tells what it has RAM for.
 */
final class JpcMemory implements GuestMemory {
  private static final long HOLE_START = 0xA0000;
  private static final long HOLE_END = ShadowRam.START + ShadowRam.SIZE;

  private final PhysicalAddressSpace memory;
  private final long size = PC.SYS_RAM_SIZE;
  private long holeEnd = HOLE_END;

  JpcMemory(PhysicalAddressSpace memory) {
    this.memory = memory;
  }

  /** Whether there is RAM at {@link ShadowRam#START}, which there is not at first. */
  void setShadowRam(boolean there) {
    holeEnd = there ? ShadowRam.START : HOLE_END;
  }

  private int checked(long address, int length) {
    if (address < 0
        || length < 0
        || address > size - length
        || (address < holeEnd && address + length > HOLE_START)) {
      throw new GuestMemoryException(address, length);
    }
    return (int) address;
  }

  @Override
  public int load8(long address) {
    return memory.getByte(checked(address, 1)) & 0xFF;
  }

  @Override
  public int load16(long address) {
    return memory.getWord(checked(address, 2)) & 0xFFFF;
  }

  @Override
  public int load32(long address) {
    return memory.getDoubleWord(checked(address, 4));
  }

  @Override
  public long load64(long address) {
    int at = checked(address, 8);
    return (memory.getDoubleWord(at) & 0xFFFF_FFFFL) | ((long) memory.getDoubleWord(at + 4) << 32);
  }

  @Override
  public void store8(long address, int value) {
    memory.setByte(checked(address, 1), (byte) value);
  }

  @Override
  public void store16(long address, int value) {
    memory.setWord(checked(address, 2), (short) value);
  }

  @Override
  public void store32(long address, int value) {
    memory.setDoubleWord(checked(address, 4), value);
  }

  @Override
  public void store64(long address, long value) {
    int at = checked(address, 8);
    memory.setDoubleWord(at, (int) value);
    memory.setDoubleWord(at + 4, (int) (value >>> 32));
  }

  @Override
  public void read(long address, byte[] into, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length > 0) {
      memory.copyContentsIntoArray(checked(address, length), into, offset, length);
    }
  }

  @Override
  public void write(long address, byte[] from, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, from.length);
    if (length > 0) {
      memory.copyArrayIntoContents(checked(address, length), from, offset, length);
    }
  }

  /** None: JPC keeps each page in an array of its own. */
  @Override
  public ByteBuffer readView(long address, int length) {
    checked(address, length);
    return null;
  }

  @Override
  public ByteBuffer writeView(long address, int length) {
    return readView(address, length);
  }
}
