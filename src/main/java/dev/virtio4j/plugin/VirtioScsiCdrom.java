package dev.virtio4j.plugin;

import java.io.IOException;
import java.util.Map;

/**
 * Our SCSI host with one CD-ROM drive; its options are the keys of {@code --drive} with {@code
 * media=cdrom}.
 */
public final class VirtioScsiCdrom implements DeviceFactory {

  /** As the descriptor wants it. */
  public VirtioScsiCdrom() {}

  @Override
  public PluginDevice open(Map<String, String> options) throws IOException {
    return OpenDrive.of("virtio-scsi-cdrom", options);
  }
}
