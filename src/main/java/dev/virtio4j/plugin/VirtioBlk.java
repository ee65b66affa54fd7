package dev.virtio4j.plugin;

import java.io.IOException;
import java.util.Map;

/** Our block device; its options are the keys of {@code --drive} with {@code if=virtio}. */
public final class VirtioBlk implements DeviceFactory {

  /** As the descriptor wants it. */
  public VirtioBlk() {}

  @Override
  public PluginDevice open(Map<String, String> options) throws IOException {
    return OpenDrive.of("virtio-blk", options);
  }
}
