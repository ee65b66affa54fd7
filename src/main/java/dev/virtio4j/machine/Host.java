package dev.virtio4j.machine;

import dev.virtio4j.drive.Drives;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;

/** What machines are made by: the reference PC, or an emulator. */
public interface Host {

  /** {@return the name, which saved machines have in them: {@code reference} or {@code jpc}} */
  String id();

  /**
   * Which emulator exactly that is: a machine that one saved is none for another.
   *
   * @return a hash of its program; empty for the reference PC, which is part of this one
   * @throws IOException if it can't be read
   */
  default String program() throws IOException {
    return "";
  }

  /** {@return the options that are the emulator's own, as the user gave them} */
  default List<String> arguments() {
    return List.of();
  }

  /**
   * Makes a machine that is not yet booted.
   *
   * @param options its memory and clock
   * @param boot what it is to boot
   * @param drives its drives, which this plugs in
   * @param serial takes each byte that the guest sends on COM1, 0 to 255
   * @return the machine
   * @throws IllegalArgumentException if something does not fit the machine, or the machine the
   *     computer; the message is one line that says why
   */
  Machine make(MachineOptions options, Boot boot, Drives drives, IntConsumer serial);
}
