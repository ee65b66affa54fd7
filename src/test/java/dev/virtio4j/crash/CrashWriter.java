package dev.virtio4j.crash;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * A program with a virtio disk and its driver. It writes and flushes until it is killed, and prints
 * a byte after each flush that the device has acknowledged.
 */
final class CrashWriter {
  private final BlkDriver driver;

  private CrashWriter(BlockBackend disk) {
    driver = BlkDriver.started(disk);
  }

  /**
   * Runs the program.
   *
   * @param args the image's format and path, the seed and the round of the plan
   */
  public static void main(String[] args) throws IOException {
    BlockBackend disk = ImageFormat.valueOf(args[0]).open(Path.of(args[1]));
    CrashWriter writer = new CrashWriter(disk);
    WritePlan plan = new WritePlan(Long.parseLong(args[2]), Integer.parseInt(args[3]));
    FileOutputStream acknowledged = new FileOutputStream(FileDescriptor.out);
    while (true) {
      writer.write(plan.nextBatch());
      acknowledged.write('.');
    }
  }

  private ChainBuilder queue(WritePlan.Write write) {
    if (write.version() == VersionedSector.ZEROES) {
      // Both ways to have zeroes: space given back, and kept.
      int type = write.sector() % 2 == 0 ? BlkDriver.DISCARD : BlkDriver.WRITE_ZEROES;
      byte[] segment = new byte[16];
      ByteBuffer.wrap(segment)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(write.sector())
          .putInt(write.count());
      return queue(type, 0, segment);
    }
    byte[] data = new byte[write.count() * BlockBackend.SECTOR_SIZE];
    ByteBuffer sectors = ByteBuffer.wrap(data);
    for (int i = 0; i < write.count(); i++) {
      VersionedSector.put(sectors, write.sector() + i, write.version());
    }
    return queue(BlkDriver.OUT, write.sector(), data);
  }

  private ChainBuilder queue(int type, long sector, byte[] data) {
    byte[] header = BlkDriver.header(type, sector);
    ChainBuilder chain = driver.queue.chain().readable(header).readable(data).writable(1);
    chain.direct();
    return chain;
  }

  /** Queues all requests at once; when all are done, flushes. */
  private void write(List<WritePlan.Write> batch) {
    List<ChainBuilder> chains = batch.stream().map(this::queue).toList();
    driver.queue.notifyDevice();
    for (ChainBuilder chain : chains) {
      if (driver.queue.reap() == null || chain.written()[0] != BlkDriver.OK) {
        throw new IllegalStateException("a request is not done, or failed");
      }
    }
    driver.queue.freeBuffers();
    if (driver.flush().status() != BlkDriver.OK) {
      throw new IllegalStateException("the flush failed");
    }
  }
}
