package dev.virtio4j.jpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateException;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.motherboard.IOPortHandler;
import org.jpc.emulator.pci.PCIBus;
import org.jpc.emulator.pci.PCIISABridge;
import org.jpc.j2se.VirtualClock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("virtio cards in JPC")
class VirtioDrivesTest {
  private static final int SLOT = JpcMachine.SLOT;
  private static final int BASE = 0xE400;

  /** INTA of slot 4 is PIRQ D, which the tests' BIOS routes to IRQ 7. */
  private static final int IRQ_7 = 1 << 7;

  private static List<PciFunction> disk(GuestMemory memory, EventClock clock) {
    return List.of(
        VirtioPciFunction.of(
            new BlkDevice(
                new MemoryBackend(new byte[1 << 20], false),
                BlkOptions.builder().serial("JPC-1").build()),
            memory,
            clock));
  }

  private final JpcMachine machine = new JpcMachine(VirtioDrivesTest::disk);

  @Test
  @DisplayName("a guest finds the block device in slot 4, with subsystem IDs that it can't change")
  void identity() {
    machine.writeConfig(SLOT, 0x2C, 4, -1);

    assertThat(machine.readConfig(SLOT, 0x00, 4)).isEqualTo(0x1001_1AF4);
    assertThat(machine.readConfig(SLOT, 0x2C, 4)).isEqualTo(0x0002_1AF4);
    assertThat(machine.readConfig(SLOT, 0x0A, 2)).isEqualTo(0x0100);
  }

  @Test
  @DisplayName("ports answer where the BAR says, as soon as I/O is enabled, and nowhere else")
  void ioEnabledLate() {
    machine.writeConfig(SLOT, 0x04, 2, 0);
    machine.writeConfig(SLOT, 0x10, 2, BASE); // a word, which JPC's own devices don't take
    assertThat(queueSize(BASE)).isEqualTo(0xFFFF);

    machine.writeConfig(SLOT, 0x04, 2, 1);
    assertThat(queueSize(BASE)).isEqualTo(256);

    machine.writeConfig(SLOT, 0x10, 4, 0xE800);
    assertThat(queueSize(BASE)).isEqualTo(0xFFFF);
    assertThat(queueSize(0xE800)).isEqualTo(256);

    machine.writeConfig(SLOT, 0x04, 1, 0);
    assertThat(queueSize(0xE800)).isEqualTo(0xFFFF);
  }

  @Test
  @DisplayName("ports that another card had are the card's once that one has moved away")
  void portsOfAnother() {
    JpcMachine two =
        new JpcMachine(
            (memory, clock) -> List.of(disk(memory, clock).get(0), disk(memory, clock).get(0)));
    two.startBios(SLOT, BASE);
    two.startBios(SLOT + 1, BASE);

    two.writeConfig(SLOT, 0x10, 4, 0xE800);
    assertThat(two.read(BASE + LegacyDriver.QUEUE_SIZE, 2)).isEqualTo(0xFFFF);
    two.writeConfig(SLOT + 1, 0x04, 2, 1);

    assertThat(two.read(BASE + LegacyDriver.QUEUE_SIZE, 2)).isEqualTo(256);
  }

  private int queueSize(int base) {
    return machine.read(base + LegacyDriver.QUEUE_SIZE, 2);
  }

  @Test
  @DisplayName("a driver writes and reads the disk, and is interrupted on the line that BIOSes say")
  void requests() {
    GuestDisk disk = new GuestDisk(machine);

    disk.run(BlkDriver.OUT, 7, new byte[] {1, 2, 3});
    assertThat(machine.requests()).isEqualTo(IRQ_7);
    assertThat(disk.driver.readIsr()).isEqualTo(1);
    assertThat(machine.requests()).isZero();

    assertThat(disk.run(BlkDriver.IN, 7, null)).startsWith(1, 2, 3, 0);
  }

