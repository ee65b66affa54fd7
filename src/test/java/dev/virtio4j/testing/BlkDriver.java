package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A machine with one virtio disk, and the driver of that disk. */
public final class BlkDriver {
  /** Request types. */
  public static final int IN = 0;

  public static final int OUT = 1;
  public static final int FLUSH = 4;
  public static final int GET_ID = 8;
  public static final int DISCARD = 11;
  public static final int WRITE_ZEROES = 13;

  /** Set in a type: a barrier. */
  public static final int BARRIER = 0x8000_0000;

  /** Status codes. */
  public static final int OK = 0;

  public static final int IOERR = 1;
  public static final int UNSUPP = 2;

  /** What is in a status byte that the device did not write. */
  public static final int UNTOUCHED = 0xEE;

  /** Features of the block device, which {@link #start} accepts with all others it knows. */
  public static final int RO = 1 << 5;

  public static final int F_FLUSH = 1 << 9;
  public static final int F_CONFIG_WCE = 1 << 11;
  public static final int ALL_FEATURES =
      0x6D4
          | RO
          | LegacyDriver.NOTIFY_ON_EMPTY
          | LegacyDriver.INDIRECT_DESC
          | LegacyDriver.EVENT_IDX;

  public final TestMemory memory;
  public final ManualClock clock = new ManualClock();
  public final BlkDevice device;
  public final LegacyDriver driver;
  public DriverQueue queue;

  /** What came of a request. */
  public static final class Result {
    private final int status;
    private final byte[] data;
    private final long usedLength;

    Result(int status, byte[] data, long usedLength) {
      this.status = status;
      this.data = data;
      this.usedLength = usedLength;
    }

    /**
     * The status byte.
     *
     * @return 8 bits
     */
    public int status() {
      return status;
    }

    /**
     * What is in the writable buffers before the status byte.
     *
     * @return bytes
     */
    public byte[] data() {
      return data;
    }

    /**
     * How many bytes the device says it wrote.
     *
     * @return bytes
     */
    public long usedLength() {
      return usedLength;
    }
  }

  /**
   * Builds the machine; the driver is not started yet.
   *
   * @param backend the disk
   * @param options of the device
   * @param views whether guest memory gives windows
   */
  public BlkDriver(BlockBackend backend, BlkOptions options, boolean views) {
    memory = new TestMemory(4 << 20, views);
    device = new BlkDevice(backend, options);
    driver = new LegacyDriver(VirtioPciFunction.of(device, memory, clock), memory);
  }

  /**
   * Builds the machine with default options, and starts the driver with all features.
   *
   * @param backend the disk
   * @return the driver
   */
  public static BlkDriver started(BlockBackend backend) {
    BlkDriver driver = new BlkDriver(backend, BlkOptions.DEFAULTS, true);
    driver.start(ALL_FEATURES);
    return driver;
  }

  /**
   * Starts, or starts again after a reset.
   *
   * @param features what to accept of what is offered
   */
  public void start(int features) {
    queue = driver.start(features);
  }

  /**
   * The header of a request.
   *
   * @param type 32 bits
   * @param sector 64 bits
   * @return 16 bytes
   */
  public static byte[] header(int type, long sector) {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(type)
        .putInt(0)
        .putLong(sector)
        .array();
  }

  /**
   * Reads.
   *
   * @param sector the first
   * @param length bytes
   * @return what came of it
   */
  public Result read(long sector, int length) {
    return run(queue.chain().readable(header(IN, sector)).writable(length).writable(1));
  }

  /**
   * Writes.
   *
   * @param sector the first
   * @param data what
   * @return what came of it
   */
  public Result write(long sector, byte[] data) {
    return run(queue.chain().readable(header(OUT, sector)).readable(data).writable(1));
  }

  /**
   * Flushes.
   *
   * @return what came of it
   */
  public Result flush() {
    return run(queue.chain().readable(header(FLUSH, 0)).writable(1));
  }

  /**
   * Discards or zeroes.
   *
   * @param type DISCARD or WRITE_ZEROES
   * @param segments of each its sector, number of sectors and flags
   * @return what came of it
   */
  public Result zero(int type, long... segments) {
    ByteBuffer data = ByteBuffer.allocate(segments.length / 3 * 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < segments.length; i += 3) {
      data.putLong(segments[i]).putInt((int) segments[i + 1]).putInt((int) segments[i + 2]);
    }
    return run(queue.chain().readable(header(type, 0)).readable(data.array()).writable(1));
  }

  /**
   * Runs a chain of direct descriptors.
   *
   * @param chain with the status as the last writable byte
   * @return what came of it
   */
  public Result run(ChainBuilder chain) {
    return finish(chain, chain.direct());
  }

  /**
   * Notifies of one available chain and takes what comes back.
   *
   * @param chain the chain
   * @param head its head
   * @return what came of it
   */
  public Result finish(ChainBuilder chain, int head) {
    queue.notifyDevice();
    DriverQueue.Used used = queue.reap();
    assertThat(used).as("used entry").isNotNull();
    assertThat(used.head()).isEqualTo(head);
    assertThat(queue.reap()).as("second used entry").isNull();
    queue.freeBuffers();
    byte[] written = chain.written();
    int dataLength = Math.max(0, written.length - 1);
    int status = written.length == 0 ? UNTOUCHED : written[dataLength] & 0xFF;
    return new Result(status, Arrays.copyOf(written, dataLength), used.length());
  }
}
