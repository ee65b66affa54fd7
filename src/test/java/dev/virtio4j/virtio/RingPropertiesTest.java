package dev.virtio4j.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.EchoDevice;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.util.List;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The 16-bit indices of a ring, against a model that counts chains and never wraps. */
class RingPropertiesTest {
  private static final int N = EchoDevice.QUEUE_SIZE;
  private static final int WRAP = 0x10000;

  @Property
  @Label("an event is passed if its index is one of those that were used")
  void eventIsPassed(
      @ForAll @IntRange(max = 0xFFFF) int old,
      @ForAll @IntRange(max = 0xFFFF) int count,
      @ForAll @IntRange(min = -3, max = 3) int fromAnEnd,
      @ForAll boolean atTheEnd) {
    int event = (old + (atTheEnd ? count : 0) + fromAnEnd) & 0xFFFF;
    boolean used = false;
    for (int i = 0; i < count; i++) {
      used |= (old + i) % WRAP == event;
    }
    assertThat(Vring.passed(event, (old + count) % WRAP, old)).isEqualTo(used);
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  @Label("batches of any size, around 65536, are shown in the right entries and interrupt in time")
  void batches(
      @ForAll @IntRange(max = 30) int beforeWrap,
      @ForAll @Size(min = 1, max = 15) List<@IntRange(max = N) Integer> batches,
      @ForAll @IntRange(min = -10, max = 10) int usedEvent,
      @ForAll boolean eventIndex) {
    TestMemory memory = new TestMemory(2 << 20, true);
    LegacyDriver driver =
        new LegacyDriver(VirtioPciFunction.of(new EchoDevice(), memory, new ManualClock()), memory);
    DriverQueue queue = driver.start(eventIndex ? LegacyDriver.EVENT_IDX : 0);
    int[] heads = new int[N];
    for (int i = 0; i < N; i++) {
      heads[i] = queue.chain().readable(new byte[] {1}).direct();
    }
    queue.notifyDevice();
    int total = N;
    while (total < WRAP - beforeWrap) {
      total += use(queue, heads, total, Math.min(N, WRAP - beforeWrap - total));
    }
    driver.readIsr();
    int event = WRAP + usedEvent;
    queue.setUsedEvent(event % WRAP);

    for (int batch : batches) {
      use(queue, heads, total, batch);
      boolean interrupts = eventIndex ? total <= event && event < total + batch : batch > 0;
      total += batch;
      assertThat(queue.usedIndex()).isEqualTo(total % WRAP);
      for (int i = total - batch; i < total; i++) {
        assertThat(memory.load32(queue.used() + 4 + 8L * (i % N))).isEqualTo(heads[i * 3 % N]);
      }
      assertThat(driver.readIsr()).isEqualTo(interrupts ? 1 : 0);
      if (eventIndex) {
        assertThat(queue.availEvent()).isEqualTo(total % WRAP);
      }
    }
  }

  /** Makes some of the chains available again, in an order that shows which is where. */
  private static int use(DriverQueue queue, int[] heads, int total, int count) {
    for (int i = total; i < total + count; i++) {
      queue.makeAvailable(heads[i * 3 % N]);
    }
    queue.notifyDevice();
    return count;
  }
}