  @Test
  @DisplayName(
      "cards in slots 4 apart share a line, which is asserted as long as one of them wants")
  void sharedLine() throws IOException {
    List<BlkDevice> disks =
        Stream.generate(() -> new MemoryBackend(new byte[1 << 20], false))
            .limit(5)
            .map(backend -> new BlkDevice(backend, BlkOptions.DEFAULTS))
            .toList();
    JpcMachine five =
        new JpcMachine(
            (memory, clock) ->
                disks.stream()
                    .map(disk -> VirtioPciFunction.of(disk, memory, clock))
                    .map(PciFunction.class::cast)
                    .toList());
    for (int disk : new int[] {0, 4}) {
      five.startBios(SLOT + disk, BASE + disk * 0x100);
      five.write(BASE + disk * 0x100 + LegacyDriver.DEVICE_STATUS, 1, LegacyDriver.DRIVER_OK);
      disks.get(disk).resize(2 << 20);
    }

    assertThat(five.requests()).isEqualTo(IRQ_7);
    assertThat(five.read(BASE + LegacyDriver.ISR, 1)).isEqualTo(2);
    assertThat(five.requests()).isEqualTo(IRQ_7);
    assertThat(five.read(BASE + 4 * 0x100 + LegacyDriver.ISR, 1)).isEqualTo(2);
    assertThat(five.requests()).isZero();
  }

  @Test
  @DisplayName("a reset of the PC resets the card, lets its interrupt go, and leaves the disk")
  void reset() {
    GuestDisk disk = new GuestDisk(machine);
    disk.run(BlkDriver.OUT, 0, new byte[] {42});

    machine.pc.reset();
    assertThat(disk.driver.in(LegacyDriver.DEVICE_STATUS, 1)).isNotEqualTo(7);

    GuestDisk again = new GuestDisk(machine);
    assertThat(machine.requests()).isZero();
    assertThat(again.run(BlkDriver.IN, 0, null)).startsWith(42, 0);
    assertThat(machine.requests()).isEqualTo(IRQ_7);
  }

  @Test
  @DisplayName("JPC's saved state holds the card: its ports, its queue and its interrupt")
  void snapshot() throws IOException {
    GuestDisk disk = new GuestDisk(machine);
    machine.pass(70_000_000);
    disk.run(BlkDriver.OUT, 0, new byte[] {42});
    byte[] state = machine.saved();

    JpcMachine other = new JpcMachine(VirtioDrivesTest::disk);
    other.load(state);

    assertThat(other.clock.now()).isEqualTo(machine.clock.now());
    assertThat(other.requests()).isEqualTo(IRQ_7);
    assertThat(other.memory.load16(disk.queue.used() + 2)).isEqualTo(1);
    PortFunction there = new PortFunction(other);
    assertThat(there.readIo(LegacyDriver.ISR, 1)).isEqualTo(1);
    assertThat(other.requests()).isZero();

    // The driver goes on there: the same chain once more.
    other.memory.store16(
        disk.queue.available() + 4 + 2, other.memory.load16(disk.queue.available() + 4));
    other.memory.store16(disk.queue.available() + 2, 2);
    there.writeIo(LegacyDriver.QUEUE_NOTIFY, 2, 0);
    assertThat(other.memory.load16(disk.queue.used() + 2)).isEqualTo(2);
    assertThat(other.requests()).isEqualTo(IRQ_7);
  }

  @Test
  @DisplayName("a state that was saved is loaded into the same PC, which has run on meanwhile")
  void snapshotOfThePast() throws IOException {
    List<String> ran = new ArrayList<>();
    EventClock.Timer timer = machine.clock.timer(() -> ran.add("timer"));
    long saved = machine.clock.now();
    byte[] state = machine.saved();
    machine.pass(90_000_000);

    machine.load(state);
    timer.at(saved + 5_000_000);

    assertThat(machine.clock.now()).isEqualTo(saved);
    machine.pass(4_000_000);
    assertThat(ran).isEmpty();
    machine.pass(2_000_000);
    assertThat(ran).containsExactly("timer");
  }

  @Test
  @DisplayName("a state of a PC with other cards is refused")
  void otherCards() throws IOException {
    byte[] state = new JpcMachine().saved();

    assertThatThrownBy(() -> machine.load(state))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("has 0 cards, and this PC has 1");
  }

