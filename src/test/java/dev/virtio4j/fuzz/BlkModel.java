package dev.virtio4j.fuzz;

import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.WriteCache;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a legacy block device does (0.9.5, section 2 and Appendix D), with its own RAM and disk, for
 * comparison. It is naive on purpose: no windows, no reuse, no batches that can be left half-way.
 */
final class BlkModel {
  static final int QUEUE_SIZE = 256;

  /** The longest chain that the device takes, descriptors of indirect tables included. */
  static final int MAX_DESCRIPTORS = 1024;

  private static final int CONFIG = 20;
  private static final int CONFIG_LENGTH = 57;
  private static final int WRITEBACK = 32;
  private static final int MAX_ZERO_SEGMENTS = 64;
  private static final long MAX_ZERO_SECTORS = 4194303;

  private static final int F_FLUSH = 1 << 9;
  private static final int F_CONFIG_WCE = 1 << 11;
  private static final int F_NOTIFY_ON_EMPTY = 1 << 24;
  private static final int F_EVENT_IDX = 1 << 29;
  private static final int F_BAD_FEATURE = 1 << 30;

  private static final int OK = 0;
  private static final int IOERR = 1;
  private static final int UNSUPP = 2;

  /** A piece of guest memory. */
  record Buffer(long address, long length) {}

  /** A piece of guest memory is not wholly RAM. */
  private static final class NotRam extends Exception {
    private static final long serialVersionUID = 1L;

    NotRam() {
      super(null, null, false, false);
    }
  }

  private final ByteBuffer ram;
  private final byte[] disk;
  private final boolean readOnly;
  private final int blockSize;
  private final byte[] id;
  private final int offered;
  private final byte[] config;
  private final ScsiModel scsi;

  private int features;
  private int status;
  private int selected;
  private int interruptStatus;

  private int pageFrame;
  private boolean broken;
  private int available;
  private int used;

  private boolean unflushed;

  /** The chain at hand. */
  private final List<Buffer> readable = new ArrayList<>();

  private final List<Buffer> writable = new ArrayList<>();
  private int descriptors;
  private long written;

  /**
   * Makes a device after power-on.
   *
   * @param ram the guest's memory, not copied
   * @param disk its content, not copied
   * @param readOnly whether the disk can only be read
   * @param blockSize the logical block size, in bytes
   * @param id the answer to GET_ID, 20 bytes
   * @param offered what the device under test offers
   * @param config what it has as configuration
   */
  BlkModel(
      byte[] ram,
      byte[] disk,
      boolean readOnly,
      int blockSize,
      byte[] id,
      int offered,
      byte[] config) {
    this.ram = ByteBuffer.wrap(ram).order(ByteOrder.LITTLE_ENDIAN);
    this.disk = disk;
    this.readOnly = readOnly;
    this.blockSize = blockSize;
    this.id = id;
    this.offered = offered;
    this.config = config;
    String serial = new String(id, StandardCharsets.US_ASCII).replace("\0", "");
    TrackedDisk backend = new TrackedDisk(disk, readOnly, value -> unflushed = value);
    scsi = new ScsiModel(ram, backend, new Cache(), serial, blockSize);
  }

  /** The write cache, as the SCSI unit sees it. */
  private final class Cache implements WriteCache {
    @Override
    public boolean isOn() {
      return writesBack();
    }

    @Override
    public boolean isOnByDefault() {
      return true;
    }

    @Override
    public void flush() {
      unflushed = false;
    }
  }

  /** Whether the device asks for an interrupt. */
  boolean interrupts() {
    return interruptStatus != 0;
  }

