package dev.virtio4j.virtio.pci;

import static dev.virtio4j.testing.LegacyDriver.DEVICE_FEATURES;
import static dev.virtio4j.testing.LegacyDriver.DEVICE_STATUS;
import static dev.virtio4j.testing.LegacyDriver.GUEST_FEATURES;
import static dev.virtio4j.testing.LegacyDriver.ISR;
import static dev.virtio4j.testing.LegacyDriver.QUEUE_ADDRESS;
import static dev.virtio4j.testing.LegacyDriver.QUEUE_NOTIFY;
import static dev.virtio4j.testing.LegacyDriver.QUEUE_SELECT;
import static dev.virtio4j.testing.LegacyDriver.QUEUE_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.EchoDevice;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.testing.TestMemory;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.Virtqueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("DIGEST \"I/O BAR\": the legacy header")
class LegacyHeaderTest {
  private static final int OFFERED = 0x71000001;

  private final TestMemory memory = new TestMemory(4 << 20, true);
  private final EchoDevice device = new EchoDevice();
  private final PciFunction function = VirtioPciFunction.of(device, memory, new ManualClock());
  private final LegacyDriver driver = new LegacyDriver(function, memory);

  @Test
  @DisplayName("DIGEST \"Identity\": 1AF4:1001, subsystem 1AF4:2, revision 0, no IDE class, INTA")
  void identity() {
    assertThat(function.readConfig(0x00, 4)).isEqualTo(0x10011AF4);
    assertThat(function.readConfig(0x08, 4)).isEqualTo(0x01000000);
    assertThat(function.readConfig(0x2C, 4)).isEqualTo(0x00021AF4);
    assertThat(function.readConfig(0x3D, 1)).isEqualTo(1);
  }

  @Test
  @DisplayName("BAR 0 is a power of two that holds header and configuration")
  void barSize() {
    assertThat(function.ioSize()).isEqualTo(32);
  }

  @Test
  @DisplayName("offers the features of the device and of the ring")
  void offers() {
    assertThat(driver.in(DEVICE_FEATURES, 4)).isEqualTo(OFFERED);
    driver.out(DEVICE_FEATURES, 4, 0);
    assertThat(driver.in(DEVICE_FEATURES, 4)).isEqualTo(OFFERED);
  }

  @Test
  @DisplayName("a guest that never writes its features accepts none")
  void noFeatures() {
    assertThat(driver.in(GUEST_FEATURES, 4)).isZero();
    assertThat(device.acceptedFeatures()).isZero();
  }

  @Test
  @DisplayName("what was not offered can't be accepted")
  void acceptsOffered() {
    driver.out(GUEST_FEATURES, 4, 0x30FFFFFF);
    assertThat(driver.in(GUEST_FEATURES, 4)).isEqualTo(0x31000001 & 0x30FFFFFF);
  }

  @Test
  @DisplayName("a guest that accepts BAD_FEATURE accepts nothing")
  void badFeature() {
    driver.out(GUEST_FEATURES, 4, -1);
    assertThat(driver.in(GUEST_FEATURES, 4)).isZero();
  }

  @Test
  @DisplayName("queue size and address are those of the selected queue, 0 of one that is not there")
  void queueSelect() {
    driver.out(QUEUE_SELECT, 2, 1);
    assertThat(driver.in(QUEUE_SELECT, 2)).isEqualTo(1);
    assertThat(driver.in(QUEUE_SIZE, 2)).isEqualTo(EchoDevice.QUEUE_SIZE);
    assertThat(driver.in(QUEUE_ADDRESS, 4)).isZero();
    driver.out(QUEUE_ADDRESS, 4, 0x123);
    assertThat(driver.in(QUEUE_ADDRESS, 4)).isEqualTo(0x123);

    driver.out(QUEUE_SELECT, 2, 0);
    assertThat(driver.in(QUEUE_ADDRESS, 4)).isZero();
    for (int missing : new int[] {2, 0xFFFF}) {
      driver.out(QUEUE_SELECT, 2, missing);
      driver.out(QUEUE_ADDRESS, 4, 0x123);
      assertThat(driver.in(QUEUE_SIZE, 2)).isZero();
      assertThat(driver.in(QUEUE_ADDRESS, 4)).isZero();
    }
  }

