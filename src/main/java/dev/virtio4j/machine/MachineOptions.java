package dev.virtio4j.machine;

import dev.virtio4j.drive.DriveOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What machine to make and what to boot on it, or which saved one it goes on from.
 *
 * @param memoryBytes the size of its RAM
 * @param saved the file of a saved machine, which has all that it boots in it; null to boot
 * @param firmware a BIOS image; null for the kernel, or without one for the emulator's own firmware
 * @param kernel a bzImage; null to boot by firmware
 * @param initrd the initial RAM disk; null for none
 * @param commandLine the kernel's
 * @param drives its disks, in the order of their slots
 * @param snapshot whether what is written to the disks is thrown away at the end
 * @param realtime whether it runs no faster than the wall clock
 */
public record MachineOptions(
    int memoryBytes,
    Path saved,
    Path firmware,
    Path kernel,
    Path initrd,
    String commandLine,
    List<DriveOptions> drives,
    boolean snapshot,
    boolean realtime) {

  /** {@return the files that the machine is made of} */
  public List<Path> files() {
    return Stream.concat(
            Stream.of(saved, firmware, kernel, initrd).filter(Objects::nonNull),
            drives.stream().flatMap(drive -> drive.files().stream()))
        .toList();
  }
}
