package dev.virtio4j.testing;

import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.Virtqueue;
import java.nio.ByteBuffer;

/**
 * A device with two queues that writes back what it reads, as much as there is room for. A chain
 * whose first byte is 255 is held until the next one was completed, so that chains complete out of
 * order.
 */
public final class EchoDevice extends VirtioDevice {
  public static final int QUEUE_SIZE = 8;
  private DescriptorChain held;

  /** Makes a device that PCI takes for a block device, with four bytes of configuration. */
  public EchoDevice() {
    super("echo", 2, SpecProfile.DEFAULT, 1, new byte[] {1, 2, 3, 4}, QUEUE_SIZE, QUEUE_SIZE);
  }

  @Override
  protected void serve(Virtqueue queue) {
    for (DescriptorChain chain = queue.next(); chain != null; chain = queue.next()) {
      boolean hold = echo(chain);
      if (hold && held == null) {
        held = chain;
        continue;
      }
      chain.complete();
      if (held != null) {
        held.complete();
        held = null;
      }
    }
  }

  private static boolean echo(DescriptorChain chain) {
    boolean hold = false;
    boolean first = true;
    while (chain.readable() > 0 && chain.writable() > 0) {
      ByteBuffer from = chain.readPiece(chain.writable());
      byte[] bytes = new byte[from.remaining()];
      from.get(bytes);
      hold |= first && bytes[0] == -1;
      first = false;
      for (int done = 0; done < bytes.length; ) {
        ByteBuffer piece = chain.writePiece(bytes.length - done);
        int count = piece.remaining();
        piece.put(bytes, done, count);
        chain.commitPiece();
        done += count;
      }
    }
    return hold;
  }
}
