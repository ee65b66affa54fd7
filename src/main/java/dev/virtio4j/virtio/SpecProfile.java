package dev.virtio4j.virtio;

/**
 * The text that a device goes by. Old guests were written against different ones; a device offers
 * the features and request types of its text, and no others.
 */
public enum SpecProfile {
  /** Virtio PCI Card Specification 0.8.9. */
  V0_8_9("0.8.9", Features.NOTIFY_ON_EMPTY | Features.INDIRECT_DESC),

  /** The first draft of the SCSI host, April 2011; of no other device. */
  DRAFT_2011_04("2011-04", V0_8_9.ringFeatures),

  /** The second draft of the SCSI host, November 2011; of no other device. Adds EVENT_IDX. */
  DRAFT_2011_11("2011-11", V0_8_9.ringFeatures | Features.EVENT_IDX),

  /** Virtio PCI Card Specification 0.9.4. */
  V0_9_4("0.9.4", DRAFT_2011_11.ringFeatures),

  /** Virtio PCI Card Specification 0.9.5. */
  V0_9_5("0.9.5", V0_9_4.ringFeatures),

  /** All that guests use on legacy devices, later additions included. */
  DEFAULT("default", V0_9_5.ringFeatures | Features.BAD_FEATURE);

  private final String id;
  private final int ringFeatures;

  SpecProfile(String id, int ringFeatures) {
    this.id = id;
    this.ringFeatures = ringFeatures;
  }

  /**
   * What users call it.
   *
   * @return "0.8.9", "2011-04", "2011-11", "0.9.4", "0.9.5" or "default"
   */
  public String id() {
    return id;
  }

  /**
   * Whether the text is a draft that has the SCSI host only.
   *
   * @return true for those of 2011
   */
  public boolean isScsiDraft() {
    return this == DRAFT_2011_04 || this == DRAFT_2011_11;
  }

  /**
   * Whether what a text added is in this one.
   *
   * @param text where it came in
   * @return true if this is that text or a later one
   */
  public boolean has(SpecProfile text) {
    return compareTo(text) >= 0;
  }

  int ringFeatures() {
    return ringFeatures;
  }
}
