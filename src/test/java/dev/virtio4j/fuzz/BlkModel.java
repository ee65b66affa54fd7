package dev.virtio4j.fuzz;

import dev.virtio4j.block.OnError;
import dev.virtio4j.fuzz.ModelMemory.NotRam;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a legacy block device does (0.9.5, section 2 and Appendix D), with its own RAM and disk, for
 * comparison. It is naive on purpose: no windows, no reuse, no batches that can be left half-way.
 */
final class BlkModel {
  private static final int CONFIG = 20;
  private static final int WRITEBACK = 32;

  private static final int F_FLUSH = 1 << 9;
  private static final int F_CONFIG_WCE = 1 << 11;
  private static final int F_BAD_FEATURE = 1 << 30;

  private static final int DRIVER_OK = 4;
  private static final int ISR_QUEUE = 1;
  private static final int ISR_CONFIG = 2;

  /** Where merging pays, so many requests are looked at together. */
  private static final int MERGE_BATCH = 32;

  private final BlkSetup setup;
  private final HostDisk host;
  private final ModelDisk disk;
  private final ModelPace pace;
  private final int offered;
  private final byte[] config;
  private final List<ModelQueue> queues = new ArrayList<>();
  private final Map<Malformed, Integer> malformed = new EnumMap<>(Malformed.class);

  /** What reads of the configuration see: it as it was when its first byte was read last. */
  private byte[] shownConfig;

  private int features;
  private int status;
  private int selected;
  private int interruptStatus;

  private long now;
  private boolean stopped;

  /** The requests that are not carried out yet, in the order in which they will be. */
  private final List<ModelRequest> pending = new ArrayList<>();

  /**
   * Makes a device after power-on.
   *
   * @param ram the guest's memory, not copied
   * @param host its disk
   * @param offered what the device under test offers
   * @param config what it has as configuration
   */
  BlkModel(byte[] ram, BlkSetup setup, HostDisk host, int offered, byte[] config) {
    this.setup = setup;
    this.offered = offered;
    this.config = config;
    shownConfig = config.clone();
    ModelMemory memory = new ModelMemory(ram);
    this.host = host;
    disk = new ModelDisk(setup, host, memory, this::count);
    pace = new ModelPace(setup.timing());
    for (int i = 0; i < setup.queues(); i++) {
      queues.add(new ModelQueue(memory, setup.queueSize(), this::count));
    }
    reset();
  }

  private void count(Malformed kind) {
    malformed.merge(kind, 1, Integer::sum);
  }

  /** How many malformed requests of each kind there were. */
  Map<Malformed, Integer> malformed() {
    return malformed;
  }

  /** Whether the device asks for an interrupt. */
  boolean interrupts() {
    return interruptStatus != 0;
  }

  // Registers, section 2.2.2.1. An access falls into naturally aligned ones; each reaches the
  // register that starts there, in the width of the register.

  private static int part(int offset, int left) {
    if (offset % 4 == 0 && left >= 4) {
      return 4;
    }
    return offset % 2 == 0 && left >= 2 ? 2 : 1;
  }

  int in(int offset, int width) {
    long value = 0;
    for (int done = 0; done < width; ) {
      int part = part(offset + done, width - done);
      long mask = (1L << (8 * part)) - 1;
      value |= (read(offset + done, part) & mask) << (8 * done);
      done += part;
    }
    return (int) value;
  }

  private int read(int offset, int width) {
    return switch (offset) {
      case 0 -> offered;
      case 4 -> features;
      case 8 -> selected < queues.size() ? queues.get(selected).pageFrame() : 0;
      case 12 -> selected < queues.size() ? setup.queueSize() : 0;
      case 14 -> selected;
      case 18 -> status;
      case 19 -> {
        int value = interruptStatus;
        interruptStatus = 0;
        yield value;
      }
      default -> configuration(offset - CONFIG, width);
    };
  }

