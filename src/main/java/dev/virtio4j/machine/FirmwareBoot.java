package dev.virtio4j.machine;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.Firmware;
import dev.virtio4j.pc.ReferencePc;
import java.io.IOException;

/**
 * Firmware, which boots from the drives.
 *
 * @param firmware the ROM
 */
record FirmwareBoot(Firmware firmware) implements Boot {

  static FirmwareBoot read(MachineOptions options) throws IOException {
    return new FirmwareBoot(Firmware.read(options.firmware()));
  }

  @Override
  public void boot(ReferencePc pc) {
    pc.boot(firmware);
  }

  @Override
  public void saveFiles(StateWriter out) throws IOException {
    firmware.save(out);
  }

  static FirmwareBoot load(StateReader in) throws IOException {
    return new FirmwareBoot(Firmware.load(in));
  }
}
