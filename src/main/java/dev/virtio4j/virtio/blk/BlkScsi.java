package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.DataBuffers;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.Nexus;
import dev.virtio4j.scsi.Task;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.WriteCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * SCSI commands to the block device: the front end of a logical unit over the same backend (0.8.9,
 * Appendix D, "Device Operation"):
 *
 * <pre>
 *   struct virtio_scsi_pc_req {
 *     u32 type;
 *     u32 ioprio;
 *     u64 sector;        // not used
 *     char cmd[];        // the CDB, device-readable, a buffer of its own
 *     char data[][512];  // device-readable or device-writable
 *     u8 sense[96];      // device-writable, as all that follows
 *     u32 errors;        // the status of the command
 *     u32 data_len;      // the length of data
 *     u32 sense_len;     // how much of sense was written
 *     u32 residual;      // how much of data was not moved
 *     u8 status;         // OK if there is a status of the command, whichever
 *   };
 * </pre>
 *
 * <p>The text has the guest put the CDB into a buffer of its own, whose length is that of the CDB.
 * In any other layout the CDB is as long as its operation code says.
 */
final class BlkScsi implements DataBuffers {
  private static final int SENSE_SIZE = 96;
  private static final int RESULT_SIZE = 16;

  /** What the device writes after the data, without the status. */
  private static final int TAIL_SIZE = SENSE_SIZE + RESULT_SIZE;

  private final DiskUnit unit;
  private final Nexus guest;
  private final Task task = new Task();
  private final ByteBuffer result = ByteBuffer.allocate(RESULT_SIZE).order(ByteOrder.LITTLE_ENDIAN);

  private BlkRequest request;
  private long dataLength;

  BlkScsi(BlockBackend backend, BlkOptions options, WriteCache cache) {
    unit =
        new DiskUnit(
            backend,
            cache,
            UnitIdentity.ofDisk(options.serial),
            new BlockLayout(
                options.logicalBlockSize,
                options.physicalBlockSize,
                options.minIoSize,
                options.optIoSize),
            options.discard);
    guest = unit.connect();
  }

  DiskUnit unit() {
    return unit;
  }

  /**
   * Executes a request.
   *
   * @return OK, whatever the command came to; IOERR if there is no room for what it came to, or no
   *     CDB
   * @throws IOException if the host could not do it: {@link #fail} or {@link #ignore} ends the
   *     request then
   */
  BlkStatus execute(BlkRequest command) throws IOException {
    request = command;
    if (inRemaining() < 0 || request.readable() == 0) {
      return BlkStatus.IOERR;
    }
    int cdbLength = task.takeCdb(request.nextReadableBuffer(), this);
    dataLength = outRemaining() + inRemaining();
    task.begin(guest, cdbLength, this);
    unit.execute(task);
    if (task.hostFailure() != null) {
      throw task.hostFailure();
    }
    return putResult();
  }

  /** Has the guest told of the host's failure. */
  BlkStatus fail() {
    return putResult();
  }

  /** Ends the request as if the host had not failed. */
  BlkStatus ignore() {
    task.ignoreHostFailure();
    return putResult();
  }

  private BlkStatus putResult() {
    request.skipToTail(TAIL_SIZE);
    request.putToGuest(task.sense(), task.senseLength());
    request.skipToTail(RESULT_SIZE);
    result.clear();
    result.putInt(task.status().code());
    result.putInt(capped(dataLength));
    result.putInt(task.senseLength());
    result.putInt(capped(dataLength - task.moved()));
    request.putToGuest(result.array(), RESULT_SIZE);
    return BlkStatus.OK;
  }

  /** A guest can name more buffers than the fields have bits for. */
  private static int capped(long length) {
    return (int) Math.min(length, 0xFFFF_FFFFL);
  }

  @Override
  public long outRemaining() {
    return request.readable();
  }

  @Override
  public ByteBuffer nextOut(long limit) {
    return request.nextToDisk(limit);
  }

  @Override
  public long inRemaining() {
    return request.writable() - TAIL_SIZE;
  }

  @Override
  public ByteBuffer nextIn(long limit) {
    return request.nextToGuest(limit);
  }

  @Override
  public void commitIn() {
    request.commitToGuest();
  }
}