  private int configuration(int offset, int width) {
    if (offset < 0 || offset + width > config.length) {
      return -1;
    }
    if (offset == 0) {
      shownConfig = config.clone();
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (shownConfig[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  void out(int offset, int width, int value) {
    for (int done = 0; done < width; ) {
      int part = part(offset + done, width - done);
      long mask = (1L << (8 * part)) - 1;
      write(offset + done, part, (int) ((value >>> (8 * done)) & mask));
      done += part;
    }
  }

  private void write(int offset, int width, int value) {
    switch (offset) {
      case 4 -> {
        int accepted = value & offered;
        features = (accepted & F_BAD_FEATURE) != 0 ? 0 : accepted;
      }
      case 8 -> {
        if (selected < queues.size()) {
          place(queues.get(selected), value);
        }
      }
      case 14 -> selected = value & 0xFFFF;
      case 16 -> {
        if ((value & 0xFFFF) < queues.size()) {
          serve(queues.get(value & 0xFFFF));
        }
      }
      case 18 -> {
        status = value & 0xFF;
        if (status == 0) {
          reset();
        }
      }
      default -> {
        for (int i = 0; i < width; i++) {
          writeConfiguration(offset - CONFIG + i, (value >>> (8 * i)) & 0xFF);
        }
      }
    }
  }

  private void writeConfiguration(int offset, int value) {
    if (offset < 0 || offset >= config.length) {
      return;
    }
    if (offset == WRITEBACK && has(F_CONFIG_WCE)) {
      if (config[WRITEBACK] == 1 && value == 0) {
        try {
          host.flush();
        } catch (IOException e) {
          // Nobody can be told.
        }
      }
      int before = config[WRITEBACK];
      config[WRITEBACK] = (byte) (value == 0 ? 0 : 1);
      if (config[WRITEBACK] != before) {
        disk.scsi().raise(UnitAttention.MODE_PARAMETERS_CHANGED);
      }
    }
    shownConfig[offset] = config[offset];
  }

  void reset() {
    status = 0;
    features = 0;
    selected = 0;
    interruptStatus = 0;
    for (ModelQueue queue : queues) {
      place(queue, 0);
    }
    if (WRITEBACK < config.length) {
      config[WRITEBACK] = (byte) (setup.cache() == CacheMode.WRITETHROUGH ? 0 : 1);
    }
    shownConfig = config.clone();
    disk.scsi().reset();
  }

  private void place(ModelQueue queue, int frame) {
    queue.place(frame);
    pending.removeIf(request -> request.chain().queue() == queue);
  }

  private boolean has(int feature) {
    return (features & feature) != 0;
  }

  private boolean writesThrough() {
    if (setup.cache() == CacheMode.UNSAFE) {
      return false;
    }
    return has(F_CONFIG_WCE)
        ? config[WRITEBACK] == 0
        : !has(F_FLUSH) || setup.cache() == CacheMode.WRITETHROUGH;
  }

  // The host.

  /** Time passes. */
  void advance(long nanos) {
    long end = now + nanos;
    while (!stopped && !pending.isEmpty() && pending.get(0).due() <= end) {
      now = Math.max(now, pending.get(0).due());
      goOn();
    }
    now = end;
  }

  /** After a stop: goes on. */
  void resume() {
    stopped = false;
    goOn();
  }

  /**
   * The state was saved and restored: as {@link #resume}, but not within the call.
   *
   * @return whether it had stopped
   */
  boolean restore() {
    boolean wasStopped = stopped;
    stopped = false;
    return wasStopped;
  }

  private void goOn() {
    carryOut();
    publish();
  }

  void resize(int size) throws IOException {
    host.resize(size);
    disk.scsi().raise(UnitAttention.CAPACITY_CHANGED);
    long capacity = size / ModelDisk.SECTOR;
    for (int i = 0; i < 8; i++) {
      config[i] = (byte) (capacity >>> (8 * i));
    }
    if ((status & DRIVER_OK) != 0) {
      interruptStatus |= ISR_CONFIG;
    }
  }

  // Requests.

  private void serve(ModelQueue queue) {
    int batch = setup.mergeLimit() == 0 ? 1 : MERGE_BATCH;
    int count = queue.count();
    for (int i = 0; i < count && !queue.isBroken(); i++) {
      ModelChain chain = queue.take();
      if (chain != null) {
        take(chain);
      }
      if (pending.size() >= batch) {
        carryOut();
      }
    }
    carryOut();
    publish();
  }

  private void publish() {
    for (ModelQueue queue : queues) {
      if (queue.publish(features)) {
        interruptStatus |= ISR_QUEUE;
      }
    }
  }

  private void take(ModelChain chain) {
    if (chain.readable() < ModelRequest.HEADER || chain.writable() == 0) {
      count(chain.writable() == 0 ? Malformed.NO_STATUS : Malformed.NO_HEADER);
      chain.queue().complete(chain);
      return;
    }
    try {
      schedule(new ModelRequest(chain, setup.spec()));
    } catch (NotRam e) {
      count(Malformed.HEADER_NOT_RAM);
      finish(chain, ModelDisk.IOERR);
    }
  }

  /** After a barrier, a barrier after all, and else by the time that it takes. */
  private void schedule(ModelRequest request) {
    long earliest = now;
    long last = 0;
    for (ModelRequest other : pending) {
      last = Math.max(last, other.due());
      if (other.isBarrier()) {
        earliest = Math.max(earliest, other.due());
      }
    }
    long due = pace.due(earliest, request.writes(), bytesMoved(request));
    request.setDue(request.isBarrier() ? Math.max(due, last) : due);
    int at = pending.size();
    while (at > 0 && pending.get(at - 1).due() > request.due()) {
      at--;
    }
    pending.add(at, request);
  }

  /** As far as the speed of the disk is concerned. */
  private long bytesMoved(ModelRequest request) {
    if (request.isScsi()) {
      return Math.min(request.length(), host.size());
    }
    return request.transfers() && disk.isOnDisk(request) ? request.length() : 0;
  }

  private void carryOut() {
    while (!stopped && !pending.isEmpty() && pending.get(0).due() <= now) {
      List<ModelRequest> run = run();
      if (run.size() == 1 || !carryOutMerged(run)) {
        carryOutFirst();
      }
    }
  }

  /** The first request, and those that can be carried out in one go with it. */
  private List<ModelRequest> run() {
    List<ModelRequest> run = new ArrayList<>(pending.subList(0, 1));
    long bytes = pending.get(0).length();
    for (ModelRequest next : pending.subList(1, pending.size())) {
      ModelRequest before = run.get(run.size() - 1);
      bytes += next.length();
      if (next.due() > now
          || !next.transfers()
          || next.type() != before.type()
          || bytes > setup.mergeLimit()
          || next.sector() != before.sector() + before.length() / ModelDisk.SECTOR
          || !disk.isOnDisk(before)
          || !disk.isOnDisk(next)
          || (next.writes() && setup.readOnly())) {
        return run;
      }
      run.add(next);
    }
    return run;
  }

  private boolean carryOutMerged(List<ModelRequest> run) {
    try {
      disk.executeMerged(run, writesThrough());
    } catch (NotRam | IOException e) {
      run.forEach(request -> request.chain().rewind());
      return false;
    }
    for (ModelRequest request : run) {
      finishFirst(request, ModelDisk.OK);
    }
    return true;
  }

  private void carryOutFirst() {
    ModelRequest request = pending.get(0);
    int answer;
    try {
      answer = attempt(request);
    } catch (NotRam e) {
      count(notRam(request.type()));
      answer = ModelDisk.IOERR;
    }
    if (!stopped) {
      finishFirst(request, answer);
    }
  }

  private int attempt(ModelRequest request) throws NotRam {
    try {
      return disk.execute(request, writesThrough());
    } catch (IOException e) {
      OnError policy = request.writes() ? setup.writeError() : setup.readError();
      boolean ignored = policy == OnError.IGNORE;
      if (policy == OnError.STOP) {
        request.chain().rewind();
        stopped = true;
      } else if (request.isScsi()) {
        return disk.scsi().fail(request, ignored);
      }
      return ignored ? ModelDisk.OK : ModelDisk.IOERR;
    }
  }

  private static Malformed notRam(int type) {
    return switch (type) {
      case ModelRequest.IN -> Malformed.READ_DATA_NOT_RAM;
      case ModelRequest.OUT -> Malformed.WRITE_DATA_NOT_RAM;
      case ModelRequest.SCSI_CMD, ModelRequest.SCSI_CMD_OUT -> Malformed.SCSI_NOT_RAM;
      case ModelRequest.GET_ID -> Malformed.ID_DATA_NOT_RAM;
      case ModelRequest.DISCARD -> Malformed.DISCARD_DATA_NOT_RAM;
      default -> Malformed.ZEROES_DATA_NOT_RAM;
    };
  }

  private void finishFirst(ModelRequest request, int answer) {
    pending.remove(0);
    finish(request.chain(), answer);
  }

  private void finish(ModelChain chain, int answer) {
    try {
      chain.putStatus(answer);
    } catch (NotRam e) {
      count(Malformed.STATUS_NOT_RAM); // the guest has no place to look at
    }
    chain.queue().complete(chain);
  }
}
