package dev.virtio4j.fuzz;

import dev.virtio4j.fuzz.ModelChain.Buffer;
import dev.virtio4j.fuzz.ModelMemory.NotRam;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.DataBuffers;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.Nexus;
import dev.virtio4j.scsi.Status;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.WriteCache;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * SCSI commands to the model (0.8.9, Appendix D): another front end of the unit that those to the
 * device go to. What the unit makes of a command is not modelled: it is the same code.
 */
final class ModelScsi {
  private static final int SENSE = 96;
  private static final int RESULTS = 16;
  static final int TAIL = SENSE + RESULTS;
  private static final int MAX_CDB = 260;
  private static final int ILLEGAL_REQUEST = 5;

  private final BlkSetup setup;
  private final HostDisk host;
  private final ModelMemory memory;
  private final Consumer<Malformed> faults;
  private final DiskUnit unit;
  private final Nexus nexus;
  private final Task task = new Task();
  private boolean through;

  /** Of the data of the command at hand. */
  private long length;

  ModelScsi(BlkSetup setup, HostDisk host, ModelMemory memory, Consumer<Malformed> faults) {
    this.setup = setup;
    this.host = host;
    this.memory = memory;
    this.faults = faults;
    int blockSize = setup.blockSize();
    BlockLayout layout = new BlockLayout(blockSize, blockSize, 0, 0);
    UnitIdentity identity = UnitIdentity.ofDisk(BlkSetup.SERIAL);
    unit = new DiskUnit(host, new Cache(), identity, layout, setup.discard());
    nexus = unit.connect();
  }

  /** The write cache, as the unit sees it. */
  private final class Cache implements WriteCache {
    @Override
    public boolean isOn() {
      return !through;
    }

    @Override
    public boolean isOnByDefault() {
      return setup.cache() != CacheMode.WRITETHROUGH;
    }

    @Override
    public void flush() throws IOException {
      if (setup.cache() != CacheMode.UNSAFE) {
        host.flush();
      }
    }
  }

  /** The data of a command. */
  private final class Data implements DataBuffers {
    private final ModelChain chain;
    private final ArrayDeque<Buffer> out;
    private final ArrayDeque<Buffer> in;
    private int piece;

    Data(ModelChain chain, List<Buffer> out, List<Buffer> in) {
      this.chain = chain;
      this.out = new ArrayDeque<>(out);
      this.in = new ArrayDeque<>(in);
    }

    private ByteBuffer window(ArrayDeque<Buffer> buffers, long limit) {
      Buffer first = buffers.element();
      long length = Math.min(first.length(), limit);
      try {
        int index = memory.index(first.address(), length);
        return ByteBuffer.wrap(memory.bytes(), index, (int) length);
      } catch (NotRam e) {
        throw new GuestMemoryException(first.address(), length);
      }
    }

    private static void consume(ArrayDeque<Buffer> buffers, int count) {
      Buffer first = buffers.remove();
      if (count < first.length()) {
        buffers.push(new Buffer(first.address() + count, first.length() - count));
      }
    }

    @Override
    public long outRemaining() {
      return ModelChain.length(out);
    }

    @Override
    public ByteBuffer nextOut(long limit) {
      ByteBuffer window = window(out, limit);
      consume(out, window.remaining());
      return window;
    }

    @Override
    public long inRemaining() {
      return ModelChain.length(in);
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
      chain.wrote(piece);
    }
  }

  void reset() {
    unit.reset(UnitAttention.POWER_ON);
  }

  void raise(UnitAttention attention) {
    unit.raise(attention);
  }

  /**
   * Executes a command.
   *
   * @param writeThrough whether what it writes is to be on stable storage afterwards
   * @return the status of the request
   * @throws IOException if the host fails: {@link #fail} ends the request then
   */
  int execute(ModelRequest request, boolean writeThrough) throws NotRam, IOException {
    ModelChain chain = request.chain();
    long cdbAndData = chain.readable() - ModelRequest.HEADER;
    long room = room(chain);
    if (room < 0 || cdbAndData == 0) {
      faults.accept(room < 0 ? Malformed.SCSI_NO_ROOM : Malformed.SCSI_NO_CDB);
      return ModelDisk.IOERR;
    }
    long cdbLength = chain.readableBufferAt(ModelRequest.HEADER);
    if (cdbLength == 0 || cdbLength > MAX_CDB) {
      int code = chain.read(ModelRequest.HEADER, 1).get() & 0xFF;
      cdbLength = Math.min(Task.cdbLength(code), cdbAndData);
    }
    byte[] cdb = chain.read(ModelRequest.HEADER, (int) cdbLength).array();
    int used = Math.min(cdb.length, Task.CDB_SIZE);
    System.arraycopy(cdb, 0, task.cdb(), 0, used);
    Data data =
        new Data(
            chain,
            chain.readablePieces(ModelRequest.HEADER + cdbLength, cdbAndData - cdbLength),
            chain.writablePieces(0, room));
    length = cdbAndData - cdbLength + room;
    through = writeThrough;
    task.begin(nexus, used, data);
    try {
      unit.execute(task);
    } catch (GuestMemoryException e) {
      throw new NotRam();
    }
    if (task.hostFailure() != null) {
      throw task.hostFailure();
    }
    if (task.status() == Status.CHECK_CONDITION && senseKey() == ILLEGAL_REQUEST) {
      faults.accept(Malformed.SCSI_ILLEGAL_REQUEST);
    }
    return putResult(chain);
  }

  /**
   * Ends a request that the host has failed with.
   *
   * @param ignored whether the guest is not told
   * @return the status of the request
   */
  int fail(ModelRequest request, boolean ignored) throws NotRam {
    if (ignored) {
      task.ignoreHostFailure();
    }
    return putResult(request.chain());
  }

  private static long room(ModelChain chain) {
    return chain.writable() - 1 - TAIL;
  }

  /** Fixed or descriptor format (SPC-4, "Sense data"). */
  private int senseKey() {
    boolean fixed = (task.sense()[0] & 0x7F) == 0x70;
    return task.sense()[fixed ? 2 : 1] & 0xF;
  }

  private int putResult(ModelChain chain) throws NotRam {
    chain.putAt(room(chain), Arrays.copyOf(task.sense(), task.senseLength()));
    ByteBuffer result = ByteBuffer.allocate(RESULTS).order(ByteOrder.LITTLE_ENDIAN);
    result.putInt(task.status().code());
    result.putInt((int) Math.min(length, 0xFFFF_FFFFL));
    result.putInt(task.senseLength());
    result.putInt((int) Math.min(length - task.moved(), 0xFFFF_FFFFL));
    chain.putAt(room(chain) + SENSE, result.array());
    return ModelDisk.OK;
  }
}
