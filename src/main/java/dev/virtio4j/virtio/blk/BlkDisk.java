package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.BlockBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Executes requests on a backend, and counts them. Knows no rings. Doesn't allocate beyond what the
 * backend does.
 */
final class BlkDisk {
  private final BlockBackend backend;
  private final int blockSize;
  private final byte[] id;

  private long reads;
  private long writes;
  private long flushes;
  private long ids;
  private long unsupported;
  private long bytesRead;
  private long bytesWritten;

  BlkDisk(BlockBackend backend, BlkOptions options) {
    this.backend = backend;
    blockSize = options.logicalBlockSize;
    id = Arrays.copyOf(options.serial.getBytes(StandardCharsets.US_ASCII), BlkOptions.ID_BYTES);
  }

  /**
   * Executes a request.
   *
   * @param writeThrough whether a write is to be on stable storage when this returns
   * @return how it went, as the guest is told; IOERR for what the guest did wrong
   * @throws IOException if the host could not do it
   * @throws dev.virtio4j.host.GuestMemoryException if data is not in RAM; what came before it was
   *     moved
   */
  BlkStatus execute(BlkRequest request, boolean writeThrough) throws IOException {
    return switch (request.type()) {
      case IN -> read(request);
      case OUT -> write(request, writeThrough);
      case FLUSH -> flush();
      case GET_ID -> identify(request);
      case UNSUPPORTED -> {
        unsupported++;
        yield BlkStatus.UNSUPP;
      }
    };
  }

  private BlkStatus read(BlkRequest request) throws IOException {
    reads++;
    if (!isOnDisk(request)) {
      return BlkStatus.IOERR;
    }
    long position = request.sector() * BlockBackend.SECTOR_SIZE;
    for (long left = request.length(); left > 0; ) {
      ByteBuffer piece = request.nextToGuest(left);
      int count = piece.remaining();
      backend.read(position, piece);
      request.commitToGuest();
      position += count;
      left -= count;
      bytesRead += count;
    }
    return BlkStatus.OK;
  }

  private BlkStatus write(BlkRequest request, boolean writeThrough) throws IOException {
    writes++;
    if (backend.isReadOnly() || !isOnDisk(request)) {
      return BlkStatus.IOERR;
    }
    long position = request.sector() * BlockBackend.SECTOR_SIZE;
    for (long left = request.length(); left > 0; ) {
      ByteBuffer piece = request.nextToDisk(left);
      int count = piece.remaining();
      backend.write(position, piece);
      position += count;
      left -= count;
      bytesWritten += count;
    }
    if (writeThrough) {
      backend.flush();
    }
    return BlkStatus.OK;
  }

  private BlkStatus flush() throws IOException {
    flushes++;
    backend.flush();
    return BlkStatus.OK;
  }

  private BlkStatus identify(BlkRequest request) {
    ids++;
    int length = (int) Math.min(request.length(), id.length);
    for (int done = 0; done < length; ) {
      ByteBuffer piece = request.nextToGuest(length - done);
      int count = piece.remaining();
      piece.put(id, done, count);
      request.commitToGuest();
      done += count;
    }
    return BlkStatus.OK;
  }

  /** Whole logical blocks, all of them on the disk. Nothing here can overflow. */
  private boolean isOnDisk(BlkRequest request) {
    long capacity = backend.size() / BlockBackend.SECTOR_SIZE;
    return request.length() % blockSize == 0
        && request.sector() % (blockSize / BlockBackend.SECTOR_SIZE) == 0
        && request.sector() >= 0
        && request.sector() <= capacity
        && request.length() / BlockBackend.SECTOR_SIZE <= capacity - request.sector();
  }

  BlkCounters counters(long malformed, long errors, long interrupts) {
    return new BlkCounters(
        reads,
        writes,
        flushes,
        ids,
        unsupported,
        malformed,
        errors,
        bytesRead,
        bytesWritten,
        interrupts);
  }
}
