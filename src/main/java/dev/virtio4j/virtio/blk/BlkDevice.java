package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.OnError;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The virtio block device (0.9.5, Appendix D), type 2.
 *
 * <p>A request is carried out within its notification, or, on a disk that takes time, when its time
 * has come. Reads and writes that follow each other on the disk are carried out together where that
 * pays.
 *
 * <p>A write may stay in the host's caches until the next FLUSH, if the guest has accepted FLUSH or
 * switched the write cache on (CONFIG_WCE). A guest that did neither can't ask, so for it every
 * write is on stable storage before it completes.
 */
public final class BlkDevice extends VirtioDevice {
  private static final int TYPE = 2;

  /** The descriptors of a request that are not data: header and status. */
  private static final int OVERHEAD = 2;

  /** The geometry that QEMU makes up: what a BIOS of old could address at most. */
  private static final int MAX_CYLINDERS = 16383;

  private static final int MIN_CYLINDERS = 2;
  private static final int HEADS = 16;
  private static final int SECTORS = 63;

  /** Where merging pays, so many requests are looked at together. */
  private static final int MERGE_BATCH = 32;

  private final BlockBackend backend;
  private final BlkOptions options;
  private final byte[] config;
  private final BlkCounters counters = new BlkCounters();
  private final BlkDisk disk;
  private final RequestSchedule schedule;
  private final ArrayDeque<BlkRequest> pool = new ArrayDeque<>();

  private EventClock clock;
  private EventClock.Timer timer;
  private boolean writeback;
  private boolean stopped;
  private Consumer<String> stopListener = line -> {};

  /**
   * Makes a block device.
   *
   * @param backend the disk; closing it is left to the caller
   * @param options what the user chose
   * @throws IllegalArgumentException with one line if the size of the disk is not a multiple of the
   *     logical block size
   */
  public BlkDevice(BlockBackend backend, BlkOptions options) {
    this(backend, options, config(backend, options));
  }

  private BlkDevice(BlockBackend backend, BlkOptions options, byte[] config) {
    super(
        "virtio-blk",
        TYPE,
        options.spec,
        BlkFeature.offered(options, backend.isReadOnly()),
        config,
        IntStream.range(0, options.queues).map(i -> options.queueSize).toArray());
    this.backend = backend;
    this.options = options;
    this.config = config;
    disk = new BlkDisk(backend, options, counters);
    schedule = new RequestSchedule(options.timing);
    resetConfig();
  }

  private static byte[] config(BlockBackend backend, BlkOptions options) {
    checkSize(backend.size(), options);
    long capacity = backend.size() / BlockBackend.SECTOR_SIZE;
    byte[] config = new byte[BlkConfig.length(options.spec)];
    BlkConfig.CAPACITY.put(config, capacity);
    BlkConfig.SEG_MAX.put(config, options.queueSize - OVERHEAD);
    if (options.cylinders > 0) {
      BlkConfig.CYLINDERS.put(config, options.cylinders);
      BlkConfig.HEADS.put(config, options.heads);
      BlkConfig.SECTORS.put(config, options.sectors);
    } else {
      long cylinders = capacity / (HEADS * SECTORS);
      BlkConfig.CYLINDERS.put(config, Math.max(MIN_CYLINDERS, Math.min(cylinders, MAX_CYLINDERS)));
      BlkConfig.HEADS.put(config, HEADS);
      BlkConfig.SECTORS.put(config, SECTORS);
    }
    int blockSize = options.logicalBlockSize;
    BlkConfig.BLK_SIZE.put(config, blockSize);
    BlkConfig.PHYSICAL_BLOCK_EXP.put(
        config, Integer.numberOfTrailingZeros(options.physicalBlockSize / blockSize));
    BlkConfig.MIN_IO_SIZE.put(config, options.minIoSize / blockSize);
    BlkConfig.OPT_IO_SIZE.put(config, options.optIoSize / blockSize);
    BlkConfig.WRITEBACK.put(config, options.cache == BlkOptions.CacheMode.WRITETHROUGH ? 0 : 1);
    BlkConfig.NUM_QUEUES.put(config, options.queues);
    if (!backend.isReadOnly()) {
      BlkConfig.MAX_DISCARD_SECTORS.put(config, BlkDisk.MAX_ZERO_SECTORS);
      BlkConfig.MAX_DISCARD_SEG.put(config, BlkDisk.MAX_ZERO_SEGMENTS);
      BlkConfig.DISCARD_SECTOR_ALIGNMENT.put(config, blockSize / BlockBackend.SECTOR_SIZE);
      BlkConfig.MAX_WRITE_ZEROES_SECTORS.put(config, BlkDisk.MAX_ZERO_SECTORS);
      BlkConfig.MAX_WRITE_ZEROES_SEG.put(config, BlkDisk.MAX_ZERO_SEGMENTS);
      BlkConfig.WRITE_ZEROES_MAY_UNMAP.put(config, 1);
    }
    return config;
  }

