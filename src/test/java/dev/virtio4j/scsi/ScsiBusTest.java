package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.ManualClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A SCSI bus")
class ScsiBusTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int MOST_TASKS = 4096;
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";

  private final ManualClock clock = new ManualClock();
  private final List<String> ended = new ArrayList<>();
  private final DiskUnit unit = TestDisk.of(1 << 20).unit();
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

  /** A front end with data for the unit, or without; notes how its task ended. */
  private final class Front implements Carrier {
    private final Task task = new Task();
    private final ByteBuffer out;
    private TaskEnd end;

    Front(long tag, TaskAttribute attribute, String cdb, byte... data) {
      out = ByteBuffer.wrap(data);
      byte[] bytes = HexFormat.of().parseHex(cdb.replace(" ", ""));
      System.arraycopy(bytes, 0, task.cdb(), 0, bytes.length);
      task.begin(tag, attribute, bytes.length, this);
      bus.submit(task, 0, 0);
    }

    @Override
    public void ended(TaskEnd why) {
      end = why;
      ended.add(task.tag + " " + why + " " + task.status());
    }

    @Override
    public void rewind() {
      out.rewind();
    }

    @Override
    public void save(StateWriter to) {}

    @Override
    public long outRemaining() {
      return out.remaining();
    }

    @Override
    public ByteBuffer nextOut(long limit) {
      ByteBuffer piece = out.slice(out.position(), (int) limit);
      out.position(out.position() + (int) limit);
      return piece;
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
    bus.attach(0, 0, unit, new UnitSettings(timing, OnError.REPORT, OnError.REPORT));
    finished(TEST_UNIT_READY); // past the unit attention
    ended.clear();
  }

  private void testUnitReady(long tag, TaskAttribute attribute) {
    new Front(tag, attribute, TEST_UNIT_READY);
  }

  private Task finished(String cdb, byte... data) {
    Front front = new Front(0, TaskAttribute.SIMPLE, cdb, data);
    clock.advance(MILLISECOND);
    assertThat(front.end).isEqualTo(TaskEnd.COMPLETE);
    return front.task;
  }

  @Test
  @DisplayName("has at most 4096 tasks in flight; more come back at once with TASK SET FULL")
  void taskSetFull() {
    for (int i = 0; i < MOST_TASKS; i++) {
      testUnitReady(i, TaskAttribute.ORDERED);
    }
    assertThat(ended).isEmpty();
    testUnitReady(MOST_TASKS, TaskAttribute.HEAD_OF_QUEUE);
    assertThat(ended).containsExactly("4096 COMPLETE TASK_SET_FULL");
    clock.advance(MOST_TASKS * MILLISECOND);
    assertThat(ended).hasSize(MOST_TASKS + 1).endsWith("4095 COMPLETE GOOD");
  }

  @Test
  @DisplayName("lets no task begin that is aborted together with those it waited for")
  void abortedTogether() {
    for (int i = 0; i < 100; i++) {
      testUnitReady(i, TaskAttribute.ORDERED);
    }
    assertThat(bus.manage(TaskManagement.ABORT_TASK_SET, 0, 0, 0))
        .isEqualTo(TaskManagement.Response.FUNCTION_COMPLETE);
    assertThat(ended).hasSize(100).startsWith("0 ABORTED GOOD").endsWith("99 ABORTED GOOD");
    clock.advance(200 * MILLISECOND);
    assertThat(ended).hasSize(100);
  }

  @Test
  @DisplayName("PREEMPT AND ABORT of its initiator ends its tasks in flight, which do nothing then")
  void preemptAndAbort() {
    finished("5F 06 00 0000 00000018 00", PersistentReserve.list(0, 0x11, 0));
    Initiator other = new Initiator(unit);
    PersistentReserve.register(other, 0x22);

    byte[] ones = new byte[512];
    Arrays.fill(ones, (byte) 1);
    Front write = new Front(1, TaskAttribute.SIMPLE, "2A 00 00000000 00 0001 00", ones);
    assertThat(write.end).isNull();
    PersistentReserve.out(other, PersistentReserve.PREEMPT_AND_ABORT, 0, 0x22, 0x11);
    assertThat(write.end).isEqualTo(TaskEnd.ABORTED);
    clock.advance(MILLISECOND);
    assertThat(other.run("28 00 00000000 00 0001 00").data()).containsOnly(0);

    assertThat(finished(TEST_UNIT_READY).sense()[12]).isEqualTo((byte) 0x2A);
    assertThat(finished(TEST_UNIT_READY).sense()[12]).isEqualTo((byte) 0x2F);
  }
}
