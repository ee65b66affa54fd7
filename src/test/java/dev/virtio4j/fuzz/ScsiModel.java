package dev.virtio4j.fuzz;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.DataBuffers;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.Nexus;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.WriteCache;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * Another front end of the unit that the block device's SCSI commands go to, naive as the model
 * that it is a part of. What the unit makes of a command is not modelled: it is the same code.
 */
final class ScsiModel implements DataBuffers {
  private final DiskUnit unit;
  private final Nexus nexus;
  private final Task task = new Task();
  private final byte[] ram;

  private ArrayDeque<BlkModel.Buffer> out = new ArrayDeque<>();
  private ArrayDeque<BlkModel.Buffer> in = new ArrayDeque<>();
  private int piece;
  private long received;

  ScsiModel(byte[] ram, BlockBackend disk, WriteCache cache, String serial, int blockSize) {
    this.ram = ram;
    BlockLayout layout = new BlockLayout(blockSize, blockSize, 0, 0);
    unit = new DiskUnit(disk, cache, UnitIdentity.ofDisk(serial), layout);
    nexus = unit.connect();
  }

  void raise(UnitAttention attention) {
    unit.raise(attention);
  }

  /**
   * Executes a command.
   *
   * @return the command, with what became of it
   * @throws GuestMemoryException if a buffer is not in RAM
   */
  Task execute(byte[] cdb, List<BlkModel.Buffer> dataOut, List<BlkModel.Buffer> dataIn) {
    out = new ArrayDeque<>(dataOut);
    in = new ArrayDeque<>(dataIn);
    received = 0;
    int length = Math.min(cdb.length, Task.CDB_SIZE);
    System.arraycopy(cdb, 0, task.cdb(), 0, length);
    task.begin(nexus, length, this);
    unit.execute(task);
    return task;
  }

  /** How many bytes the last command put into RAM, also if it didn't end. */
  long received() {
    return received;
  }

  byte[] sense() {
    return Arrays.copyOf(task.sense(), task.senseLength());
  }

  private static long length(ArrayDeque<BlkModel.Buffer> buffers) {
    return buffers.stream().mapToLong(BlkModel.Buffer::length).sum();
  }

  private ByteBuffer window(ArrayDeque<BlkModel.Buffer> buffers, long limit) {
    BlkModel.Buffer first = buffers.element();
    long length = Math.min(first.length(), limit);
    if (first.address() < 0 || first.address() > ram.length - length) {
      throw new GuestMemoryException(first.address(), length);
    }
    return ByteBuffer.wrap(ram, (int) first.address(), (int) length);
  }

  private static void consume(ArrayDeque<BlkModel.Buffer> buffers, int count) {
    BlkModel.Buffer first = buffers.remove();
    if (count < first.length()) {
      buffers.push(new BlkModel.Buffer(first.address() + count, first.length() - count));
    }
  }

  @Override
  public long outRemaining() {
    return length(out);
  }

  @Override
  public ByteBuffer nextOut(long limit) {
    ByteBuffer window = window(out, limit);
    consume(out, window.remaining());
    return window;
  }

  @Override
  public long inRemaining() {
    return length(in);
  }

  @Override
  public ByteBuffer nextIn(long limit) {
    ByteBuffer window = window(in, limit);
    piece = window.remaining();
    return window;
  }

  @Override
  public void commitIn() {
    consume(in, piece);
    received += piece;
  }
}
