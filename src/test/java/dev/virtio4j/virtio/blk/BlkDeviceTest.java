package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.FLUSH;
import static dev.virtio4j.testing.BlkDriver.GET_ID;
import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.IOERR;
import static dev.virtio4j.testing.BlkDriver.OK;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.UNSUPP;
import static dev.virtio4j.testing.BlkDriver.UNTOUCHED;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlkDriver.Result;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LegacyDriver;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.testing.RecordingBackend;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DIGEST \"Block device\"")
class BlkDeviceTest {
  private static final int SECTORS = 2048;
  private static final int RAM = 4 << 20;

  private final LogCapture log = new LogCapture();
  private final byte[] disk = new byte[SECTORS * 512];
  private BlkDriver driver;

  @BeforeEach
  void start() {
    new Random(1).nextBytes(disk);
    driver = BlkDriver.started(new MemoryBackend(disk, false));
  }

  @AfterEach
  void closeLog() {
    log.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private byte[] sectors(int first, int length) {
    return Arrays.copyOfRange(disk, first * 512, first * 512 + length);
  }

  private void assertOutcome(Result result, int status, long usedLength) {
    assertThat(result.status()).as("status").isEqualTo(status);
    assertThat(result.usedLength()).as("used.len").isEqualTo(usedLength);
  }

  private static void assertUntouched(byte[] buffer) {
    byte[] untouched = new byte[buffer.length];
    Arrays.fill(untouched, (byte) UNTOUCHED);
    assertThat(buffer).isEqualTo(untouched);
  }

  private void assertWorks() {
    byte[] data = random(1024);
    assertOutcome(driver.write(5, data), OK, 1);
    Result read = driver.read(5, 1024);
    assertOutcome(read, OK, 1025);
    assertThat(read.data()).isEqualTo(data);
  }

  @Test
  @DisplayName("IN reads sectors; used.len counts data and status")
  void in() {
    Result result = driver.read(7, 3 * 512);
    assertOutcome(result, OK, 3 * 512 + 1);
    assertThat(result.data()).isEqualTo(sectors(7, 3 * 512));
  }

  @Test
  @DisplayName("OUT writes sectors; used.len counts the status")
  void out() {
    byte[] before = disk.clone();
    byte[] data = random(2 * 512);
    assertOutcome(driver.write(9, data), OK, 1);

    System.arraycopy(data, 0, before, 9 * 512, data.length);
    assertThat(disk).isEqualTo(before);
  }

  @ParameterizedTest(name = "windows on memory: {0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("large requests move whole, with and without windows on guest memory")
  void large(boolean views) {
    driver = new BlkDriver(new MemoryBackend(disk, false), BlkOptions.DEFAULTS, views);
    driver.start(BlkDriver.ALL_FEATURES);
    byte[] data = random(200 * 1024 + 512);
    assertOutcome(driver.write(1, data), OK, 1);
    Result result = driver.read(0, data.length + 512);
    assertOutcome(result, OK, data.length + 513);
    assertThat(result.data()).isEqualTo(sectors(0, data.length + 512));
    assertThat(Arrays.copyOfRange(result.data(), 512, data.length + 512)).isEqualTo(data);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {FLUSH, 5})
  @DisplayName("FLUSH and FLUSH_OUT flush")
  void flush(int type) {
    assertOutcome(driver.run(driver.queue.chain().readable(header(type, 0)).writable(1)), OK, 1);
    assertThat(driver.device.counters().get(BlkCounter.FLUSHES)).isEqualTo(1);
  }

  @Test
  @DisplayName("GET_ID gives 20 bytes: the serial number, padded with zeroes")
  void getId() {
    driver =
        new BlkDriver(
            new MemoryBackend(disk, false),
            BlkOptions.builder().serial("disk-7").logicalBlockSize(512).build(),
            true);
    driver.start(0);
    ChainBuilder chain = driver.queue.chain().readable(header(GET_ID, 0)).writable(20).writable(1);
    Result result = driver.run(chain);
    assertOutcome(result, OK, 21);
    assertThat(result.data())
        .isEqualTo(Arrays.copyOf("disk-7".getBytes(StandardCharsets.US_ASCII), 20));
  }

  @ParameterizedTest(name = "room for {0}")
  @CsvSource({"0, 0", "6, 6", "19, 19", "20, 20", "512, 20"})
  @DisplayName(
      "GET_ID gives a serial number of 20 characters without a terminator, cut to the room")
  void getIdLengths(int room, int given) {
    String serial = "ABCDEFGHIJKLMNOPQRST";
    driver =
        new BlkDriver(
            new MemoryBackend(disk, false),
            BlkOptions.builder().serial(serial).logicalBlockSize(512).build(),
            true);
    driver.start(0);
    ChainBuilder chain =
        driver.queue.chain().readable(header(GET_ID, 0)).writable(room, room / 3).writable(1);
    Result result = driver.run(chain);
    assertOutcome(result, OK, given + 1);
    assertThat(new String(result.data(), 0, given, StandardCharsets.US_ASCII))
        .isEqualTo(serial.substring(0, given));
    assertUntouched(Arrays.copyOfRange(result.data(), given, room));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {6, 7, 9, 10, 12, 14, 0x100, 0x7FFFFFFF, -1})
  @DisplayName("requests of a type that is not offered are answered with UNSUPP")
  void unsupported(int type) {
    ChainBuilder chain = driver.queue.chain().readable(header(type, 0)).writable(512).writable(1);
    Result result = driver.run(chain);
    assertOutcome(result, UNSUPP, 1);
    assertUntouched(result.data());
  }

  @Test
  @DisplayName("BARRIER: requests are done in their order, so the bit changes nothing")
  void barrier() {
    byte[] data = random(512);
    ChainBuilder write =
        driver.queue.chain().readable(header(0x80000000 | OUT, 3)).readable(data).writable(1);
    assertOutcome(driver.run(write), OK, 1);
    assertThat(sectors(3, 512)).isEqualTo(data);
  }

  @Test
  @DisplayName("header, data and status may share descriptors with each other's ends")
  void joined() {
    byte[] data = random(1024);
    byte[] headerAndData = ByteBuffer.allocate(16 + 1024).put(header(OUT, 4)).put(data).array();
    assertOutcome(
        driver.run(driver.queue.chain().readable(headerAndData, 3, 7, 100).writable(1)), OK, 1);
    assertThat(sectors(4, 1024)).isEqualTo(data);

    ChainBuilder read =
        driver.queue.chain().readable(header(IN, 4), 1, 1, 9).writable(1025, 511, 2);
    Result result = driver.run(read);
    assertOutcome(result, OK, 1025);
    assertThat(result.data()).isEqualTo(data);
  }

  @Test
  @DisplayName("a request of no data is done")
  void noData() {
    assertOutcome(driver.read(0, 0), OK, 1);
    assertOutcome(driver.write(SECTORS, new byte[0]), OK, 1);
  }

  @ParameterizedTest(name = "sector {0}, {1} bytes")
  @CsvSource({
    "2048, 512",
    "2047, 1024",
    "0, 1",
    "0, 511",
    "0, 513",
    "2049, 0",
    "0x7FFFFFFFFFFFFFFF, 512",
    "-1, 512",
    "-1, 1024",
    "0x0080000000000000, 512",
    "0x007FFFFFFFFFFFFF, 1024",
    "0x8000000000000000, 512",
  })
  @DisplayName("what is not whole sectors of the disk is answered with IOERR, and nothing is moved")
  void notOnDisk(String sector, int length) {
    long first = sector.equals("0x8000000000000000") ? Long.MIN_VALUE : Long.decode(sector);
    byte[] before = disk.clone();
    Result read = driver.read(first, length);
    assertOutcome(read, IOERR, 1);
    assertUntouched(read.data());
    assertOutcome(driver.write(first, new byte[length]), IOERR, 1);
    assertThat(disk).isEqualTo(before);
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isEqualTo(2);
  }

  @Test
  @DisplayName("RO: offered for a read-only disk; writes are answered with IOERR, reads done")
  void readOnly() {
    assertThat(driver.driver.in(LegacyDriver.DEVICE_FEATURES, 4) & BlkDriver.RO).isZero();
    byte[] before = disk.clone();
    driver = BlkDriver.started(new MemoryBackend(disk, true));
    assertThat(driver.driver.in(LegacyDriver.DEVICE_FEATURES, 4) & BlkDriver.RO).isNotZero();

    assertOutcome(driver.write(0, new byte[512]), IOERR, 1);
    assertOutcome(driver.flush(), OK, 1);
    assertThat(driver.read(0, 512).data()).isEqualTo(sectors(0, 512));
    assertThat(disk).isEqualTo(before);
    assertThat(log.lines()).isEmpty();
  }

  @Test
  @DisplayName("a request without a whole header or a status byte is returned with length 0")
  void tooShort() {
    List<ChainBuilder> chains =
        List.of(
            driver.queue.chain().readable(new byte[15]).writable(513),
            driver.queue.chain().writable(513),
            driver.queue.chain().readable(header(IN, 0)),
            driver.queue.chain().readable(header(OUT, 0)).readable(new byte[512]));
    for (ChainBuilder chain : chains) {
      assertThat(driver.run(chain).usedLength()).isZero();
      assertThat(driver.driver.line().isAsserted()).isTrue();
      driver.driver.readIsr();
    }
    assertThat(driver.device.counters().get(BlkCounter.MALFORMED)).isEqualTo(chains.size());
    assertThat(log.lines())
        .hasSize(chains.size())
        .allMatch(line -> line.startsWith("virtio-blk: "));
    assertWorks();
  }

  @ParameterizedTest(name = "at {0}, {1} bytes")
  @CsvSource({
    "0x3FFE00, 1024",
    "0x400000, 512",
    "0x80000000, 512",
    "0x100000000, 512",
    "0xFFFFFFFFFFFFFE00, 1024",
    "0x7FFFFFFFFFFFFFFF, 1024",
    "0x1000, 0xFFFFFE00",
  })
  @DisplayName("data that is not in RAM is answered with IOERR; memory and disk stay as they are")
  void dataNotInRam(String address, String length) {
    long at = Long.parseUnsignedLong(address.substring(2), 16);
    long bytes = Long.decode(length);
    byte[] ramEnd = Arrays.copyOfRange(driver.memory.ram, RAM - 512, RAM);
    byte[] before = disk.clone();
    ChainBuilder read =
        driver.queue.chain().readable(header(IN, 0)).raw(at, bytes, DriverQueue.WRITE);
    int[] status = statusOf(read);
    assertThat(status).containsExactly(IOERR, 1);

    ChainBuilder write = driver.queue.chain().readable(header(OUT, 0)).raw(at, bytes, 0);
    assertThat(statusOf(write)).containsExactly(IOERR, 1);
    assertThat(Arrays.copyOfRange(driver.memory.ram, RAM - 512, RAM)).isEqualTo(ramEnd);
    assertThat(disk).isEqualTo(before);
    assertWorks();
  }

  /** Adds a status byte at a fixed place, runs the chain, and gives status and used.len. */
  private int[] statusOf(ChainBuilder chain) {
    long place = 0x2000;
    driver.memory.store8(place, UNTOUCHED);
    chain.raw(place, 1, DriverQueue.WRITE).direct();
    driver.queue.notifyDevice();
    DriverQueue.Used used = driver.queue.reap();
    assertThat(driver.queue.reap()).isNull();
    driver.queue.freeBuffers();
    return new int[] {driver.memory.load8(place), (int) used.length()};
  }

  @Test
  @DisplayName("a header that is not in RAM is answered with IOERR")
  void headerNotInRam() {
    assertThat(statusOf(driver.queue.chain().raw(RAM - 8, 16, 0))).containsExactly(IOERR, 1);
    assertThat(log.lines()).hasSize(1);
  }

  @Test
  @DisplayName("a request whose status byte is not in RAM is returned all the same")
  void statusNotInRam() {
    driver.queue.chain().readable(header(FLUSH, 0)).raw(RAM, 1, DriverQueue.WRITE).direct();
    driver.queue.notifyDevice();
    assertThat(driver.queue.reap().length()).isZero();
    assertThat(log.lines())
        .containsExactly("virtio-blk: status lost: not RAM: 1 bytes at guest-physical 0x400000");
    assertWorks();
  }

  @Test
  @DisplayName("requests that are queued together are done in their order, with one interrupt")
  void batch() {
    byte[] data = random(512);
    driver.queue.chain().readable(header(OUT, 1)).readable(data).writable(1).direct();
    ChainBuilder read = driver.queue.chain().readable(header(IN, 1)).writable(512).writable(1);
    read.indirect();
    driver.queue.chain().readable(header(FLUSH, 0)).writable(1).direct();
    driver.queue.notifyDevice();

    assertThat(driver.queue.usedIndex()).isEqualTo(3);
    assertThat(Arrays.copyOf(read.written(), 512)).isEqualTo(data);
    assertThat(driver.driver.line().rises()).isEqualTo(1);
    assertThat(driver.device.counters().get(BlkCounter.INTERRUPTS)).isEqualTo(1);
  }

  @Test
  @DisplayName("counters tell what was done, and stay over a device reset")
  void counters() {
    driver.read(0, 1024);
    driver.read(0, 512);
    driver.write(0, new byte[512]);
    driver.flush();
    driver.read(-1, 512);
    driver.run(driver.queue.chain().readable(header(GET_ID, 0)).writable(20).writable(1));
    driver.run(driver.queue.chain().readable(header(99, 0)).writable(1));
    driver.run(driver.queue.chain().readable(new byte[3]).writable(1));
    driver.driver.reset();

    BlkCounters counters = driver.device.counters();
    assertThat(Arrays.stream(BlkCounter.values()).filter(counter -> counters.get(counter) > 0))
        .extracting(counter -> counter + "=" + counters.get(counter))
        .containsExactly(
            "READS=3",
            "WRITES=1",
            "FLUSHES=1",
            "IDS=1",
            "UNSUPPORTED=1",
            "MALFORMED=1",
            "ERRORS=1",
            "BYTES_READ=1536",
            "BYTES_WRITTEN=512",
            "INTERRUPTS=8");
    assertThat(counters.requests()).isEqualTo(8);
  }

  @Test
  @DisplayName("FLUSH accepted: writes wait for the flush")
  void writeBack() {
    RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
    driver = BlkDriver.started(backend);
    driver.write(1, new byte[512]);
    driver.flush();
    assertThat(backend.calls).containsExactly("write 512 512", "flush");
  }

  @Test
  @DisplayName("FLUSH not accepted: each write is on stable storage before it completes")
  void writeThrough() {
    RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
    driver = new BlkDriver(backend, BlkOptions.DEFAULTS, true);
    driver.start(BlkDriver.ALL_FEATURES & ~BlkDriver.F_FLUSH);
    driver.write(1, new byte[512]);
    driver.read(1, 512);
    assertThat(backend.calls).containsExactly("write 512 512", "flush", "read 512 512");
  }

  @Test
  @DisplayName("what the host can't do is answered with IOERR, and logged")
  void hostError() {
    RecordingBackend backend = new RecordingBackend(new byte[1 << 20]);
    driver = BlkDriver.started(backend);
    backend.fails = call -> true;
    assertOutcome(driver.read(0, 512), IOERR, 1);
    assertOutcome(driver.write(0, new byte[512]), IOERR, 1);
    assertOutcome(driver.flush(), IOERR, 1);

    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isEqualTo(3);
    assertThat(driver.device.counters().get(BlkCounter.BYTES_WRITTEN)).isZero();
    assertThat(log.lines()).hasSize(3).allMatch(line -> line.contains("the host's disk is full"));
    backend.fails = call -> false;
    assertOutcome(driver.write(0, new byte[512]), OK, 1);
  }

  @ParameterizedTest(name = "{0} sectors: {1} cylinders")
  @CsvSource({"8, 2", "2015, 2", "3024, 3", "16384, 16", "16514064, 16383", "33554432, 16383"})
  @DisplayName("GEOMETRY: 16 heads of 63 sectors, and from 2 to 16383 cylinders, as QEMU has it")
  void geometry(long sectors, int cylinders) {
    LegacyDriver of =
        new BlkDriver(
                new RecordingBackend(new byte[512]) {
                  @Override
                  public long size() {
                    return sectors * 512;
                  }
                },
                BlkOptions.DEFAULTS,
                true)
            .driver;
    assertThat(of.in(20, 4)).isEqualTo((int) sectors);
    assertThat(of.in(36, 2)).isEqualTo(cylinders);
    assertThat(of.in(38, 1)).isEqualTo(16);
    assertThat(of.in(39, 1)).isEqualTo(63);
  }

  @Test
  @DisplayName("BLK_SIZE 4096: capacity still counts 512 bytes; requests are whole blocks")
  void largeBlocks() {
    driver =
        new BlkDriver(
            new MemoryBackend(disk, false),
            BlkOptions.builder().serial("").logicalBlockSize(4096).build(),
            true);
    driver.start(BlkDriver.ALL_FEATURES);
    assertThat(driver.driver.in(20, 4)).isEqualTo(SECTORS);
    assertThat(driver.driver.in(40, 4)).isEqualTo(4096);

    assertOutcome(driver.read(8, 4096), OK, 4097);
    assertOutcome(driver.read(8, 512), IOERR, 1);
    assertOutcome(driver.read(7, 4096), IOERR, 1);
    assertOutcome(driver.write(SECTORS - 8, random(4096)), OK, 1);
    assertOutcome(driver.write(SECTORS, random(4096)), IOERR, 1);
  }

  @Test
  @DisplayName("a disk that is no multiple of its logical block size is refused in one line")
  void sizeAndBlockSize() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new BlkDevice(
                    new MemoryBackend(new byte[4608], false),
                    BlkOptions.builder().serial("").logicalBlockSize(4096).build()))
        .withMessage(
            "logical_block_size=4096: the disk has 4608 bytes, no multiple of it; pad it or use 512");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"123456789012345678901", "tab\there", "ümlaut", "\u007F"})
  @DisplayName("a serial number that GET_ID can't give is refused in one line")
  void badSerial(String serial) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlkOptions.builder().serial(serial).logicalBlockSize(512).build())
        .withMessageContaining("20 printable ASCII characters");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {0, -512, 1024, 8192})
  @DisplayName("a logical block size other than 512 and 4096 is refused in one line")
  void badBlockSize(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlkOptions.builder().serial("").logicalBlockSize(size).build())
        .withMessage("logical_block_size=" + size + ": use 512 or 4096");
  }
}