  private static void checkSize(long size, BlkOptions options) {
    if (size % options.logicalBlockSize != 0) {
      throw new IllegalArgumentException(
          "logical_block_size=%d: the disk has %d bytes, no multiple of it; pad it or use 512"
              .formatted(options.logicalBlockSize, size));
    }
  }

  /**
   * What the device has done so far.
   *
   * @return the counts at this moment
   */
  public BlkCounters counters() {
    counters.set(BlkCounter.INTERRUPTS, interrupts());
    counters.set(BlkCounter.INTERRUPTS_SUPPRESSED, suppressedInterrupts());
    return counters.plus(new BlkCounters());
  }

  /**
   * Says who is to know when an error of the host stops the device ({@link OnError#STOP}). The
   * machine should then stand still before its next instruction.
   *
   * @param listener takes one line that says why
   */
  public void onStop(Consumer<String> listener) {
    stopListener = listener;
  }

  /** After a stop: tries the request that failed again, and goes on. */
  public void resume() {
    stopped = false;
    goOn();
  }

  /**
   * Changes the size of the disk, and tells the guest.
   *
   * @param bytes the new size
   * @throws IOException with one line if the backend can't do it; nothing has changed then
   * @throws IllegalArgumentException if the size is no positive multiple of the logical block size
   */
  public void resize(long bytes) throws IOException {
    checkSize(bytes, options);
    backend.resize(bytes);
    BlkConfig.CAPACITY.put(config, bytes / BlockBackend.SECTOR_SIZE);
    configChanged();
    disk.unit().raise(UnitAttention.CAPACITY_CHANGED);
  }

  @Override
  protected void connected(EventClock emulatedTime) {
    clock = emulatedTime;
    timer = emulatedTime.timer(this::goOn);
  }

  @Override
  protected void serve(Virtqueue queue) {
    int batch = backend.mergeLimit() == 0 ? 1 : MERGE_BATCH;
    for (DescriptorChain chain = queue.next(); chain != null; chain = queue.next()) {
      take(queue, chain);
      if (schedule.size() >= batch) {
        carryOut();
      }
    }
    carryOut();
    publishAll();
  }

  private void take(Virtqueue queue, DescriptorChain chain) {
    BlkRequest request = pool.isEmpty() ? new BlkRequest() : pool.pop();
    try {
      if (request.parse(queue, chain, options.spec)) {
        counters.add(request.type().counter, 1);
        schedule.add(request, clock.now(), disk.bytesMoved(request), disk.delayNanos(request));
      } else {
        counters.add(BlkCounter.MALFORMED, 1);
        warn(() -> "request returned unused, too short for its header and status");
        release(request);
      }
    } catch (GuestMemoryException e) {
      counters.add(BlkCounter.MALFORMED, 1);
      warn(() -> "request failed: " + e.getMessage());
      finish(request, BlkStatus.IOERR);
    }
  }

  /** Carries out all requests whose time has come. */
  private void carryOut() {
    long now = clock.now();
    while (!stopped && schedule.size() > 0 && schedule.get(0).due <= now) {
      int count = 1;
      long bytes = schedule.get(0).length();
      while (count < schedule.size()
          && schedule.get(count).due <= now
          && disk.follows(schedule.get(count), schedule.get(count - 1), bytes)) {
        bytes += schedule.get(count).length();
        count++;
      }
      if (count == 1 || !carryOutMerged(count, (int) bytes)) {
        carryOutFirst();
      }
    }
    if (!stopped && schedule.size() > 0) {
      timer.at(schedule.get(0).due);
    } else {
      timer.cancel();
    }
  }

  /** Tries to carry out the first requests in one go; if that fails, each is to be tried alone. */
  private boolean carryOutMerged(int count, int bytes) {
    try {
      disk.executeMerged(schedule, count, bytes, writesThrough());
    } catch (IOException | GuestMemoryException e) {
      for (int i = 0; i < count; i++) {
        schedule.get(i).rewind();
      }
      return false;
    }
    counters.add(BlkCounter.MERGED, count - 1);
    for (int i = 0; i < count; i++) {
      finishFirst(BlkStatus.OK);
    }
    return true;
  }

