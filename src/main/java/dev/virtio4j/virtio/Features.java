package dev.virtio4j.virtio;

/**
 * The feature bits that don't depend on the type of device (0.9.5, Appendix B), as masks. Bits 0 to
 * 23 are for the type.
 */
public final class Features {
  /** The device interrupts whenever it has used every available buffer, suppressed or not. */
  public static final int NOTIFY_ON_EMPTY = 1 << 24;

  /** Descriptors may point to tables of descriptors. */
  public static final int INDIRECT_DESC = 1 << 28;

  /** Each side says at which index it wants to be told: used_event and avail_event. */
  public static final int EVENT_IDX = 1 << 29;

  /**
   * Never to be accepted. A driver that does accepts whatever it is offered, without understanding
   * it, so nothing that it accepted counts (0.9.1, Appendix B; still offered by QEMU).
   */
  public static final int BAD_FEATURE = 1 << 30;

  private Features() {}
}
