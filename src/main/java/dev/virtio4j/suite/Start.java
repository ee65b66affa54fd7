package dev.virtio4j.suite;

import java.nio.file.Path;

/** What a case begins with. */
public sealed interface Start {

  /**
   * Boots a Linux kernel.
   *
   * @param kernel a bzImage
   * @param initrd the initial RAM disk; null for none
   * @param append the kernel's command line
   */
  record Kernel(Path kernel, Path initrd, String append) implements Start {}

  /**
   * Boots from the drives.
   *
   * @param file a BIOS image
   */
  record Firmware(Path file) implements Start {}

  /**
   * Goes on where another case was at a checkpoint; that one may go on from another in its turn.
   *
   * @param caseId the whole id of a case of the suite
   * @param checkpoint the name of one of its {@link Step.Checkpoint} steps
   */
  record FromCheckpoint(String caseId, String checkpoint) implements Start {}
}