  /** Whether something was written that no flush has put on stable storage. */
  boolean unflushed() {
    return unflushed;
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
      case 8 -> selected == 0 ? pageFrame : 0;
      case 12 -> selected == 0 ? QUEUE_SIZE : 0;
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
    if (offset < 0 || offset + width > CONFIG_LENGTH) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  void out(int offset, int width, int value) {
    for (int done = 0; done < width; ) {
      int part = part(offset + done, width - done);
      long mask = (1L << (8 * part)) - 1;
      write(offset + done, (int) ((value >>> (8 * done)) & mask));
      done += part;
    }
  }

  private void write(int offset, int value) {
    switch (offset) {
      case 4 -> features = (value & F_BAD_FEATURE) != 0 ? 0 : value & offered;
      case 8 -> {
        if (selected == 0) {
          place(value);
        }
      }
      case 14 -> selected = value & 0xFFFF;
      case 16 -> {
        if ((value & 0xFFFF) == 0 && pageFrame != 0 && !broken) {
          serve();
        }
      }
      case 18 -> {
        status = value & 0xFF;
        if (status == 0) {
          reset();
        }
      }
      case CONFIG + WRITEBACK -> {
        if (has(F_CONFIG_WCE)) {
          byte before = config[WRITEBACK];
          config[WRITEBACK] = (byte) ((value & 0xFF) == 0 ? 0 : 1);
          if (config[WRITEBACK] != before) {
            scsi.raise(UnitAttention.MODE_PARAMETERS_CHANGED);
          }
          unflushed &= config[WRITEBACK] == 1;
        }
      }
      default -> {}
    }
  }

  void reset() {
    status = 0;
    features = 0;
    selected = 0;
    interruptStatus = 0;
    config[WRITEBACK] = 1;
    scsi.raise(UnitAttention.POWER_ON);
    place(0);
  }

  private void place(int frame) {
    pageFrame = frame;
    broken = false;
    available = 0;
    used = 0;
  }

  // The ring, sections 2.3 and 2.4.

  private long table() {
    return (pageFrame & 0xFFFF_FFFFL) * 4096;
  }

  private long availableRing() {
    return table() + 16 * QUEUE_SIZE;
  }

  private long usedRing() {
    return table() + 8192; // 4096 of descriptors, 518 of the available ring, the rest of its page
  }

  private boolean has(int feature) {
    return (features & feature) != 0;
  }

  private void serve() {
    int before = used;
    try {
      int count = ((int) load(availableRing() + 2, 2) - available) & 0xFFFF;
      broken = count > QUEUE_SIZE;
      for (int i = 0; i < count && !broken; i++) {
        int head = (int) load(availableRing() + 4 + 2L * (available % QUEUE_SIZE), 2);
        broken = head >= QUEUE_SIZE;
        if (!broken) {
          available = (available + 1) & 0xFFFF;
          serve(head);
        }
      }
    } catch (NotRam e) {
      broken = true;
    }
    if (used != before) {
      publish(before);
    }
  }

  private void publish(int before) {
    try {
      store(usedRing() + 2, 2, used);
      if (has(F_EVENT_IDX)) {
        store(usedRing() + 4 + 8 * QUEUE_SIZE, 2, available);
      }
      if (has(F_NOTIFY_ON_EMPTY) || wantsInterrupt(before)) {
        interruptStatus = 1;
      }
    } catch (NotRam e) {
      broken = true;
    }
  }

  private boolean wantsInterrupt(int before) throws NotRam {
    if (!has(F_EVENT_IDX)) {
      return (load(availableRing(), 2) & 1) == 0;
    }
    long event = load(availableRing() + 4 + 2 * QUEUE_SIZE, 2);
    for (int index = before; index != used; index = (index + 1) & 0xFFFF) {
      if (index == event) {
        return true;
      }
    }
    return false;
  }

  private void serve(int head) throws NotRam {
    readable.clear();
    writable.clear();
    descriptors = 0;
    written = 0;
    if (gather(table(), QUEUE_SIZE, head, false) && length(readable) >= 16 && !writable.isEmpty()) {
      request();
    }
    store(usedRing() + 4 + 8L * (used % QUEUE_SIZE), 4, head);
    store(usedRing() + 8 + 8L * (used % QUEUE_SIZE), 4, Math.min(written, 0xFFFF_FFFFL));
    used = (used + 1) & 0xFFFF;
  }

  /** Collects the buffers of a chain; false if it makes no sense. */
  private boolean gather(long table, long size, int head, boolean indirect) {
    int index = head;
    for (long walked = 0; walked < size && index < size; walked++) {
      long address;
      long length;
      long flags;
      int next;
      try {
        address = load(table + 16L * index, 8);
        length = load(table + 16L * index + 8, 4) & 0xFFFF_FFFFL;
        flags = load(table + 16L * index + 12, 2);
        next = (int) load(table + 16L * index + 14, 2);
      } catch (NotRam e) {
        return false;
      }
      boolean good =
          (flags & 4) == 0
              ? add(new Buffer(address, length), (flags & 2) != 0)
              : !indirect
                  && length > 0
                  && length % 16 == 0
                  && gather(address, length / 16, 0, true);
      if (!good || (flags & 1) == 0) {
        return good;
      }
      index = next;
    }
    return false;
  }

  private boolean add(Buffer buffer, boolean deviceWrites) {
    descriptors++;
    if (descriptors > MAX_DESCRIPTORS || (!deviceWrites && !writable.isEmpty())) {
      return false;
    }
    if (buffer.length > 0) {
      (deviceWrites ? writable : readable).add(buffer);
    }
    return true;
  }

  // Requests, Appendix D, "Device Operation".

  private void request() {
    int answer;
    try {
      answer = execute();
    } catch (NotRam e) {
      answer = IOERR;
    }
    try {
      Buffer last = slice(writable, length(writable) - 1, 1).get(0);
      store(last.address, 1, answer);
      written++;
    } catch (NotRam e) {
      return; // the guest has no place to look at
    }
  }

  private int execute() throws NotRam {
    ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (Buffer piece : slice(readable, 0, 16)) {
      header.put(ram.array(), ram(piece.address, piece.length), (int) piece.length);
    }
    long sector = header.getLong(8);
    return switch (header.getInt(0) & 0x7FFF_FFFF) { // without BARRIER
      case 0 -> read(sector);
      case 1 -> write(sector);
      case 2, 3 -> scsi();
      case 4, 5 -> {
        unflushed = false;
        yield OK;
      }
      case 8 -> {
        put(id, 0, Math.min(id.length, length(writable) - 1));
        yield OK;
      }
      case 11 -> zero(true);
      case 13 -> zero(false);
      default -> UNSUPP;
    };
  }

  /** SCSI_CMD: CDB, data; data, 96 bytes for sense data, 16 for what came of it. */
  private int scsi() throws NotRam {
    long cdbAndData = length(readable) - 16;
    long room = length(writable) - 1 - 112;
    if (cdbAndData == 0 || room < 0) {
      return IOERR;
    }
    long cdbLength = ownBuffer(16);
    if (cdbLength == 0 || cdbLength > 260) {
      cdbLength = Math.min(Task.cdbLength((int) value(16, 1)), cdbAndData);
    }
    byte[] cdb = new byte[(int) cdbLength];
    for (int i = 0; i < cdb.length; i++) {
      cdb[i] = (byte) value(16 + i, 1);
    }
    long dataOut = cdbAndData - cdbLength;
    Task task;
    try {
      task = scsi.execute(cdb, slice(readable, 16 + cdbLength, dataOut), slice(writable, 0, room));
    } catch (GuestMemoryException e) {
      throw new NotRam();
    } finally {
      written += scsi.received();
    }
    putAt(room, scsi.sense());
    ByteBuffer result = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    result.putInt(task.status().code());
    result.putInt((int) Math.min(dataOut + room, 0xFFFF_FFFFL));
    result.putInt(task.senseLength());
    result.putInt((int) Math.min(dataOut + room - task.moved(), 0xFFFF_FFFFL));
    putAt(room + 96, result.array());
    return OK;
  }

  /** The length of the readable buffer that starts at a place of the stream; 0 if none does. */
  private long ownBuffer(long at) {
    long start = 0;
    for (Buffer buffer : readable) {
      if (start == at) {
        return buffer.length;
      }
      start += buffer.length;
    }
    return 0;
  }

  /** Puts bytes at a place of the writable stream, into each buffer as a whole or not at all. */
  private void putAt(long at, byte[] bytes) throws NotRam {
    int done = 0;
    for (Buffer piece : slice(writable, at, bytes.length)) {
      int address = ram(piece.address, piece.length);
      System.arraycopy(bytes, done, ram.array(), address, (int) piece.length);
      done += (int) piece.length;
      written += piece.length;
    }
  }

  /** DISCARD and WRITE_ZEROES: all segments are checked before the first is carried out. */
  private int zero(boolean discard) throws NotRam {
    long length = length(readable) - 16;
    if (readOnly || length == 0 || length % 16 != 0 || length / 16 > MAX_ZERO_SEGMENTS) {
      return IOERR;
    }
    List<long[]> ranges = new ArrayList<>();
    for (long at = 16; at < 16 + length; at += 16) {
      long sector = value(at, 8);
      long sectors = value(at + 8, 4);
      long flags = value(at + 12, 4);
      if (sectors > MAX_ZERO_SECTORS || !isOnDisk(sector, sectors * 512)) {
        return IOERR;
      }
      if ((flags & (discard ? -1 : ~1)) != 0) {
        return UNSUPP;
      }
      ranges.add(new long[] {sector * 512, (sector + sectors) * 512});
    }
    for (long[] range : ranges) {
      Arrays.fill(disk, (int) range[0], (int) range[1], (byte) 0);
      unflushed = true;
    }
    unflushed &= writesBack();
    return OK;
  }

  /** A value that the guest sends, from some place of its bytes on. */
  private long value(long from, int width) throws NotRam {
    long value = 0;
    int shift = 0;
    for (Buffer piece : slice(readable, from, width)) {
      for (int i = 0; i < piece.length; i++) {
        value |= (ram.get(ram(piece.address + i, 1)) & 0xFFL) << shift;
        shift += 8;
      }
    }
    return value;
  }

  private boolean writesBack() {
    return has(F_CONFIG_WCE) ? config[WRITEBACK] == 1 : has(F_FLUSH);
  }

  private int read(long sector) throws NotRam {
    long length = length(writable) - 1;
    if (!isOnDisk(sector, length)) {
      return IOERR;
    }
    put(disk, sector * 512, length);
    return OK;
  }

  private int write(long sector) throws NotRam {
    long length = length(readable) - 16;
    if (readOnly || !isOnDisk(sector, length)) {
      return IOERR;
    }
    int position = (int) sector * 512;
    for (Buffer piece : slice(readable, 16, length)) {
      int address = ram(piece.address, piece.length);
      System.arraycopy(ram.array(), address, disk, position, (int) piece.length);
      position += (int) piece.length;
      unflushed = true;
    }
    unflushed &= writesBack(); // who can't flush finds every write on stable storage
    return OK;
  }

  private boolean isOnDisk(long sector, long length) {
    return sector >= 0
        && sector <= disk.length / 512
        && length <= disk.length - sector * 512
        && sector * 512 % blockSize == 0
        && length % blockSize == 0;
  }

  /** Puts bytes into the writable buffers, each of these as a whole or not at all. */
  private void put(byte[] from, long position, long length) throws NotRam {
    for (Buffer piece : slice(writable, 0, length)) {
      int address = ram(piece.address, piece.length);
      System.arraycopy(from, (int) (position + written), ram.array(), address, (int) piece.length);
      written += piece.length;
    }
  }

  private static long length(List<Buffer> buffers) {
    long length = 0;
    for (Buffer buffer : buffers) {
      length += buffer.length;
    }
    return length;
  }

  /** The pieces of memory that hold a part of a stream. */
  private static List<Buffer> slice(List<Buffer> buffers, long from, long length) {
    List<Buffer> slice = new ArrayList<>();
    long start = 0;
    for (Buffer buffer : buffers) {
      long first = Math.max(from, start);
      long end = Math.min(from + length, start + buffer.length);
      if (first < end) {
        slice.add(new Buffer(buffer.address + first - start, end - first));
      }
      start += buffer.length;
    }
    return slice;
  }

  // RAM

  private int ram(long address, long length) throws NotRam {
    if (address < 0 || address > ram.capacity() - length) {
      throw new NotRam();
    }
    return (int) address;
  }

  private long load(long address, int width) throws NotRam {
    int index = ram(address, width);
    return switch (width) {
      case 2 -> ram.getShort(index) & 0xFFFF;
      case 4 -> ram.getInt(index);
      default -> ram.getLong(index);
    };
  }

  private void store(long address, int width, long value) throws NotRam {
    int index = ram(address, width);
    for (int i = 0; i < width; i++) {
      ram.put(index + i, (byte) (value >>> (8 * i)));
    }
  }
}
