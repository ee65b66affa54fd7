package dev.virtio4j.machine;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.ReferencePc;
import java.io.IOException;

/** What a machine boots at each power-on, as it was read: it need not be there any more. */
public sealed interface Boot permits LinuxBoot, FirmwareBoot {

  /**
   * Reads the files.
   *
   * @param options which
   * @return what they hold
   * @throws IOException if one is not as it should be
   */
  static Boot read(MachineOptions options) throws IOException {
    return options.kernel() == null ? FirmwareBoot.read(options) : LinuxBoot.read(options);
  }

  /**
   * Loads it into a machine.
   *
   * @param pc the machine
   * @throws IllegalArgumentException if it does not fit
   */
  void boot(ReferencePc pc);

  /**
   * Saves it in a section of its own.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  default void save(StateWriter out) throws IOException {
    out.begin("boot", 3);
    out.flag(this instanceof FirmwareBoot);
    saveFiles(out);
    out.end();
  }

  /**
   * Saves what was read.
   *
   * @param out where to
   * @throws IOException if that fails
   */
  void saveFiles(StateWriter out) throws IOException;

  /**
   * Loads what was saved.
   *
   * @param in where from
   * @return it
   * @throws IOException if it can't be read
   */
  static Boot load(StateReader in) throws IOException {
    in.begin("boot", 3);
    Boot boot = in.flag() ? FirmwareBoot.load(in) : LinuxBoot.load(in);
    in.end();
    return boot;
  }
}
