package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.WriteCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Executes requests on a backend, and counts what they moved. Knows no rings. Doesn't allocate
 * beyond what the backend does.
 */
final class BlkDisk implements WriteCache {
  /** Limits of DISCARD and WRITE_ZEROES: QEMU's for the length of a segment. */
  static final int MAX_ZERO_SECTORS = Integer.MAX_VALUE / BlockBackend.SECTOR_SIZE;

  static final int MAX_ZERO_SEGMENTS = 64;

  /** struct virtio_blk_discard_write_zeroes: u64 sector, u32 num_sectors, u32 flags. */
  private static final int ZERO_SEGMENT_SIZE = 16;

  private static final int FLAG_UNMAP = 1;

  private final BlockBackend backend;
  private final BlkOptions options;
  private final BlkCounters counters;
  private final int blockSize;
  private final byte[] id;
  private final BlkScsi scsi;

  private final long[] zeroSector = new long[MAX_ZERO_SEGMENTS];
  private final long[] zeroLength = new long[MAX_ZERO_SEGMENTS];
  private final boolean[] zeroUnmap = new boolean[MAX_ZERO_SEGMENTS];

  private ByteBuffer buffer;

  /** Whether the SCSI command at hand is to leave nothing in a cache. */
  private boolean writeThrough;

  /**
   * Makes a disk.
   *
   * @param counters the bytes are counted here
   */
  BlkDisk(BlockBackend backend, BlkOptions options, BlkCounters counters) {
    this.backend = backend;
    this.options = options;
    this.counters = counters;
    blockSize = options.logicalBlockSize;
    id = Arrays.copyOf(options.serial.getBytes(StandardCharsets.US_ASCII), BlkOptions.ID_BYTES);
    scsi = new BlkScsi(backend, options, this);
  }

  /**
   * Executes a request.
   *
   * @param writeThrough whether what it changes is to be on stable storage when this returns
   * @return how it went, as the guest is told; IOERR for what the guest did wrong
   * @throws IOException if the host could not do it
   * @throws dev.virtio4j.host.GuestMemoryException if data is not in RAM; what came before it was
   *     moved
   */
  BlkStatus execute(BlkRequest request, boolean writeThrough) throws IOException {
    return switch (request.type()) {
      case IN -> read(request);
      case OUT -> write(request, writeThrough);
      case SCSI_CMD, SCSI_CMD_OUT -> {
        this.writeThrough = writeThrough;
        yield scsi.execute(request);
      }
      case FLUSH, FLUSH_OUT -> {
        flush();
        yield BlkStatus.OK;
      }
      case GET_ID -> identify(request);
      case DISCARD, WRITE_ZEROES -> zero(request, writeThrough);
      case UNSUPPORTED -> BlkStatus.UNSUPP;
    };
  }

  private BlkStatus read(BlkRequest request) throws IOException {
    if (!isOnDisk(request)) {
      return BlkStatus.IOERR;
    }
    long position = request.sector() * BlockBackend.SECTOR_SIZE;
    for (long left = request.length(); left > 0; ) {
      int count =
          paysToBuffer() ? readBuffered(request, position, left) : read(request, position, left);
      position += count;
      left -= count;
      counters.add(BlkCounter.BYTES_READ, count);
    }
    return BlkStatus.OK;
  }

  /** Reads up to the end of a buffer of the guest. */
  private int read(BlkRequest request, long position, long left) throws IOException {
    ByteBuffer piece = request.nextToGuest(left);
    int count = piece.remaining();
    backend.read(position, piece);
    request.commitToGuest();
    return count;
  }

  /** Reads as much as our own buffer takes. */
  private int readBuffered(BlkRequest request, long position, long left) throws IOException {
    int count = (int) Math.min(left, backend.mergeLimit());
    backend.read(position, buffer(count));
    buffer.flip();
    scatter(request, count);
    return count;
  }

  private BlkStatus write(BlkRequest request, boolean writeThrough) throws IOException {
    if (backend.isReadOnly() || !isOnDisk(request)) {
      return BlkStatus.IOERR;
    }
    long position = request.sector() * BlockBackend.SECTOR_SIZE;
    for (long left = request.length(); left > 0; ) {
      ByteBuffer piece = paysToBuffer() ? gathered(request, left) : request.nextToDisk(left);
      int count = piece.remaining();
      backend.write(position, piece);
      position += count;
      left -= count;
      counters.add(BlkCounter.BYTES_WRITTEN, count);
    }
    if (writeThrough) {
      backend.flush();
    }
    return BlkStatus.OK;
  }

