package dev.virtio4j.suite;

/** The emulator that a case runs on. */
public enum Host {
  /** The reference PC. */
  REFERENCE("reference"),
  /** JPC. */
  JPC("jpc");

  private final String id;

  Host(String id) {
    this.id = id;
  }

  /** {@return what a suite calls it} */
  public String id() {
    return id;
  }
}
