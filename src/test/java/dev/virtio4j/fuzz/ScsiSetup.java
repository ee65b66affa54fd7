package dev.virtio4j.fuzz;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.scsi.ScsiOptions;

/**
 * Which SCSI host the fuzzer drives.
 *
 * @param options of the host
 * @param views whether guest memory gives windows
 * @param settings of its units
 */
record ScsiSetup(ScsiOptions options, boolean views, UnitSettings settings) {
  private static final int[] QUEUE_SIZES = {16, 4, 64, 256};

  private static final SpecProfile[] SPECS = {
    SpecProfile.DEFAULT, SpecProfile.V0_9_5, SpecProfile.DRAFT_2011_11, SpecProfile.DRAFT_2011_04
  };

  /** None; a latency; slow writes, which reads overtake; a slow disk. */
  private static final DiskTiming[] TIMINGS = {
    DiskTiming.NONE,
    new DiskTiming(1000, 0, 0, 0, 0, 0, 0),
    new DiskTiming(500, 0, 0, 500_000_000, 0, 10_000_000, 500_000),
    new DiskTiming(0, 1_000_000_000, 250_000_000, 0, 2_000_000, 0, 0)
  };

  private static final OnError[] POLICIES = {
    OnError.REPORT, OnError.STOP, OnError.IGNORE, OnError.REPORT
  };

  /** Decodes the first bytes of an input. */
  static ScsiSetup of(int host, int units) {
    return new ScsiSetup(
        new ScsiOptions(1 + (host >> 4 & 1), QUEUE_SIZES[host & 3], SPECS[host >> 2 & 3]),
        (host & 32) == 0,
        new UnitSettings(TIMINGS[units & 3], POLICIES[units >> 2 & 3], POLICIES[units >> 4 & 3]));
  }

  boolean isFirstDraft() {
    return options.spec() == SpecProfile.DRAFT_2011_04;
  }

  boolean isSecondDraft() {
    return options.spec() == SpecProfile.DRAFT_2011_11;
  }

  /** The first queue for commands: the control and the event queue are before it. */
  int firstRequestQueue() {
    return isFirstDraft() ? 0 : 2;
  }

  int queues() {
    return firstRequestQueue() + options.queues();
  }
}