  /** As much as our own buffer takes. */
  private ByteBuffer gathered(BlkRequest request, long left) {
    int count = (int) Math.min(left, backend.mergeLimit());
    buffer(count);
    gather(request, count);
    return buffer.flip();
  }

  /**
   * Whether to move data by way of our own buffer: fewer calls to the disk where it is scattered in
   * guest memory, and where it is not, a file channel would copy it, too.
   */
  private boolean paysToBuffer() {
    return backend.mergeLimit() > 0;
  }

  private ByteBuffer buffer(int bytes) {
    if (buffer == null) {
      buffer = ByteBuffer.allocateDirect(backend.mergeLimit());
    }
    return buffer.clear().limit(bytes);
  }

  /**
   * Whether a request may be carried out together with one before it.
   *
   * @param bytes how many bytes those before it have
   */
  boolean follows(BlkRequest request, BlkRequest before, long bytes) {
    return request.type() == before.type()
        && (request.type() == BlkRequest.Type.IN || request.type() == BlkRequest.Type.OUT)
        && bytes + request.length() <= backend.mergeLimit()
        && request.sector() == before.sector() + before.length() / BlockBackend.SECTOR_SIZE
        && isOnDisk(before)
        && isOnDisk(request)
        && !(request.type() == BlkRequest.Type.OUT && backend.isReadOnly());
  }

  /**
   * Executes the first requests of a schedule in one go: reads or writes, each of which {@link
   * #follows} the one before it. All of them are OK when this returns.
   *
   * @param count how many, 2 or more
   * @param bytes how many bytes they have together
   * @throws IOException if the host could not do it
   * @throws dev.virtio4j.host.GuestMemoryException if data is not in RAM
   */
  void executeMerged(RequestSchedule schedule, int count, int bytes, boolean writeThrough)
      throws IOException {
    buffer(bytes);
    long position = schedule.get(0).sector() * BlockBackend.SECTOR_SIZE;
    if (schedule.get(0).type() == BlkRequest.Type.IN) {
      backend.read(position, buffer);
      buffer.flip();
      for (int i = 0; i < count; i++) {
        scatter(schedule.get(i), (int) schedule.get(i).length());
      }
      counters.add(BlkCounter.BYTES_READ, bytes);
    } else {
      for (int i = 0; i < count; i++) {
        gather(schedule.get(i), (int) schedule.get(i).length());
      }
      backend.write(position, buffer.flip());
      if (writeThrough) {
        backend.flush();
      }
      counters.add(BlkCounter.BYTES_WRITTEN, bytes);
    }
  }

  private void scatter(BlkRequest request, int bytes) {
    int end = buffer.limit();
    for (int left = bytes; left > 0; ) {
      ByteBuffer piece = request.nextToGuest(left);
      int count = piece.remaining();
      piece.put(buffer.limit(buffer.position() + count));
      buffer.limit(end);
      request.commitToGuest();
      left -= count;
    }
  }

  private void gather(BlkRequest request, int bytes) {
    for (int left = bytes; left > 0; ) {
      ByteBuffer piece = request.nextToDisk(left);
      left -= piece.remaining();
      buffer.put(piece);
    }
  }

  /**
   * What the guest is told of a request that the host could not do.
   *
   * @param request the one that {@link #execute} failed with
   * @param ignored whether it is to be told nothing
   */
  BlkStatus afterFailure(BlkRequest request, boolean ignored) {
    if (request.type().isScsi()) {
      return ignored ? scsi.ignore() : scsi.fail();
    }
    return ignored ? BlkStatus.OK : BlkStatus.IOERR;
  }

  /** What executes SCSI commands. */
  DiskUnit unit() {
    return scsi.unit();
  }

  @Override
  public boolean isOn() {
    return !writeThrough;
  }

  @Override
  public boolean isOnByDefault() {
    return options.cache != BlkOptions.CacheMode.WRITETHROUGH;
  }

