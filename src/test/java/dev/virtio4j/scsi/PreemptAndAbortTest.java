package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.OnError;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.ManualClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("PREEMPT AND ABORT of the initiator of a bus")
class PreemptAndAbortTest {
  private static final int LATENCY_NANOS = 1_000_000;

  private final ManualClock clock = new ManualClock();
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

  /** A command of the initiator of the bus. */
  private final class Sent implements Carrier {
    final Task task = new Task();
    private final ByteBuffer out;
    TaskEnd end;

    Sent(String cdb, byte[] data) {
      out = ByteBuffer.wrap(data);
      byte[] bytes = HexFormat.of().parseHex(cdb.replace(" ", ""));
      System.arraycopy(bytes, 0, task.cdb(), 0, bytes.length);
      task.begin(1, TaskAttribute.SIMPLE, bytes.length, this);
      bus.submit(task, 0, 0);
    }

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
      throw new AssertionError("nothing is read");
    }

    @Override
    public void commitIn() {}

    @Override
    public void rewind() {
      out.rewind();
    }

    @Override
    public void ended(TaskEnd why) {
      end = why;
    }

    @Override
    public void save(StateWriter to) {}
  }

  private Sent finished(String cdb, byte[] data) {
    Sent sent = new Sent(cdb, data);
    clock.advance(LATENCY_NANOS);
    assertThat(sent.end).isEqualTo(TaskEnd.COMPLETE);
    return sent;
  }

  @Test
  @DisplayName("ends its tasks in flight, which then have done nothing")
  void aborts() {
    bus.connect(clock, () -> {});
    DiskTiming slow = new DiskTiming(LATENCY_NANOS, 0, 0, 0, 0, 0, 0);
    bus.attach(0, 0, unit, new UnitSettings(slow, OnError.REPORT, OnError.REPORT));
    finished("00 00 00 00 00 00", new byte[0]);
    finished("5F 06 00 0000 00000018 00", PersistentReserve.list(0, 0x11, 0));
    Initiator other = new Initiator(unit);
    PersistentReserve.register(other, 0x22);

    byte[] ones = new byte[512];
    Arrays.fill(ones, (byte) 1);
    Sent write = new Sent("2A 00 00000000 00 0001 00", ones);
    assertThat(write.end).isNull();
    PersistentReserve.out(other, PersistentReserve.PREEMPT_AND_ABORT, 0, 0x22, 0x11);
    assertThat(write.end).isEqualTo(TaskEnd.ABORTED);
    clock.advance(LATENCY_NANOS);
    assertThat(other.run("28 00 00000000 00 0001 00").data()).containsOnly(0);

    Sent told = finished("00 00 00 00 00 00", new byte[0]);
    assertThat(told.task.sense()[12]).isEqualTo((byte) 0x2A);
    assertThat(finished("00 00 00 00 00 00", new byte[0]).task.sense()[12]).isEqualTo((byte) 0x2F);
  }
}