  @Test
  @DisplayName("queue size can't be written")
  void queueSize() {
    driver.out(QUEUE_SIZE, 2, 4);
    assertThat(driver.in(QUEUE_SIZE, 2)).isEqualTo(EchoDevice.QUEUE_SIZE);
  }

  @Test
  @DisplayName(
      "a queue is served from the moment it has an address, whatever the status, "
          + "and without bus mastering")
  void beforeDriverOk() {
    DriverQueue queue = driver.placeQueue(0);
    queue.chain().readable(new byte[] {5}).writable(1).direct();
    queue.notifyDevice();
    assertThat(queue.usedIndex()).isEqualTo(1);
    assertThat(function.readConfig(4, 2) & 4).as("bus master enable").isZero();
  }

  @Test
  @DisplayName("features may come after the queues")
  void featuresLate() {
    DriverQueue queue = driver.placeQueue(0);
    driver.out(GUEST_FEATURES, 4, LegacyDriver.EVENT_IDX);
    queue.setUsedEvent(1);
    queue.chain().readable(new byte[] {5}).direct();
    queue.notifyDevice();
    assertThat(driver.line().isAsserted()).isFalse();
    assertThat(queue.availEvent()).isEqualTo(1);
  }

  @Test
  @DisplayName("reading the ISR clears it and lowers the line; nothing else does")
  void isr() {
    DriverQueue queue = driver.start(0);
    queue.chain().readable(new byte[] {5}).direct();
    queue.notifyDevice();
    assertThat(driver.line().isAsserted()).isTrue();
    assertThat(function.readConfig(6, 2)).as("status register").isEqualTo(8);
    assertThat(driver.in(DEVICE_STATUS, 2)).isEqualTo(7);
    driver.out(ISR, 1, 0);
    assertThat(driver.line().isAsserted()).isTrue();

    assertThat(driver.in(ISR, 1)).isEqualTo(1);
    assertThat(driver.line().isAsserted()).isFalse();
    assertThat(function.readConfig(6, 2)).isZero();
    assertThat(driver.in(ISR, 1)).isZero();
  }

  @Test
  @DisplayName("status 0 resets the device: features, queues, selection, interrupt")
  void statusZero() {
    DriverQueue queue = driver.start(OFFERED & ~(1 << 30));
    queue.chain().readable(new byte[] {5}).direct();
    queue.notifyDevice();
    driver.out(QUEUE_SELECT, 2, 1);
    driver.out(QUEUE_ADDRESS, 4, 0x123);
    assertThat(driver.line().isAsserted()).isTrue();
    driver.out(DEVICE_STATUS, 1, 0);

    assertReset();
    assertThat(function.ioBase()).as("the BAR is no part of the device").isNotEqualTo(-1);
  }

  @Test
  @DisplayName("a reset of the bus resets the device and the configuration header")
  void busReset() {
    DriverQueue queue = driver.start(LegacyDriver.EVENT_IDX);
    queue.chain().readable(new byte[] {5}).direct();
    queue.notifyDevice();
    assertThat(driver.line().isAsserted()).isTrue();
    function.reset();
    assertThat(driver.line().isAsserted()).isFalse();
    assertThat(function.ioBase()).isEqualTo(-1);

    driver.placeBar();
    assertReset();
  }

  private void assertReset() {
    assertThat(driver.line().isAsserted()).isFalse();
    assertThat(driver.in(ISR, 1)).isZero();
    assertThat(driver.in(DEVICE_STATUS, 1)).isZero();
    assertThat(driver.in(GUEST_FEATURES, 4)).isZero();
    assertThat(driver.in(QUEUE_SELECT, 2)).isZero();
    for (int queue = 0; queue < 2; queue++) {
      driver.out(QUEUE_SELECT, 2, queue);
      assertThat(driver.in(QUEUE_ADDRESS, 4)).isZero();
    }
  }

