package dev.virtio4j.virtio.blk;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;

/**
 * The virtio block device (0.9.5, Appendix D), type 2, with one queue.
 *
 * <p>A write may stay in the host's caches until the next FLUSH. A guest that did not accept FLUSH
 * can't ask, so for it every write is on stable storage before it completes.
 */
public final class BlkDevice extends VirtioDevice {
  private static final int TYPE = 2;
  private static final int QUEUE_SIZE = 256;

  /** As many segments as fit the ring beside header and status. */
  private static final int SEGMENTS = QUEUE_SIZE - 2;

  /** The geometry that QEMU makes up: what a BIOS of old could address at most. */
  private static final int MAX_CYLINDERS = 16383;

  private static final int MIN_CYLINDERS = 2;
  private static final int HEADS = 16;
  private static final int SECTORS = 63;

  private final BlkDisk disk;
  private final BlkRequest request = new BlkRequest();
  private long malformed;
  private long errors;

  /**
   * Makes a block device.
   *
   * @param backend the disk; closing it is left to the caller
   * @param options what the user chose
   * @throws IllegalArgumentException with one line if the size of the disk is not a multiple of the
   *     logical block size
   */
  public BlkDevice(BlockBackend backend, BlkOptions options) {
    super("virtio-blk", TYPE, features(backend), config(backend, options), QUEUE_SIZE);
    disk = new BlkDisk(backend, options);
  }

  private static int features(BlockBackend backend) {
    return BlkFeatures.SEG_MAX
        | BlkFeatures.GEOMETRY
        | BlkFeatures.BLK_SIZE
        | BlkFeatures.FLUSH
        | BlkFeatures.TOPOLOGY
        | (backend.isReadOnly() ? BlkFeatures.RO : 0);
  }

  private static byte[] config(BlockBackend backend, BlkOptions options) {
    if (backend.size() % options.logicalBlockSize != 0) {
      throw new IllegalArgumentException(
          "logical_block_size=%d: the disk has %d bytes, no multiple of it; pad it or use 512"
              .formatted(options.logicalBlockSize, backend.size()));
    }
    long capacity = backend.size() / BlockBackend.SECTOR_SIZE;
    long cylinders = capacity / (HEADS * SECTORS);
    byte[] config = new byte[BlkConfig.LENGTH];
    BlkConfig.CAPACITY.put(config, capacity);
    BlkConfig.SEG_MAX.put(config, SEGMENTS);
    BlkConfig.CYLINDERS.put(config, Math.max(MIN_CYLINDERS, Math.min(cylinders, MAX_CYLINDERS)));
    BlkConfig.HEADS.put(config, HEADS);
    BlkConfig.SECTORS.put(config, SECTORS);
    BlkConfig.BLK_SIZE.put(config, options.logicalBlockSize);
    return config;
  }

  /**
   * What the device has done so far.
   *
   * @return the counts at this moment
   */
  public BlkCounters counters() {
    return disk.counters(malformed, errors, interrupts());
  }

  @Override
  protected void serve(Virtqueue queue) {
    for (DescriptorChain chain = queue.next(); chain != null; chain = queue.next()) {
      if (BlkRequest.isWhole(chain)) {
        finish(chain, answer(chain));
      } else {
        malformed++;
        warn(() -> "request returned unused, too short for its header and status");
      }
      chain.complete();
    }
  }

  private BlkStatus answer(DescriptorChain chain) {
    try {
      request.parse(chain);
      return disk.execute(request, (acceptedFeatures() & BlkFeatures.FLUSH) == 0);
    } catch (IOException e) {
      warn(() -> "request failed on the host: " + e);
      return BlkStatus.IOERR;
    } catch (GuestMemoryException e) {
      warn(() -> "request failed: " + e.getMessage());
      return BlkStatus.IOERR;
    }
  }

  /** Writes the status where the guest looks for it, however much data there was. */
  private void finish(DescriptorChain chain, BlkStatus status) {
    if (status == BlkStatus.IOERR) {
      errors++;
    }
    try {
      chain.skipWritable(chain.writable() - BlkRequest.STATUS_SIZE);
      chain.write8(status.code);
    } catch (GuestMemoryException e) {
      warn(() -> "status lost: " + e.getMessage());
    }
  }
}
