package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.IOERR;
import static dev.virtio4j.testing.BlkDriver.OK;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.block.OnError;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlkDriver.Result;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.testing.RecordingBackend;
import dev.virtio4j.virtio.SpecProfile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("0.8.9, Appendix D: SCSI commands to the block device")
class BlkScsiTest {
  private static final int SCSI_CMD = 2;
  private static final int SCSI_CMD_OUT = 3;
  private static final int SECTORS = 64;
  private static final int SENSE = 96;
  private static final int RESULT = 16;

  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String READ_1 = "28 00 00000001 00 0001 00";
  private static final String WRITE_1 = "2A 00 00000001 00 0001 00";

  private final byte[] disk = new byte[SECTORS * 512];
  private BlkDriver driver;

  @BeforeEach
  void start() {
    new Random(1).nextBytes(disk);
    start(BlkOptions.DEFAULTS);
  }

  private void start(BlkOptions options) {
    driver = new BlkDriver(new MemoryBackend(disk, false), options, true);
    driver.start(BlkDriver.ALL_FEATURES);
    run(TEST_UNIT_READY, 0); // and is told of the power-on
  }

  private static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** As Linux lays out a command that gets data. */
  private Outcome run(String cdb, int room) {
    ChainBuilder chain = driver.queue.chain().readable(header(SCSI_CMD, 0)).readable(hex(cdb));
    if (room > 0) {
      chain.writable(room);
    }
    return outcome(chain);
  }

  /** As Linux lays out a command that sends data. */
  private Outcome send(String cdb, byte[] data) {
    return outcome(
        driver.queue.chain().readable(header(SCSI_CMD_OUT, 0)).readable(hex(cdb)).readable(data));
  }

  private Outcome outcome(ChainBuilder chain) {
    return new Outcome(driver.run(chain.writable(SENSE).writable(RESULT).writable(1)));
  }

  /** What the driver sees of a request. */
  private static final class Outcome {
    private final Result result;
    private final byte[] data;
    private final byte[] sense;
    private final byte[] fields;

    Outcome(Result result) {
      this.result = result;
      byte[] all = result.data();
      int tail = all.length - SENSE - RESULT;
      data = Arrays.copyOf(all, tail);
      sense = Arrays.copyOfRange(all, tail, tail + SENSE);
      fields = Arrays.copyOfRange(all, tail + SENSE, all.length);
    }

    private int field(int index) {
      int value = 0;
      for (int i = 3; i >= 0; i--) {
        value = value << 8 | (fields[4 * index + i] & 0xFF);
      }
      return value;
    }

    int errors() {
      return field(0);
    }

    int dataLength() {
      return field(1);
    }

    int senseLength() {
      return field(2);
    }

    int residual() {
      return field(3);
    }

    String why() {
      assertThat(result.status()).isEqualTo(OK);
      return errors() == 0
          ? "-"
          : "%x/%02x/%02x".formatted(sense[2] & 0xF, sense[12] & 0xFF, sense[13] & 0xFF);
    }
  }

  @Test
  @DisplayName("INQUIRY gives data, the results count it, and what is not written stays as it is")
  void inquiry() {
    Outcome outcome = run("12 00 00 00 60 00", 128);
    assertThat(outcome.result.status()).isEqualTo(OK);
    assertThat(new String(outcome.data, 8, 12, StandardCharsets.US_ASCII))
        .isEqualTo("VIRTIO4JDISK");
    assertThat(outcome.errors()).isZero();
    assertThat(outcome.dataLength()).isEqualTo(128);
    assertThat(outcome.senseLength()).isZero();
    assertThat(outcome.residual()).isEqualTo(128 - 96);
    assertThat(outcome.result.usedLength()).isEqualTo(96 + RESULT + 1);
    assertThat(outcome.data[96]).isEqualTo((byte) BlkDriver.UNTOUCHED);
    assertThat(outcome.sense).containsOnly(BlkDriver.UNTOUCHED);
  }