  @Test
  @DisplayName("more cards than slots are refused")
  void tooMany() {
    assertThatThrownBy(
            () ->
                new JpcMachine(
                    (memory, clock) -> {
                      List<PciFunction> many = new ArrayList<>();
                      for (int i = 0; i < 29; i++) {
                        many.addAll(disk(memory, clock));
                      }
                      return many;
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("JPC has 28 free PCI slots, too few for 29 cards; put disks on a SCSI host");
  }

  @Test
  @DisplayName("drives are plugged in by the text of --drive: block devices, then SCSI hosts")
  void byText(@TempDir Path directory) throws IOException {
    Path disk = Files.write(directory.resolve("disk.img"), new byte[1 << 20]);
    Path other = Files.write(directory.resolve("other.img"), new byte[1 << 20]);
    DriveDevices drives = DriveDevices.open("if=scsi,file=" + other, "serial=JPC-2,file=" + disk);
    JpcMachine with = new JpcMachine(drives::powerOn);

    assertThat(with.readConfig(SLOT, 0x00, 4)).isEqualTo(0x1001_1AF4);
    assertThat(with.readConfig(SLOT + 1, 0x00, 4)).isEqualTo(0x1004_1AF4);
    GuestDisk guest = new GuestDisk(with);
    guest.run(BlkDriver.OUT, 1, new byte[] {77});
    drives.close();
    assertThat(Files.readAllBytes(disk)[512]).isEqualTo((byte) 77);
  }

  @Test
  @DisplayName("a module that is made by its name and a text has the drives that the text says")
  void module(@TempDir Path directory) throws Exception {
    Path disk = Files.write(directory.resolve("a;b.img"), new byte[1 << 20]);
    Path other = Files.write(directory.resolve("other.img"), new byte[1 << 20]);
    String text = "file=%s;if=scsi,file=%s".formatted(disk.toString().replace(";", ";;"), other);

    HardwareComponent module =
        Class.forName("dev.virtio4j.jpc.VirtioModule")
            .asSubclass(HardwareComponent.class)
            .getConstructor(String.class)
            .newInstance(text);
    JpcMachine with = new JpcMachine();
    for (Class<? extends HardwareComponent> part :
        List.of(
            PhysicalAddressSpace.class,
            VirtualClock.class,
            IOPortHandler.class,
            PCIISABridge.class,
            PCIBus.class)) {
      assertThat(module.initialised()).isFalse();
      module.acceptComponent(with.pc.getComponent(part));
    }

    assertThat(module.initialised()).isTrue();
    assertThat(with.readConfig(SLOT, 0x00, 4)).isEqualTo(0x1001_1AF4);
    assertThat(with.readConfig(SLOT + 1, 0x00, 4)).isEqualTo(0x1004_1AF4);
    ((Closeable) module).close();
  }

  @Test
  @DisplayName("a key that there is none of is refused, and those there are listed")
  void unknownKey() {
    assertThatThrownBy(() -> DriveDevices.open("fil=disk.img"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("unknown key 'fil'; the keys are file, ");
  }

  @Test
  @DisplayName("no class of JPC is among ours")
  void noClassOfJpc() {
    assertThat(Path.of("target/classes/dev/virtio4j/jpc/VirtioDrives.class")).exists();
    assertThat(Path.of("target/classes/org")).doesNotExist();
  }

  /** The guest's side of the disk in slot 4. */
  private static final class GuestDisk {
    LegacyDriver driver;
    private DriverQueue queue;

    GuestDisk(JpcMachine machine) {
      machine.startBios(SLOT, BASE);
      driver = new LegacyDriver(new PortFunction(machine), machine.memory);
      queue = driver.start(0);
    }

    /** Has one sector written or read; what is read is returned. */
    byte[] run(int type, long sector, byte[] start) {
      ChainBuilder chain = queue.chain().readable(BlkDriver.header(type, sector));
      if (start == null) {
        chain.writable(512);
      } else {
        chain.readable(Arrays.copyOf(start, 512));
      }
      int head = chain.writable(1).direct();
      queue.notifyDevice();
      assertThat(queue.reap().head()).isEqualTo(head);
      byte[] written = chain.written();
      assertThat(written[written.length - 1]).isEqualTo((byte) BlkDriver.OK);
      queue.freeBuffers();
      return written;
    }
  }
}
