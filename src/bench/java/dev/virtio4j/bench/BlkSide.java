package dev.virtio4j.bench;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.virtio.blk.BlkCounter;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;

/** A block device and its driver. */
final class BlkSide extends DriverSide {
  /** In the room for a header, behind it. */
  private static final int CDB = 32;

  /** After the data of a SCSI command: sense data, four numbers, status. */
  private static final int SCSI_TAIL_LENGTH = 96 + 16 + 1;

  /** Accepted, so that a write may stay in the host's caches. */
  private static final int FEATURE_FLUSH = 1 << 9;

  private final BlkDevice device;
  private boolean scsi;

  /**
   * Builds the machine and starts the driver.
   *
   * @param backend the disk
   */
  BlkSide(BlockBackend backend) {
    this(new BlkDevice(backend, BlkOptions.builder().queues(1, QUEUE_SIZE).build()));
  }

  private BlkSide(BlkDevice device) {
    super(device, 0, FEATURE_FLUSH);
    this.device = device;
  }

  /**
   * Prepares requests that are made together again and again.
   *
   * @param access what they do: "read", "write", "flush", "get ID" or "READ(10)"
   * @param count how many, a power of two
   * @param segments how many descriptors each has for data
   * @param segmentBytes the length of each
   */
  void prepare(String access, int count, int segments, int segmentBytes) {
    scsi = access.equals("READ(10)");
    int type =
        switch (access) {
          case "read" -> 0;
          case "write" -> 1;
          case "READ(10)" -> 2;
          case "flush" -> 4;
          case "get ID" -> 8;
          default -> throw new IllegalArgumentException(access);
        };
    begin(count);
    for (int i = 0; i < count; i++) {
      int header = HEADERS + HEADER_SIZE * i;
      memory.store32(header, type);
      beginRequest(i);
      readable(header, 16);
      if (scsi) {
        ScsiSide.putRead10(memory, header + CDB, segmentBytes / 512);
        readable(header + CDB, 10);
      }
      data(i, segments, segmentBytes, type != 1);
      int tail = scsi ? SCSI_TAIL_LENGTH : 1;
      writable(TAILS + TAIL_SIZE * (i + 1) - tail, tail);
      endRequest();
    }
  }

  @Override
  void setSector(int request, int sector) {
    int header = HEADERS + HEADER_SIZE * request;
    if (scsi) {
      memory.store32(header + CDB + 2, Integer.reverseBytes(sector));
    } else {
      memory.store64(header + 8, sector);
    }
  }

  @Override
  void checkNoErrors() {
    for (int i = 0; i < requests(); i++) {
      int status = memory.load8(TAILS + TAIL_SIZE * (i + 1) - 1);
      if (status != 0) {
        throw new IllegalStateException("request " + i + ": status " + status);
      }
    }
    if (device.counters().get(BlkCounter.ERRORS) != 0) {
      throw new IllegalStateException("requests have failed");
    }
  }
}