  @Test
  @DisplayName("READ and WRITE reach the disk that IN and OUT reach")
  void sameDisk() {
    Outcome read = run("28 00 00000003 00 0002 00", 1024);
    assertThat(read.data).isEqualTo(Arrays.copyOfRange(disk, 3 * 512, 5 * 512));
    assertThat(read.result.usedLength()).isEqualTo(1024 + RESULT + 1);
    byte[] data = random(1024);
    Outcome write = send("2A 00 00000007 00 0002 00", data);
    assertThat(write.why()).isEqualTo("-");
    assertThat(write.dataLength()).isEqualTo(1024);
    assertThat(write.residual()).isZero();
    assertThat(write.result.usedLength()).isEqualTo(RESULT + 1);
    assertThat(driver.read(7, 1024).data()).isEqualTo(data);
  }

  @Test
  @DisplayName("a bad CDB is OK for virtio, with CHECK CONDITION and sense data")
  void badCdb() {
    Outcome outcome = run("28 00 00000003 80 0002 00", 1024);
    assertThat(outcome.result.status()).isEqualTo(OK);
    assertThat(outcome.errors()).isEqualTo(2);
    assertThat(outcome.why()).isEqualTo("5/24/00");
    assertThat(outcome.senseLength()).isEqualTo(18);
    assertThat(outcome.residual()).isEqualTo(1024);
    assertThat(outcome.result.usedLength()).isEqualTo(18 + RESULT + 1);
    assertThat(outcome.sense[18]).isEqualTo((byte) BlkDriver.UNTOUCHED);
    assertThat(outcome.data).containsOnly(BlkDriver.UNTOUCHED);
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isZero();
    assertThat(driver.device.counters().get(BlkCounter.SCSI_COMMANDS)).isEqualTo(2);
  }

