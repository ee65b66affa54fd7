package dev.virtio4j.virtio.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.FaultPlan;
import dev.virtio4j.block.FaultyBackend;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.block.OnError;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.testing.ScsiDriver;
import dev.virtio4j.testing.ScsiDriver.Sent;
import dev.virtio4j.testing.States;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Commands in flight on a SCSI host")
class ScsiTasksTest {
  private static final int ABORT_TASK = 0;
  private static final int CLEAR_ACA = 2;
  private static final int I_T_NEXUS_RESET = 4;
  private static final int LOGICAL_UNIT_RESET = 5;
  private static final int QUERY_TASK = 6;
  private static final int QUERY_TASK_SET = 7;

  private static final long MILLISECOND = 1_000_000;
  private static final long DISK = ScsiDriver.address(0, 0);
  private static final String TEST_UNIT_READY = "000000000000";

  private final ScsiDriver driver = new ScsiDriver(ScsiOptions.DEFAULT);
  private final byte[] content = new byte[64 * 512];

  /** A disk that takes a millisecond for each command. */
  @BeforeEach
  void start() {
    attach(0, new MemoryBackend(content, false), MILLISECOND, OnError.REPORT);
    attach(1, new MemoryBackend(new byte[512], false), 0, OnError.REPORT);
    driver.start(ScsiDriver.ALL_FEATURES);
    greet(DISK);
    greet(ScsiDriver.address(1, 0));
  }

  private void attach(int target, BlockBackend backend, long latency, OnError onError) {
    DiskTiming timing = new DiskTiming(latency, 0, 0, 0, 0, 0, 0);
    driver.host.attach(
        target, 0, TestUnits.disk(backend), new UnitSettings(timing, onError, onError));
  }

  private void greet(long address) {
    driver.send(address, 0, ScsiDriver.SIMPLE, TEST_UNIT_READY, new byte[0], 0);
    driver.clock.advance(MILLISECOND);
    assertThat(driver.reap()).isNotEqualTo(-1);
    driver.requests.freeBuffers();
  }

  private Sent write(long tag, int attribute, int block, int value) {
    byte[] data = new byte[512];
    Arrays.fill(data, (byte) value);
    return driver.send(
        DISK, tag, attribute, "2A 00 000000%02X 00 0001 00".formatted(block), data, 0);
  }

  private List<Integer> returned() {
    List<Integer> heads = new ArrayList<>();
    for (int head = driver.reap(); head != -1; head = driver.reap()) {
      heads.add(head);
    }
    return heads;
  }

  @Test
  @DisplayName("come back when their time has come, with an interrupt")
  void latency() {
    Sent write = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    driver.clock.advance(MILLISECOND - 1);
    assertThat(returned()).isEmpty();
    driver.driver.readIsr();
    driver.clock.advance(1);
    assertThat(returned()).containsExactly(write.head());
    assertThat(driver.driver.readIsr()).isEqualTo(1);
    assertThat(content[0]).isEqualTo((byte) 0x11);
  }

  @Test
  @DisplayName("of another unit don't wait for them")
  void otherUnit() {
    write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent other =
        driver.send(
            ScsiDriver.address(1, 0), 2, ScsiDriver.SIMPLE, TEST_UNIT_READY, new byte[0], 0);
    assertThat(returned()).containsExactly(other.head());
  }

  @Test
  @DisplayName("are found by QUERY TASK and ended by ABORT TASK, by their tag, and write nothing")
  void abortTask() {
    Sent kept = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent aborted = write(2, ScsiDriver.SIMPLE, 1, 0x22);
    assertThat(driver.manage(QUERY_TASK, DISK, 2)).isEqualTo(ScsiDriver.FUNCTION_SUCCEEDED);
    assertThat(driver.manage(ABORT_TASK, DISK, 2)).isEqualTo(ScsiDriver.OK);
    assertThat(returned()).containsExactly(aborted.head());
    assertThat(aborted.response()).isEqualTo(ScsiDriver.ABORTED);
    assertThat(driver.manage(QUERY_TASK, DISK, 2)).isEqualTo(ScsiDriver.OK);
    assertThat(driver.manage(ABORT_TASK, DISK, 2)).isEqualTo(ScsiDriver.OK);
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(kept.head());
    assertThat(content[512]).isZero();
    assertThat(driver.host.counters(0, 0).aborted()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ABORT_TASK_SET,     1, 2, -",
    "CLEAR_TASK_SET,     3, 2, -",
    "I_T_NEXUS_RESET,    4, 4, 6/29/07",
    "LOGICAL_UNIT_RESET, 5, 4, 6/29/03"
  })
  @DisplayName("are ended all together, and the unit attention tells of a reset:")
  void abortAll(String name, int function, int response, String attention) {
    Sent first = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent second = write(2, ScsiDriver.ORDERED, 1, 0x22);
    Sent third = write(3, ScsiDriver.SIMPLE, 2, 0x33);
    assertThat(driver.manage(QUERY_TASK_SET, DISK, 0)).isEqualTo(ScsiDriver.FUNCTION_SUCCEEDED);
    assertThat(driver.manage(function, DISK, 0)).isEqualTo(ScsiDriver.OK);
    assertThat(returned()).containsExactly(first.head(), second.head(), third.head());
    assertThat(List.of(first.response(), second.response(), third.response()))
        .containsOnly(response);
    assertThat(driver.manage(QUERY_TASK_SET, DISK, 0)).isEqualTo(ScsiDriver.OK);
    Sent next = driver.send(DISK, 4, ScsiDriver.SIMPLE, TEST_UNIT_READY, new byte[0], 0);
    driver.clock.advance(MILLISECOND);
    assertThat(next.why()).isEqualTo(attention);
    assertThat(content).containsOnly(0);
  }

