package dev.virtio4j.plugin;

import java.io.IOException;
import java.util.Map;

/**
 * Our SCSI host with one drive; its options are the keys of {@code --drive} with {@code if=scsi}.
 */
public final class VirtioScsi implements DeviceFactory {

  /** As the descriptor wants it. */
  public VirtioScsi() {}

  @Override
  public PluginDevice open(Map<String, String> options) throws IOException {
    return OpenDrive.of("virtio-scsi", options);
  }
}