  @ParameterizedTest(name = "type {0}, features {1}")
  @CsvSource({"2, 0", "3, 0", "2, 128", "3, 128"})
  @DisplayName("the two types are one, and the driver need not have accepted anything")
  void types(int type, int features) {
    driver.start(features);
    run(TEST_UNIT_READY, 0);
    Outcome outcome =
        outcome(driver.queue.chain().readable(header(type, 0)).readable(hex(READ_1)).writable(512));
    assertThat(outcome.data).isEqualTo(Arrays.copyOfRange(disk, 512, 1024));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"16", "16,10", "16,10,100", "5", "20", "26", "1,2,3,4,5,6,7", "538"})
  @DisplayName("header, CDB and data are found in whatever buffers they are")
  void layouts(String cuts) {
    byte[] data = random(512);
    byte[] all = join(header(SCSI_CMD_OUT, 0), hex(WRITE_1), data);
    int[] lengths = Arrays.stream(cuts.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    ChainBuilder chain = driver.queue.chain();
    chain.readable(all, lengths);
    Outcome outcome = new Outcome(driver.run(chain.writable(SENSE + RESULT + 1, 10, 90, 3)));
    assertThat(outcome.why()).isEqualTo("-");
    assertThat(outcome.dataLength()).isEqualTo(512);
    assertThat(Arrays.copyOfRange(disk, 512, 1024)).isEqualTo(data);
    assertThat(outcome.residual()).isZero();
  }

  @Test
  @DisplayName("a CDB in a buffer of its own is as long as that, and what is too much is not used")
  void longCdb() {
    byte[] cdb = Arrays.copyOf(hex(WRITE_1), 32);
    byte[] data = random(512);
    Outcome outcome =
        outcome(
            driver.queue.chain().readable(header(SCSI_CMD_OUT, 0)).readable(cdb).readable(data));
    assertThat(outcome.why()).isEqualTo("-");
    assertThat(Arrays.copyOfRange(disk, 512, 1024)).isEqualTo(data);
  }

  @Test
  @DisplayName("a CDB in a buffer of its own that is too short is an invalid one")
  void shortCdb() {
    assertThat(run("28 00 00000001 00", 512).why()).isEqualTo("5/24/00");
    Outcome shared =
        outcome(
            driver
                .queue
                .chain()
                .readable(join(header(SCSI_CMD, 0), hex("28 00 00000001 00")))
                .writable(512));
    assertThat(shared.why()).isEqualTo("5/24/00");
  }

  @Test
  @DisplayName("a CDB of the longest kind that is cut up is read to its end")
  void longCdbInPieces() {
    byte[] cdb = Arrays.copyOf(hex(READ_1), 200);
    ChainBuilder chain =
        driver.queue.chain().readable(header(SCSI_CMD, 0)).readable(cdb).writable(512);
    assertThat(outcome(chain).data).isEqualTo(Arrays.copyOfRange(disk, 512, 1024));
  }

  @Test
  @DisplayName("without room for sense data and results, or without a CDB, it is IOERR")
  void noRoom() {
    Result noTail =
        driver.run(
            driver
                .queue
                .chain()
                .readable(header(SCSI_CMD, 0))
                .readable(hex(WRITE_1))
                .writable(SENSE + RESULT - 1)
                .writable(1));
    assertThat(noTail.status()).isEqualTo(IOERR);
    assertThat(noTail.usedLength()).isEqualTo(1);
    Result noCdb =
        driver.run(
            driver
                .queue
                .chain()
                .readable(header(SCSI_CMD, 0))
                .writable(SENSE + RESULT)
                .writable(1));
    assertThat(noCdb.status()).isEqualTo(IOERR);
    assertThat(noCdb.data()).containsOnly(BlkDriver.UNTOUCHED);
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isEqualTo(2);
  }

  @Test
  @DisplayName("data in a buffer that is too small is cut, or not written at all")
  void shortData() {
    Outcome read = run("28 00 00000001 00 0002 00", 700);
    assertThat(read.data).isEqualTo(Arrays.copyOfRange(disk, 512, 512 + 700));
    assertThat(read.residual()).isZero();
    byte[] before = disk.clone();
    Outcome write = send(WRITE_1, random(511));
    assertThat(write.why()).isEqualTo("5/24/00");
    assertThat(write.residual()).isEqualTo(511);
    assertThat(disk).isEqualTo(before);
  }

  @Test
  @DisplayName("buffers that are not RAM are IOERR, and the device works on")
  void notRam() {
    long nowhere = 1L << 40;
    ChainBuilder chain = driver.queue.chain().readable(header(SCSI_CMD, 0)).readable(hex(READ_1));
    chain.raw(nowhere, 512, DriverQueue.WRITE).writable(SENSE + RESULT).writable(1).direct();
    try (LogCapture log = new LogCapture()) {
      driver.queue.notifyDevice();
      assertThat(log.lines()).hasSize(1);
    }
    assertThat(driver.queue.reap().length()).isEqualTo(1);
    assertThat(driver.device.counters().get(BlkCounter.ERRORS)).isEqualTo(1);
    assertThat(run(READ_1, 512).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("the guest is told of a reset, another capacity, and a switched write cache")
  void unitAttentions() throws IOException {
    driver.start(BlkDriver.ALL_FEATURES | 1 << 11);
    assertThat(run(TEST_UNIT_READY, 0).why()).isEqualTo("6/29/00");
    driver.device.resize(2 * SECTORS * 512);
    assertThat(run(TEST_UNIT_READY, 0).why()).isEqualTo("6/2a/09");
    assertThat(run("25 00 00000000 0000 00 00", 8).data)
        .isEqualTo(hex("%08X 00000200".formatted(2 * SECTORS - 1)));

    int caching = 4 + 2;
    String modeSense = "1A 08 08 00 FF 00";
    assertThat(run(modeSense, 255).data[caching]).isEqualTo((byte) 4);
    driver.driver.out(20 + 32, 1, 0);
    assertThat(run(TEST_UNIT_READY, 0).why()).isEqualTo("6/2a/01");
    assertThat(run(modeSense, 255).data[caching]).isZero();
    driver.driver.out(20 + 32, 1, 0);
    assertThat(run(TEST_UNIT_READY, 0).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("the write cache is off for a driver that can't flush, and writethrough by default")
  void writeCache() {
    driver.start(0);
    run(TEST_UNIT_READY, 0);
    assertThat(run("1A 08 08 00 FF 00", 255).data[6]).isZero();
    start(BlkOptions.builder().cache(BlkOptions.CacheMode.WRITETHROUGH).build());
    assertThat(run("1A 08 88 00 FF 00", 255).data[6]).isZero();
  }

  @Test
  @DisplayName("blocks are those of the disk's options")
  void blocks() {
    start(
        BlkOptions.builder().logicalBlockSize(4096).physicalBlockSize(8192).serial("abc").build());
    Outcome capacity = run("9E 10 0000000000000000 00000020 00 00", 32);
    assertThat(Arrays.copyOf(capacity.data, 16))
        .isEqualTo(hex("%016X 00001000 00 01 C000".formatted(SECTORS / 8 - 1)));
    assertThat(run("12 01 80 00 FF 00", 7).data).isEqualTo(hex("00 80 0003 616263"));
  }

  @ParameterizedTest(name = "discard={0}")
  @ValueSource(booleans = {true, false})
  @DisplayName("UNMAP goes by the option discard, as DISCARD does")
  void unmap(boolean discard) {
    start(BlkOptions.builder().discard(discard).build());
    byte[] list = hex("0016 0010 00000000" + "0000000000000002 00000003 00000000");
    assertThat(send("42 00 00000000 00 0018 00", list).errors()).isZero();
    assertThat(Arrays.equals(disk, 1024, 2560, new byte[1536], 0, 1536)).isEqualTo(discard);
    byte[] provisioning = hex(discard ? "00B20004 00E40200" : "00B20004 00000000");
    assertThat(run("12 01 B2 00 08 00", 8).data).isEqualTo(provisioning);
  }

  @Test
  @DisplayName("a command may move data in both directions; the residual counts both")
  void bothDirections() {
    byte[] old = Arrays.copyOfRange(disk, 512, 1024);
    byte[] data = random(512);
    Outcome outcome =
        outcome(
            driver
                .queue
                .chain()
                .readable(header(SCSI_CMD_OUT, 0))
                .readable(hex("53 00 00000001 00 0001 00"))
                .readable(data)
                .writable(600));
    assertThat(outcome.errors()).isZero();
    assertThat(outcome.dataLength()).isEqualTo(512 + 600);
    assertThat(outcome.residual()).isEqualTo(600 - 512);
    assertThat(Arrays.copyOfRange(disk, 512, 1024)).isEqualTo(data);
    for (int i = 0; i < 512; i++) {
      assertThat(outcome.data[i]).isEqualTo((byte) (old[i] ^ data[i]));
    }
  }

  @Test
  @DisplayName("a device that goes by 0.8.9 offers them, too")
  void profile() {
    start(BlkOptions.builder().spec(SpecProfile.V0_8_9).build());
    assertThat(driver.device.offeredFeatures() & 1 << 7).isNotZero();
    assertThat(run(READ_1, 512).data).isEqualTo(Arrays.copyOfRange(disk, 512, 1024));
  }

  private BlkDriver onFailingDisk(RecordingBackend backend, OnError policy) {
    driver = new BlkDriver(backend, BlkOptions.builder().onError(policy, policy).build(), true);
    driver.start(BlkDriver.ALL_FEATURES);
    run(TEST_UNIT_READY, 0);
    return driver;
  }

  @Test
  @DisplayName("what fails on the host is a medium error, with werror=report")
  void reported() {
    RecordingBackend backend = new RecordingBackend(disk);
    onFailingDisk(backend, OnError.REPORT);
    backend.fails = call -> true;
    try (LogCapture log = new LogCapture()) {
      Outcome read = run(READ_1, 512);
      assertThat(read.why()).isEqualTo("3/11/00");
      assertThat(read.residual()).isEqualTo(512);
      assertThat(send(WRITE_1, random(512)).why()).isEqualTo("3/0c/00");
      assertThat(log.lines()).hasSize(2).allMatch(line -> line.contains("disk is full"));
    }
  }

  @Test
  @DisplayName("what fails on the host is done as far as the guest knows, with werror=ignore")
  void ignored() {
    RecordingBackend backend = new RecordingBackend(disk);
    onFailingDisk(backend, OnError.IGNORE);
    backend.fails = call -> true;
    try (LogCapture log = new LogCapture()) {
      Outcome write = send(WRITE_1, random(512));
      assertThat(write.why()).isEqualTo("-");
      assertThat(write.senseLength()).isZero();
      assertThat(log.lines()).hasSize(1);
    }
  }

  @Test
  @DisplayName("what fails on the host waits until it is tried again, with werror=stop")
  void stopped() {
    RecordingBackend backend = new RecordingBackend(disk);
    onFailingDisk(backend, OnError.STOP);
    List<String> stops = new ArrayList<>();
    driver.device.onStop(stops::add);
    backend.fails = call -> true;
    byte[] data = random(512);
    ChainBuilder chain =
        driver
            .queue
            .chain()
            .readable(header(SCSI_CMD_OUT, 0))
            .readable(hex(WRITE_1))
            .readable(data)
            .writable(SENSE + RESULT)
            .writable(1);
    chain.direct();
    driver.queue.notifyDevice();
    assertThat(driver.queue.reap()).isNull();
    assertThat(stops).containsExactly("the host's disk is full");

    backend.fails = call -> false;
    driver.device.resume();
    assertThat(driver.queue.reap()).isNotNull();
    assertThat(chain.written()).endsWith(new byte[RESULT / 4 + 1]); // residual, and OK
    assertThat(Arrays.copyOfRange(disk, 512, 1024)).isEqualTo(data);
  }

  @Test
  @DisplayName("FUA and a driver that can't flush have a write on stable storage")
  void stable() {
    RecordingBackend backend = new RecordingBackend(disk);
    onFailingDisk(backend, OnError.REPORT);
    backend.calls.clear();
    send(WRITE_1, random(512));
    assertThat(backend.calls).containsExactly("write 512 512");
    send("2A 08 00000001 00 0001 00", random(512));
    assertThat(backend.calls).hasSize(3).endsWith("flush");
    driver.start(0);
    run(TEST_UNIT_READY, 0);
    send(WRITE_1, random(512));
    assertThat(backend.calls).hasSize(5).endsWith("flush");
  }

  @Test
  @DisplayName("with cache=unsafe nothing is flushed")
  void unsafe() {
    RecordingBackend backend = new RecordingBackend(disk);
    BlkOptions options = BlkOptions.builder().cache(BlkOptions.CacheMode.UNSAFE).build();
    driver = new BlkDriver(backend, options, true);
    driver.start(0);
    run(TEST_UNIT_READY, 0);
    backend.calls.clear();
    assertThat(send("2A 08 00000001 00 0001 00", random(512)).why()).isEqualTo("-");
    assertThat(run("35 00 00000000 00 0000 00", 0).why()).isEqualTo("-");
    assertThat(backend.calls).containsExactly("write 512 512");
  }

  @Test
  @DisplayName("what the guest is yet to be told is saved with the device")
  void state() throws IOException {
    byte[] nothing = save();
    driver.device.resize(2 * SECTORS * 512);
    driver.device.resize(SECTORS * 512);
    byte[] saved = save();
    driver.device.load(new StateReader(new DataInputStream(new ByteArrayInputStream(nothing))));
    assertThat(save()).isEqualTo(nothing).isNotEqualTo(saved);
    driver.device.load(new StateReader(new DataInputStream(new ByteArrayInputStream(saved))));
    assertThat(run(TEST_UNIT_READY, 0).why()).isEqualTo("6/2a/09");
  }

  private byte[] save() throws IOException {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    driver.device.save(new StateWriter(new DataOutputStream(saved)));
    return saved.toByteArray();
  }
}
