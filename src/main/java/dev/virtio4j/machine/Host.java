package dev.virtio4j.machine;

import dev.virtio4j.drive.Drives;
import java.util.function.IntConsumer;

/** What machines are made by: the reference PC, or an emulator. */
public interface Host {

  /** {@return the name, which saved machines have in them: {@code reference} or {@code jpc}} */
  String id();

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
