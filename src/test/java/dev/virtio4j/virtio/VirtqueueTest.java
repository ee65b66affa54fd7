package dev.virtio4j.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.DriverQueue.Used;
import dev.virtio4j.testing.EchoDevice;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DIGEST \"Virtqueue\": a virtqueue")
class VirtqueueTest {
  private static final int N = EchoDevice.QUEUE_SIZE;
  private static final byte[] HELLO = "hello, ring".getBytes(StandardCharsets.US_ASCII);
  private static final int RAM = 4 << 20;

  private final LogCapture log = new LogCapture();
  private final TestMemory memory = new TestMemory(RAM, true);
  private final LegacyDriver driver =
      new LegacyDriver(VirtioPciFunction.of(new EchoDevice(), memory, new ManualClock()), memory);

  @AfterEach
  void closeLog() {
    log.close();
  }

  private static ChainBuilder hello(DriverQueue queue) {
    return queue.chain().readable(HELLO).writable(HELLO.length);
  }

  private static int use(DriverQueue queue, int count) {
    for (int i = 0; i < count; i++) {
      queue.chain().readable(HELLO).direct();
    }
    queue.notifyDevice();
    int reaped = 0;
    while (queue.reap() != null) {
      reaped++;
    }
    queue.freeBuffers();
    return reaped;
  }

