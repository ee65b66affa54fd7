package dev.virtio4j.block;

/** What to do when the host could not read or write: rerror and werror, as QEMU calls them. */
public enum OnError {
  /** The guest is told. */
  REPORT,
  /** The request waits, and the machine stands still until somebody lets it go on. */
  STOP,
  /** The guest is told that nothing has happened. */
  IGNORE
}
