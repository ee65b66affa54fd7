package dev.virtio4j.crash;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.DriverQueue;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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

  /** Queues all writes at once; when all are done, flushes. */
  private void write(List<WritePlan.Write> batch) {
    DriverQueue queue = driver.queue;
    for (WritePlan.Write write : batch) {
      ByteBuffer data = ByteBuffer.allocate(write.count() * BlockBackend.SECTOR_SIZE);
      for (int i = 0; i < write.count(); i++) {
        VersionedSector.put(data, write.sector() + i, write.version());
      }
      byte[] header = BlkDriver.header(BlkDriver.OUT, write.sector());
      queue.chain().readable(header).readable(data.array()).writable(1).direct();
    }
    queue.notifyDevice();
    for (int i = 0; i < batch.size(); i++) {
      if (queue.reap() == null) {
        throw new IllegalStateException("a write is not done");
      }
    }
    queue.freeBuffers();
    if (driver.flush().status() != BlkDriver.OK) {
      throw new IllegalStateException("the flush failed");
    }
  }
}