  @Override
  public void flush() throws IOException {
    if (options.cache != BlkOptions.CacheMode.UNSAFE) {
      backend.flush();
    }
  }

  private BlkStatus identify(BlkRequest request) {
    request.putToGuest(id, (int) Math.min(request.length(), id.length));
    return BlkStatus.OK;
  }

  /**
   * DISCARD and WRITE_ZEROES (virtio 1.1, section 5.2.6): all segments are checked before the first
   * one is carried out, on a read-only disk, too. A discarded range reads as zeroes, except with
   * discard=ignore.
   */
  private BlkStatus zero(BlkRequest request, boolean writeThrough) throws IOException {
    if (request.length() == 0
        || request.length() % ZERO_SEGMENT_SIZE != 0
        || request.length() / ZERO_SEGMENT_SIZE > MAX_ZERO_SEGMENTS) {
      return BlkStatus.IOERR;
    }
    boolean discard = request.type() == BlkRequest.Type.DISCARD;
    int segments = (int) request.length() / ZERO_SEGMENT_SIZE;
    for (int i = 0; i < segments; i++) {
      long sector = request.read64();
      long sectors = Integer.toUnsignedLong(request.read32());
      int flags = request.read32();
      long length = sectors * BlockBackend.SECTOR_SIZE;
      if (sectors > MAX_ZERO_SECTORS || !isOnDisk(sector, length)) {
        return BlkStatus.IOERR;
      }
      if ((flags & ~(discard ? 0 : FLAG_UNMAP)) != 0) {
        return BlkStatus.UNSUPP;
      }
      zeroSector[i] = sector;
      zeroLength[i] = length;
      zeroUnmap[i] = discard || (flags & FLAG_UNMAP) != 0;
    }
    if (backend.isReadOnly()) {
      return BlkStatus.IOERR;
    }
    for (int i = 0; i < segments; i++) {
      if (!discard || options.discard) {
        backend.zero(
            zeroSector[i] * BlockBackend.SECTOR_SIZE,
            zeroLength[i],
            zeroUnmap[i] && options.discard);
      }
      counters.add(discard ? BlkCounter.BYTES_DISCARDED : BlkCounter.BYTES_ZEROED, zeroLength[i]);
    }
    if (writeThrough) {
      backend.flush();
    }
    return BlkStatus.OK;
  }

  /** How many bytes of a request the disk moves, as far as its speed is concerned. */
  long bytesMoved(BlkRequest request) {
    if (request.type().isScsi()) {
      return Math.min(request.length(), backend.size()); // its buffers, which Linux makes to fit
    }
    boolean transfer =
        request.type() == BlkRequest.Type.IN || request.type() == BlkRequest.Type.OUT;
    return transfer && isOnDisk(request) ? request.length() : 0;
  }

  /** How much longer the backend wants a request to take. */
  long delayNanos(BlkRequest request) {
    long bytes = bytesMoved(request);
    long position = bytes == 0 ? 0 : request.sector() * BlockBackend.SECTOR_SIZE;
    return switch (request.type()) {
      case IN -> backend.delayNanos(BlockBackend.Operation.READ, position, bytes);
      case OUT -> backend.delayNanos(BlockBackend.Operation.WRITE, position, bytes);
      case FLUSH, FLUSH_OUT -> backend.delayNanos(BlockBackend.Operation.FLUSH, 0, 0);
      case DISCARD, WRITE_ZEROES -> backend.delayNanos(BlockBackend.Operation.ZERO, 0, 0);
      case SCSI_CMD, SCSI_CMD_OUT -> 0; // what it touches is in its CDB, which is not read yet
      case GET_ID, UNSUPPORTED -> 0;
    };
  }

  /** Whole logical blocks, all of them on the disk. */
  private boolean isOnDisk(BlkRequest request) {
    return isOnDisk(request.sector(), request.length());
  }

  /** What overflows here has no bits among those that count. */
  private boolean isOnDisk(long sector, long length) {
    long capacity = backend.size() / BlockBackend.SECTOR_SIZE;
    return ((length | sector * BlockBackend.SECTOR_SIZE) & (blockSize - 1)) == 0
        && sector >= 0
        && sector <= capacity
        && length / BlockBackend.SECTOR_SIZE <= capacity - sector;
  }
}