  @Test
  @DisplayName("are managed only where there is a unit, and by functions that there are")
  void wrongFunctions() {
    assertThat(driver.manage(CLEAR_ACA, DISK, 0)).isEqualTo(ScsiDriver.FUNCTION_REJECTED);
    assertThat(driver.manage(8, DISK, 0)).isEqualTo(ScsiDriver.FUNCTION_REJECTED);
    assertThat(driver.manage(QUERY_TASK, ScsiDriver.address(0, 1), 0))
        .isEqualTo(ScsiDriver.INCORRECT_LUN);
    assertThat(driver.manage(I_T_NEXUS_RESET, ScsiDriver.address(0, 1), 0))
        .isEqualTo(ScsiDriver.OK);
    assertThat(driver.manage(QUERY_TASK, ScsiDriver.address(2, 0), 0))
        .isEqualTo(ScsiDriver.BAD_TARGET);
    assertThat(driver.manage(LOGICAL_UNIT_RESET, 0, 0)).isEqualTo(ScsiDriver.BAD_TARGET);
  }

  @Test
  @DisplayName("keep SAM's order: an ordered one after all older ones and before all later ones")
  void ordered() {
    Sent first = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent ordered = write(2, ScsiDriver.ORDERED, 0, 0x22);
    Sent later = write(3, ScsiDriver.SIMPLE, 0, 0x33);
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(first.head());
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(ordered.head());
    assertThat(content[0]).isEqualTo((byte) 0x22);
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(later.head());
  }

  @Test
  @DisplayName("keep SAM's order: one at the head of the queue before all that have not begun")
  void headOfQueue() {
    Sent first = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent ordered = write(2, ScsiDriver.ORDERED, 0, 0x22);
    driver.clock.advance(MILLISECOND / 2);
    Sent head = write(3, ScsiDriver.HEAD, 0, 0x33);
    driver.clock.advance(MILLISECOND / 2);
    assertThat(returned()).containsExactly(first.head());
    driver.clock.advance(MILLISECOND / 2);
    assertThat(returned()).containsExactly(head.head());
    driver.clock.advance(MILLISECOND - 1);
    assertThat(returned()).isEmpty();
    driver.clock.advance(1);
    assertThat(returned()).containsExactly(ordered.head());
    assertThat(content[0]).isEqualTo((byte) 0x22);
  }

  @Test
  @DisplayName("begin when an ordered one before them is aborted")
  void abortedOrdered() {
    write(1, ScsiDriver.ORDERED, 0, 0x11);
    Sent later = write(2, ScsiDriver.SIMPLE, 0, 0x22);
    driver.manage(ABORT_TASK, DISK, 1);
    returned();
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(later.head());
  }

  @Test
  @DisplayName("come back once each when their unit is taken away")
  void removed() {
    Sent first = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent second = write(2, ScsiDriver.ORDERED, 1, 0x22);
    driver.host.detach(0, 0);
    assertThat(returned()).containsExactly(first.head(), second.head());
    assertThat(first.response()).isEqualTo(ScsiDriver.TRANSPORT_FAILURE);
    assertThat(second.response()).isEqualTo(ScsiDriver.TRANSPORT_FAILURE);
    driver.clock.advance(10 * MILLISECOND);
    assertThat(returned()).isEmpty();
    assertThat(content).containsOnly(0);
  }

  @Test
  @DisplayName("are forgotten when the driver resets the device")
  void deviceReset() {
    write(1, ScsiDriver.SIMPLE, 0, 0x11);
    driver.start(ScsiDriver.ALL_FEATURES);
    driver.clock.advance(10 * MILLISECOND);
    assertThat(returned()).isEmpty();
    assertThat(content).containsOnly(0);
  }

