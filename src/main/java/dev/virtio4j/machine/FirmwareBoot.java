package dev.virtio4j.machine;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.boot.Firmware;
import java.io.IOException;

/**
 * Firmware, which boots from the drives.
 *
 * @param firmware the ROM; null for the emulator's own
 */
public record FirmwareBoot(Firmware firmware) implements Boot {

  static FirmwareBoot read(MachineOptions options) throws IOException {
    return new FirmwareBoot(options.firmware() == null ? null : Firmware.read(options.firmware()));
  }

  @Override
  public void boot(ReferencePc pc) {
    if (firmware == null) {
      throw new IllegalArgumentException(
          "the reference PC has no firmware of its own; give --kernel=FILE or --firmware=FILE");
    }
    pc.boot(firmware);
  }

  @Override
  public void saveFiles(StateWriter out) throws IOException {
    out.flag(firmware != null);
    if (firmware != null) {
      firmware.save(out);
    }
  }

  static FirmwareBoot load(StateReader in) throws IOException {
    return new FirmwareBoot(in.flag() ? Firmware.load(in) : null);
  }
}