  private void carryOutFirst() {
    BlkRequest request = schedule.get(0);
    BlkStatus status;
    try {
      status = attempt(request);
    } catch (GuestMemoryException e) {
      warn(() -> "request failed: " + e.getMessage());
      status = BlkStatus.IOERR;
    }
    if (status != null) {
      finishFirst(status);
    }
  }

  private BlkStatus attempt(BlkRequest request) {
    try {
      return disk.execute(request, writesThrough());
    } catch (IOException e) {
      return afterFailure(request, e);
    }
  }

  /** What becomes of a request that the host could not do; null if it is to wait. */
  private BlkStatus afterFailure(BlkRequest request, IOException failure) {
    return switch (request.type().isOut() ? options.writeError : options.readError) {
      case REPORT -> {
        warn(() -> "request failed on the host: " + failure);
        yield disk.afterFailure(request, false);
      }
      case IGNORE -> {
        warn(() -> "failure on the host ignored: " + failure);
        yield disk.afterFailure(request, true);
      }
      case STOP -> {
        request.rewind();
        stopped = true;
        stopListener.accept(String.valueOf(failure.getMessage()));
        yield null;
      }
    };
  }

  private void finishFirst(BlkStatus status) {
    BlkRequest request = schedule.get(0);
    schedule.remove(1);
    finish(request, status);
  }

  private void finish(BlkRequest request, BlkStatus status) {
    if (status == BlkStatus.IOERR) {
      counters.add(BlkCounter.ERRORS, 1);
    }
    try {
      request.putStatus(status);
    } catch (GuestMemoryException e) {
      warn(() -> "status lost: " + e.getMessage());
    }
    release(request);
  }

  private void release(BlkRequest request) {
    request.complete();
    pool.push(request);
  }

  /** Carries out what is due, outside of a notification. */
  private void goOn() {
    carryOut();
    publishAll();
  }

  private void publishAll() {
    for (int i = 0; i < options.queues; i++) {
      publish(queue(i));
    }
  }

  @Override
  protected void abandon(Virtqueue queue) {
    for (int i = schedule.size() - 1; i >= 0; i--) {
      if (schedule.get(i).queue() == queue) {
        release(schedule.removeAt(i));
      }
    }
  }

  private boolean writesThrough() {
    if (options.cache == BlkOptions.CacheMode.UNSAFE) {
      return false;
    }
    if (accepted(BlkFeature.CONFIG_WCE)) {
      return !writeback;
    }
    return !accepted(BlkFeature.FLUSH) || options.cache == BlkOptions.CacheMode.WRITETHROUGH;
  }

  private boolean accepted(BlkFeature feature) {
    return (acceptedFeatures() & feature.mask) != 0;
  }

  @Override
  protected void resetConfig() {
    setWriteback(options.cache != BlkOptions.CacheMode.WRITETHROUGH);
    disk.unit().reset(UnitAttention.POWER_ON); // stands for any reset
  }

  @Override
  protected void configWritten(int offset, int value) {
    if (offset == BlkConfig.WRITEBACK.offset && accepted(BlkFeature.CONFIG_WCE)) {
      if (writeback && value == 0) {
        makeStable();
      }
      if (writeback != (value != 0)) {
        disk.unit().raise(UnitAttention.MODE_PARAMETERS_CHANGED);
      }
      setWriteback(value != 0);
    }
  }

  /** From now on a guest need not flush: what it wrote before is not left behind. */
  private void makeStable() {
    try {
      backend.flush();
    } catch (IOException e) {
      warn(() -> "flush failed on the host: " + e);
    }
  }

  private void setWriteback(boolean on) {
    writeback = on;
    BlkConfig.WRITEBACK.put(config, on ? 1 : 0);
  }

  @Override
  protected void saveType(StateWriter out) throws IOException {
    counters.save(out);
    out.flag(writeback);
    out.flag(stopped);
    schedule.save(out);
    timer.save(out);
    disk.unit().save(out);
  }

  @Override
  protected void loadType(StateReader in) throws IOException {
    counters.load(in);
    byte[] expected = config(backend, options);
    writeback = in.flag();
    BlkConfig.WRITEBACK.put(expected, writeback ? 1 : 0);
    if (!Arrays.equals(config, expected)) {
      throw in.wrong("is of a disk of another size, or with other options");
    }
    // A machine that stood still goes on when it is restored, and so does its disk.
    boolean wasStopped = in.flag();
    stopped = false;
    schedule.load(in, IntStream.range(0, options.queues).mapToObj(this::queue).toList());
    timer.load(in);
    disk.unit().load(in);
    if (wasStopped) {
      timer.at(clock.now());
    }
  }
}