  @Test
  @DisplayName("wait while the host's error makes the machine stand still, and then go on")
  void stop() throws IOException {
    List<String> stops = new ArrayList<>();
    driver.host.onStop(stops::add);
    attach(
        2,
        new FaultyBackend(
            new MemoryBackend(new byte[512], false), FaultPlan.parse("read:EIO:count=1")),
        0,
        OnError.STOP);
    driver.in(2, 0, TEST_UNIT_READY, 0);
    Sent read =
        driver.send(
            ScsiDriver.address(2, 0),
            1,
            ScsiDriver.SIMPLE,
            "28 00 00000000 00 0001 00",
            new byte[0],
            512);
    assertThat(returned()).isEmpty();
    assertThat(stops).singleElement().asString().startsWith("target 2, LUN 0: Input/output error");
    driver.host.resume();
    assertThat(returned()).containsExactly(read.head());
    assertThat(read.response()).isEqualTo(ScsiDriver.OK);
    assertThat(read.status()).isZero();
    assertThat(read.data()).containsOnly(0);
  }

  @ParameterizedTest(name = "{0}: response {1}, status {2}, {3}")
  @CsvSource({
    "EIO,       0, 2, 3/11/00",
    "EBUSY,     5, 0, -",
    "ENOLINK,   6, 0, -",
    "EREMOTEIO, 7, 0, -",
    "EBADE,     8, 0, -"
  })
  @DisplayName("tell what kind of error the host had:")
  void hostErrors(String error, int response, int status, String why) {
    attach(
        2,
        new FaultyBackend(
            new MemoryBackend(new byte[512], false), FaultPlan.parse("read:" + error)),
        0,
        OnError.REPORT);
    driver.in(2, 0, TEST_UNIT_READY, 0);
    Sent read = driver.in(2, 0, "28 00 00000000 00 0001 00", 512);
    assertThat(read.response()).isEqualTo(response);
    assertThat(read.status()).isEqualTo(status);
    assertThat(read.why()).isEqualTo(why);
  }

  @Test
  @DisplayName("survive saving and restoring, with buffers for events and what was subscribed")
  void saved() throws IOException {
    Sent first = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    Sent ordered = write(2, ScsiDriver.ORDERED, 0, 0x22);
    driver.giveEventBuffer(16);
    driver.clock.advance(MILLISECOND / 2);
    byte[] state = States.save(driver.host);
    States.load(state, driver.host);
    assertThat(States.save(driver.host)).isEqualTo(state);
    assertThat(driver.manage(QUERY_TASK, DISK, 2)).isEqualTo(ScsiDriver.FUNCTION_SUCCEEDED);
    driver.clock.advance(MILLISECOND / 2);
    assertThat(returned()).containsExactly(first.head());
    driver.clock.advance(MILLISECOND);
    assertThat(returned()).containsExactly(ordered.head());
    assertThat(content[0]).isEqualTo((byte) 0x22);
    driver.host.detach(1, 0);
    assertThat(driver.events.reap()).isNotNull();
  }

  @Test
  @DisplayName("to a number without a unit survive that, too, while the machine stands still")
  void savedWithoutUnit() throws IOException {
    attach(
        2,
        new FaultyBackend(
            new MemoryBackend(new byte[512], false), FaultPlan.parse("read:EIO:count=1")),
        0,
        OnError.STOP);
    driver.in(2, 0, TEST_UNIT_READY, 0);
    Sent read = command(ScsiDriver.address(2, 0), "28 00 00000000 00 0001 00", 512);
    Sent lost = command(ScsiDriver.address(2, 9), TEST_UNIT_READY, 0);
    assertThat(returned()).isEmpty();
    States.load(States.save(driver.host), driver.host);
    driver.clock.advance(1);
    assertThat(returned()).containsExactly(read.head(), lost.head());
    assertThat(read.status()).isZero();
    assertThat(lost.why()).isEqualTo("5/25/00");
  }

  @Test
  @DisplayName("leave their buffers as they are when the driver resets the device")
  void buffersAfterReset() {
    Sent write = write(1, ScsiDriver.SIMPLE, 0, 0x11);
    driver.start(ScsiDriver.ALL_FEATURES);
    driver.clock.advance(MILLISECOND);
    assertThat(write.raw()).containsOnly(0xEE);
    assertThat(content).containsOnly(0);
  }

  private Sent command(long address, String cdb, int in) {
    return driver.send(address, 1, ScsiDriver.SIMPLE, cdb, new byte[0], in);
  }
}