  /** Answers of QEMU 7.2 to reads of its own function, with the values of this device put in. */
  @ParameterizedTest(name = "offset {0}: {1} {2} {3}")
  @CsvSource({
    "0,  01, 0001, 71000001",
    "1,  FF, FFFF, 00FFFFFF",
    "2,  FF, FFFF, 0000FFFF",
    "3,  FF, 00FF, FF0000FF",
    "7,  FF, 00FF, FF0000FF",
    "9,  FF, FFFF, 08FFFFFF",
    "10, FF, FFFF, 0008FFFF",
    "11, FF, 08FF, 000008FF",
    "12, 08, 0008, 00000008",
    "13, FF, 00FF, FF0000FF",
    "14, 00, 0000, FFFF0000",
    "16, FF, FFFF, FFFFFFFF",
    "17, FF, 00FF, 010000FF",
    "18, 00, 0000, 02010000",
    "19, 00, 0100, 03020100",
    "20, 01, 0201, 04030201",
    "21, 02, 0302, FF040302",
    "22, 03, 0403, FFFF0403",
    "23, 04, FF04, FFFFFF04",
    "24, FF, FFFF, FFFFFFFF",
    "31, FF, FFFF, FFFFFFFF",
  })
  @DisplayName("reads of any width at any offset answer as on QEMU")
  void anyRead(int offset, String one, String two, String four) {
    assertThat(driver.in(offset, 1)).isEqualTo(Integer.parseUnsignedInt(one, 16));
    assertThat(driver.in(offset, 2)).isEqualTo(Integer.parseUnsignedInt(two, 16));
    assertThat(driver.in(offset, 4)).isEqualTo(Integer.parseUnsignedInt(four, 16));
  }

  @Test
  @DisplayName("narrow, wide and unaligned writes reach the registers that they reach on QEMU")
  void anyWrite() {
    driver.out(QUEUE_ADDRESS, 4, 0x12345678);
    driver.out(QUEUE_ADDRESS + 1, 1, 0x99);
    assertThat(driver.in(QUEUE_ADDRESS, 4)).isEqualTo(0x12345678);
    driver.out(QUEUE_ADDRESS, 1, 0x77);
    assertThat(driver.in(QUEUE_ADDRESS, 4)).isEqualTo(0x77);

    driver.out(QUEUE_SIZE, 4, 0x00010000);
    assertThat(driver.in(QUEUE_SELECT, 2)).as("an aligned access reaches one register").isZero();
    driver.out(QUEUE_SIZE + 1, 4, 0x00000100);
    assertThat(driver.in(QUEUE_SELECT, 2)).as("others fall apart").isEqualTo(1);
    driver.out(DEVICE_STATUS, 2, 0x0103);
    assertThat(driver.in(DEVICE_STATUS, 1)).isEqualTo(3);
    driver.out(DEVICE_STATUS, 4, 0);
    assertThat(driver.in(DEVICE_STATUS, 1)).isZero();
  }

  @Test
  @DisplayName("one unaligned write can select a queue and notify")
  void selectAndNotify() {
    DriverQueue queue = driver.start(0);
    queue.chain().readable(new byte[] {5}).direct();
    driver.out(QUEUE_SELECT, 4, 1);
    assertThat(driver.in(QUEUE_SELECT, 2)).isEqualTo(1);
    assertThat(queue.usedIndex()).isEqualTo(1);
    assertThat(driver.in(QUEUE_NOTIFY, 2)).isEqualTo(0xFFFF);
  }

  @Test
  @DisplayName("the configuration can't be written")
  void configReadOnly() {
    driver.out(LegacyDriver.CONFIG, 4, 0);
    assertThat(driver.in(LegacyDriver.CONFIG, 4)).isEqualTo(0x04030201);
  }

  @Test
  @DisplayName("a device is connected once")
  void connectedOnce() {
    assertThatIllegalStateException()
        .isThrownBy(() -> VirtioPciFunction.of(device, memory, new ManualClock()));
  }

  @Test
  @DisplayName("a device type that PCI doesn't know is refused")
  void unknownType() {
    VirtioDevice unknown =
        new VirtioDevice("unknown", 99, SpecProfile.DEFAULT, 0, new byte[0], 1) {
          @Override
          protected void serve(Virtqueue queue) {}
        };
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VirtioPciFunction.of(unknown, memory, new ManualClock()))
        .withMessageContaining("99");
  }
}
