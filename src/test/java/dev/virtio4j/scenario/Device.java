package dev.virtio4j.scenario;

/** A PCI function of a script's machine: {@code disk} or {@code host}. */
sealed interface Device permits Disk, Host {}
