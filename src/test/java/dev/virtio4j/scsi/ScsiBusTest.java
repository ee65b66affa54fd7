package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.ManualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A SCSI bus")
class ScsiBusTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int MOST_TASKS = 4096;

  private final ManualClock clock = new ManualClock();
  private final List<String> ended = new ArrayList<>();
  private final ScsiBus bus =
      new ScsiBus(
          new ScsiBus.Listener() {
            @Override
            public void parametersChanged(int target, int lun, UnitAttention attention) {}

            @Override
            public void asynchronousEvent(int target, int lun, int eventClasses) {}

            @Override
            public void stopped(String why) {}
          });

  /** A front end without data, which notes how its task ended. */
  private final class Front implements Carrier {
    private final Task task = new Task();
    private final long tag;

    Front(long tag) {
      this.tag = tag;
    }

    /** Sends TEST UNIT READY. */
    void send(TaskAttribute attribute) {
      task.begin(tag, attribute, 6, this);
      bus.submit(task, 0, 0);
    }

    @Override
    public void ended(TaskEnd end) {
      ended.add(tag + " " + end + " " + task.status());
    }

    @Override
    public void rewind() {}

    @Override
    public void save(StateWriter out) {}

    @Override
    public long outRemaining() {
      return 0;
    }

    @Override
    public ByteBuffer nextOut(long limit) {
      throw new AssertionError("there is nothing to take");
    }

    @Override
    public long inRemaining() {
      return 0;
    }

    @Override
    public ByteBuffer nextIn(long limit) {
      throw new AssertionError("there is no room");
    }

    @Override
    public void commitIn() {}
  }

  @BeforeEach
  void attachSlowDisk() {
    DiskTiming timing = new DiskTiming(MILLISECOND, 0, 0, 0, 0, 0, 0);
    bus.connect(clock, () -> {});
    bus.attach(
        0,
        0,
        TestDisk.of(1 << 20).unit(),
        new UnitSettings(timing, OnError.REPORT, OnError.REPORT));
    new Front(0).send(TaskAttribute.SIMPLE); // past the unit attention
    clock.advance(MILLISECOND);
    ended.clear();
  }

  @Test
  @DisplayName("has at most 4096 tasks in flight; more come back at once with TASK SET FULL")
  void taskSetFull() {
    for (int i = 0; i < MOST_TASKS; i++) {
      new Front(i).send(TaskAttribute.ORDERED);
    }
    assertThat(ended).isEmpty();
    new Front(MOST_TASKS).send(TaskAttribute.HEAD_OF_QUEUE);
    assertThat(ended).containsExactly("4096 COMPLETE TASK_SET_FULL");
    clock.advance(MOST_TASKS * MILLISECOND);
    assertThat(ended).hasSize(MOST_TASKS + 1).endsWith("4095 COMPLETE GOOD");
  }

  @Test
  @DisplayName("lets no task begin that is aborted together with those it waited for")
  void abortedTogether() {
    for (int i = 0; i < 100; i++) {
      new Front(i).send(TaskAttribute.ORDERED);
    }
    assertThat(bus.manage(TaskManagement.ABORT_TASK_SET, 0, 0, 0))
        .isEqualTo(TaskManagement.Response.FUNCTION_COMPLETE);
    assertThat(ended).hasSize(100).startsWith("0 ABORTED GOOD").endsWith("99 ABORTED GOOD");
    clock.advance(200 * MILLISECOND);
    assertThat(ended).hasSize(100);
  }
}