  private void assertWorks(DriverQueue queue) {
    ChainBuilder chain = hello(queue);
    int head = chain.direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, HELLO.length));
    assertThat(chain.written()).isEqualTo(HELLO);
  }

  @Test
  @DisplayName("used.len is the number of bytes written, however much room there was")
  void usedLength() {
    DriverQueue queue = driver.start(0);
    int head = queue.chain().readable(HELLO).writable(1000).direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, HELLO.length));

    int unread = queue.chain().readable(HELLO).direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(unread, 0));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"direct", "indirect", "direct, then indirect"})
  @DisplayName("chains are direct, in an indirect table, or both; cut anywhere")
  void layouts(String layout) {
    DriverQueue queue = driver.start(LegacyDriver.INDIRECT_DESC);
    ChainBuilder chain = queue.chain().readable(HELLO, 1, 3).writable(HELLO.length, 2, 5, 1);
    int head =
        switch (layout) {
          case "direct" -> chain.direct();
          case "indirect" -> chain.indirect();
          default -> chain.mixed(4);
        };
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, HELLO.length));
    assertThat(chain.written()).isEqualTo(HELLO);
  }

  @Test
  @DisplayName("the WRITE flag of a descriptor that names an indirect table is ignored")
  void writeFlagOfIndirect() {
    DriverQueue queue = driver.start(LegacyDriver.INDIRECT_DESC);
    ChainBuilder chain = hello(queue);
    int head = chain.indirect();
    long flags = queue.table() + 16L * head + 12;
    memory.store16(flags, DriverQueue.INDIRECT | DriverQueue.WRITE);
    queue.notifyDevice();
    assertThat(chain.written()).isEqualTo(HELLO);
  }

  @Test
  @DisplayName("descriptors of no bytes are part of a chain, wherever they point")
  void zeroLength() {
    DriverQueue queue = driver.start(0);
    ChainBuilder chain =
        queue
            .chain()
            .raw(-1, 0, 0)
            .readable(HELLO)
            .raw(RAM, 0, DriverQueue.WRITE)
            .writable(HELLO.length)
            .raw(0, 0, DriverQueue.WRITE);
    int head = chain.direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, HELLO.length));
    assertThat(chain.written()).isEqualTo(HELLO);
  }

  @Test
  @DisplayName("indices wrap at 65536, whatever the size of the ring")
  void indicesWrap() {
    DriverQueue queue = driver.start(0);
    for (int i = 0; i < 65536 / N + 2; i++) {
      assertThat(use(queue, N)).isEqualTo(N);
    }
    assertThat(queue.usedIndex()).isEqualTo(2 * N);
    assertWorks(queue);
  }

  @Test
  @DisplayName("a full ring is served with one notification, and one interrupt")
  void fullRing() {
    DriverQueue queue = driver.start(0);
    for (int i = 0; i < N; i++) {
      queue.chain().readable(new byte[] {(byte) i}).direct();
    }
    assertThat(driver.line().rises()).isZero();
    queue.notifyDevice();
    assertThat(queue.usedIndex()).isEqualTo(N);
    assertThat(driver.line().rises()).isEqualTo(1);
  }

  @Test
  @DisplayName("chains that the device holds complete later, and in any order")
  void outOfOrder() {
    DriverQueue queue = driver.start(0);
    int held = queue.chain().readable(new byte[] {-1}).writable(1).direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isNull();
    assertThat(driver.line().isAsserted()).isFalse();

    int next = queue.chain().readable(new byte[] {1}).writable(1).direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(next, 1));
    assertThat(queue.reap()).isEqualTo(new Used(held, 1));
  }

  @Test
  @DisplayName("a chain that the device holds over a reset never reaches the next ring")
  void heldOverReset() {
    DriverQueue old = driver.start(0);
    old.chain().readable(new byte[] {-1}).writable(1).direct();
    old.notifyDevice();

    DriverQueue queue = driver.start(0);
    assertWorks(queue);
    assertThat(queue.usedIndex()).isEqualTo(1);
    assertThat(use(queue, N)).isEqualTo(N);
  }

  @Test
  @DisplayName("queues work on their own, and one out of use leaves the other alone")
  void severalQueues() {
    DriverQueue first = driver.start(0);
    DriverQueue second = driver.placeQueue(1);
    assertWorks(second);
    assertWorks(first);

    driver.out(LegacyDriver.QUEUE_ADDRESS, 4, 0);
    hello(second).direct();
    second.notifyDevice();
    assertThat(second.reap()).isNull();
    assertWorks(first);
    assertThat(driver.in(LegacyDriver.DEVICE_STATUS, 1)).isEqualTo(7);
    assertWorks(driver.placeQueue(1));
  }

  @Test
  @DisplayName("a notification of a queue that is not there, or has no address, does nothing")
  void notifyNothing() {
    driver.reset();
    for (int queue : new int[] {0, 1, 2, 255, 0xFFFF}) {
      driver.notifyQueue(queue);
    }
    assertThat(driver.line().rises()).isZero();
    assertThat(log.lines()).isEmpty();
  }

  @Test
  @DisplayName("a notification without available buffers does nothing")
  void notifyEmpty() {
    DriverQueue queue = driver.start(LegacyDriver.NOTIFY_ON_EMPTY);
    queue.notifyDevice();
    assertThat(driver.line().rises()).isZero();
  }

  @Test
  @DisplayName("NO_INTERRUPT: a driver that polls is not interrupted")
  void noInterrupt() {
    DriverQueue queue = driver.start(0);
    queue.suppressInterrupts(true);
    assertWorks(queue);
    assertThat(driver.line().rises()).isZero();
    assertThat(driver.readIsr()).isZero();

    queue.suppressInterrupts(false);
    assertWorks(queue);
    assertThat(driver.line().isAsserted()).isTrue();
    assertThat(driver.readIsr()).isEqualTo(1);
    assertThat(driver.line().isAsserted()).isFalse();
  }

  @Test
  @DisplayName("NOTIFY_ON_EMPTY: interrupts when all is used, suppressed or not")
  void notifyOnEmpty() {
    DriverQueue queue = driver.start(LegacyDriver.NOTIFY_ON_EMPTY);
    queue.suppressInterrupts(true);
    assertWorks(queue);
    assertThat(driver.line().isAsserted()).isTrue();
  }

  @Test
  @DisplayName("NOTIFY_ON_EMPTY: does not count while the device holds a chain")
  void notifyOnEmptyWhileHeld() {
    DriverQueue queue = driver.start(LegacyDriver.NOTIFY_ON_EMPTY);
    queue.suppressInterrupts(true);
    queue.chain().readable(new byte[] {1}).direct();
    queue.chain().readable(new byte[] {-1}).writable(1).direct();
    queue.notifyDevice();
    assertThat(queue.usedIndex()).isEqualTo(1);
    assertThat(driver.line().rises()).isZero();
  }

  @ParameterizedTest(name = "used_event {0}, used index from {1} by {2}: {3}")
  @CsvSource({
    "0, 0, 1, true",
    "1, 0, 1, false",
    "1, 0, 2, true",
    "1, 0, 3, true",
    "5, 3, 2, false",
    "5, 3, 3, true",
    "2, 3, 5, false",
    "65535, 65532, 4, true",
    "65535, 65532, 3, false",
    "0, 65532, 4, false",
    "0, 65532, 5, true",
    "1, 65534, 8, true",
  })
  @DisplayName("EVENT_IDX: interrupts when the used index passes used_event, also around 65536")
  void eventIndex(int usedEvent, int from, int count, boolean interrupts) {
    DriverQueue queue = driver.start(LegacyDriver.EVENT_IDX);
    queue.setUsedEvent(0x8000);
    for (int done = 0; done < from; ) {
      done += use(queue, Math.min(N, from - done));
    }
    driver.readIsr();
    queue.suppressInterrupts(true); // counts for nothing with EVENT_IDX
    queue.setUsedEvent(usedEvent);
    use(queue, count);
    assertThat(driver.line().isAsserted()).isEqualTo(interrupts);
  }

  @Test
  @DisplayName("EVENT_IDX: the device wants to be notified of the very next buffer")
  void availEvent() {
    DriverQueue queue = driver.start(LegacyDriver.EVENT_IDX);
    use(queue, 3);
    assertThat(queue.availEvent()).isEqualTo(3);
    use(queue, 2);
    assertThat(queue.availEvent()).isEqualTo(5);
  }

  @Test
  @DisplayName("EVENT_IDX: what was not accepted does not count, and avail_event is not written")
  void eventIndexNotAccepted() {
    DriverQueue queue = driver.start(0);
    queue.setUsedEvent(77);
    use(queue, 3);
    assertThat(driver.line().isAsserted()).isTrue();
    assertThat(queue.availEvent()).isZero();
  }

  @ParameterizedTest(name = "{0} ahead")
  @ValueSource(ints = {N + 1, 1000, 0x8000, 0xFFFF})
  @DisplayName("an available index of more than the ring holds breaks the ring, until a reset")
  void availableIndexTooFar(int ahead) {
    DriverQueue queue = driver.start(0);
    hello(queue).direct();
    memory.store16(queue.available() + 2, ahead);
    queue.notifyDevice();
    queue.notifyDevice();
    queue.notifyDevice();

    assertThat(queue.usedIndex()).isZero();
    assertThat(driver.line().rises()).isZero();
    assertThat(log.lines())
        .containsExactly(
            "echo queue 0: broken until reset, " + ahead + " buffers are available in a ring of 8");
    assertWorks(driver.start(0));
  }

  @Test
  @DisplayName(
      "an available entry that names no descriptor breaks the ring; what was used is shown")
  void headOutOfRange() {
    DriverQueue queue = driver.start(0);
    int head = hello(queue).direct();
    queue.makeAvailable(N);
    hello(queue).direct();
    queue.notifyDevice();

    assertThat(queue.reap()).isEqualTo(new Used(head, HELLO.length));
    assertThat(queue.reap()).isNull();
    assertThat(driver.line().isAsserted()).isTrue();
    assertThat(log.lines())
        .containsExactly(
            "echo queue 0: broken until reset, available entry 1 names descriptor 8 of 8");
    assertWorks(driver.start(0));
  }

  @ParameterizedTest(name = "page frame {0}")
  @CsvSource({"0x400", "0x100000", "0x80000000", "0xFFFFFFFF"})
  @DisplayName("a ring that is not in RAM breaks, until it is placed again")
  void ringNotInRam(String frame) {
    driver.start(0);
    driver.out(LegacyDriver.QUEUE_ADDRESS, 4, (int) (long) Long.decode(frame));
    driver.notifyQueue(0);
    assertThat(log.lines()).hasSize(1).first().asString().contains("broken", "not RAM");
    assertWorks(driver.placeQueue(0));
  }

  @Test
  @DisplayName("a used ring that is not in RAM breaks the ring; nothing is thrown")
  void usedRingNotInRam() {
    driver.start(0);
    int lastPage = (RAM >> 12) - 1; // descriptors and available ring fit, the used ring does not
    driver.out(LegacyDriver.QUEUE_ADDRESS, 4, lastPage);
    long available = RAM - 4096 + 16 * N;
    memory.store16(available + 2, 2);
    driver.notifyQueue(0);
    assertThat(log.lines()).hasSize(1).first().asString().contains("broken", "not RAM");
    assertThat(driver.line().rises()).isZero();
    assertWorks(driver.start(0));
  }

  /** A way to break a chain whose head and second descriptor are 0 and 1. */
  @SuppressWarnings("ImmutableEnumChecker") // the functions hold no state
  private enum Fault {
    // spotless:off
    NEXT_OUT_OF_RANGE     ("next field",        (q, m) -> q.writeDescriptor(q.table(), 1, 0x1000, 4, 1, N)),
    LOOP                  ("loop",              (q, m) -> q.writeDescriptor(q.table(), 1, 0x1000, 4, 1, 0)),
    LOOP_TO_ITSELF        ("loop",              (q, m) -> q.writeDescriptor(q.table(), 0, 0x1000, 4, 1, 0)),
    READABLE_LAST         ("device-readable",   (q, m) -> { q.writeDescriptor(q.table(), 0, 0x1000, 4, 3, 1);
                                                            q.writeDescriptor(q.table(), 1, 0x1000, 4, 0, 0); }),
    NESTED                ("indirect",          (q, m) -> { q.writeDescriptor(q.table(), 0, 0x1000, 16, 4, 0);
                                                            q.writeDescriptor(0x1000, 0, 0x1000, 16, 4, 0); }),
    INDIRECT_EMPTY        ("length",            (q, m) -> q.writeDescriptor(q.table(), 0, 0x1000, 0, 4, 0)),
    INDIRECT_ODD          ("length",            (q, m) -> q.writeDescriptor(q.table(), 0, 0x1000, 24, 4, 0)),
    INDIRECT_NOT_RAM      ("not in RAM",        (q, m) -> q.writeDescriptor(q.table(), 0, RAM, 16, 4, 0)),
    INDIRECT_ENDS_AT_RAM  ("not in RAM",        (q, m) -> { q.writeDescriptor(q.table(), 0, RAM - 16, 32, 4, 0);
                                                            q.writeDescriptor(RAM - 16, 0, 0x1000, 4, 1, 1); }),
    INDIRECT_WRAPS        ("not in RAM",        (q, m) -> q.writeDescriptor(q.table(), 0, -16, 32, 4, 0)),
    INDIRECT_NEXT         ("next field",        (q, m) -> { q.writeDescriptor(q.table(), 0, 0x1000, 16, 4, 0);
                                                            q.writeDescriptor(0x1000, 0, 0x2000, 4, 1, 1); }),
    INDIRECT_LOOP         ("loop",              (q, m) -> { q.writeDescriptor(q.table(), 0, 0x1000, 32, 4, 0);
                                                            q.writeDescriptor(0x1000, 0, 0x2000, 4, 1, 1);
                                                            q.writeDescriptor(0x1000, 1, 0x2000, 4, 1, 0); }),
    TOO_LONG              ("1024 descriptors",  (q, m) -> { q.writeDescriptor(q.table(), 0, 0x100000, 0xFFFF_FFF0L, 4, 0);
                                                            for (int i = 0; i < 2000; i++) {
                                                              q.writeDescriptor(0x100000, i, 0, 0, 1, i + 1); } });
    // spotless:on

    final String rule;
    final java.util.function.BiConsumer<DriverQueue, TestMemory> damage;

    Fault(String rule, java.util.function.BiConsumer<DriverQueue, TestMemory> damage) {
      this.rule = rule;
      this.damage = damage;
    }
  }

  @ParameterizedTest(name = "{0}")
  @org.junit.jupiter.params.provider.EnumSource
  @DisplayName("a chain that makes no sense is returned with length 0; the ring goes on")
  void badChain(Fault fault) {
    DriverQueue queue = driver.start(LegacyDriver.INDIRECT_DESC);
    int head = hello(queue).direct();
    fault.damage.accept(queue, memory);
    queue.notifyDevice();

    assertThat(queue.reap()).isEqualTo(new Used(head, 0));
    assertThat(driver.line().isAsserted()).isTrue();
    assertThat(log.lines())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("echo queue 0: chain 0 returned unused, ")
        .contains(fault.rule);
    queue.freeBuffers();
    assertWorks(queue);
  }

  @Test
  @DisplayName("a chain of 1024 descriptors in an indirect table is served")
  void longChain() {
    DriverQueue queue = driver.start(LegacyDriver.INDIRECT_DESC);
    byte[] content = new byte[512];
    new Random(3).nextBytes(content);
    int[] ones = new int[511];
    java.util.Arrays.fill(ones, 1);
    ChainBuilder chain = queue.chain().readable(content, ones).writable(512, ones);
    int head = chain.indirect();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, 512));
    assertThat(chain.written()).isEqualTo(content);
  }

  @Test
  @DisplayName("a guest can't flood the log")
  void logIsLimited() {
    for (int i = 0; i < 1000; i++) {
      DriverQueue queue = driver.start(0);
      memory.store16(queue.available() + 2, 1000);
      queue.notifyDevice();
    }
    assertThat(log.lines()).hasSizeBetween(1, 50);
  }

  @Test
  @DisplayName("data that the device writes over the rings does not make it run on")
  void writesOverItsOwnRing() {
    DriverQueue queue = driver.start(0);
    byte[] more = {0, 0, 5, 0, 0, 0, 0, 0, 0, 0};
    int head =
        queue
            .chain()
            .readable(more)
            .raw(queue.available(), more.length, DriverQueue.WRITE)
            .direct();
    queue.notifyDevice();
    assertThat(queue.reap()).isEqualTo(new Used(head, more.length));
    assertThat(queue.usedIndex()).isEqualTo(1);
  }
}
