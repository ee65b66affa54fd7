package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("READ, WRITE, XDWRITEREAD, PRE-FETCH and SYNCHRONIZE CACHE")
class MediumTest {
  /** Blocks of 512 bytes. */
  private static final int BLOCKS = 300;

  private final TestDisk disk = TestDisk.of(BLOCKS * 512);
  private final Initiator initiator = new Initiator(disk.unit());

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({
    "0A 000003 02 00, 08 000003 02 00",
    "2A 00 00000003 00 0002 00, 28 00 00000003 00 0002 00",
    "AA 00 00000003 00000002 00 00, A8 00 00000003 00000002 00 00",
    "8A 00 0000000000000003 00000002 00 00, 88 00 0000000000000003 00000002 00 00",
    "2A 10 00000003 00 0002 00, 28 10 00000003 00 0002 00", // DPO
  })
  @DisplayName("what was written is read, at the block and in the number that the CDB says")
  void writeAndRead(String write, String read) {
    byte[] data = random(1024);
    Initiator.Result written = initiator.out(write, data);
    assertThat(written.status()).isEqualTo(Status.GOOD);
    assertThat(written.moved()).isEqualTo(1024);
    assertThat(initiator.run(read).data()).isEqualTo(data);
    byte[] around = initiator.run("28 00 00000002 00 0004 00").data();
    assertThat(around).startsWith(new byte[512]).endsWith(new byte[512]);
    assertThat(Arrays.copyOfRange(around, 512, 1536)).isEqualTo(data);
  }

  @Test
  @DisplayName("a disk where each call costs is read and written by way of a buffer")
  void buffered() {
    disk.mergeLimit = 256 * 1024;
    byte[] data = random(200 * 512); // more than a buffer
    assertThat(initiator.out("2A 00 00000003 00 00C8 00", data).moved()).isEqualTo(data.length);
    disk.mergeLimit = 0;
    assertThat(initiator.run("28 00 00000003 00 00C8 00").data()).isEqualTo(data);
    disk.mergeLimit = 256 * 1024;
    Initiator.Result result = initiator.in("28 00 00000003 00 00C8 00", data.length);
    assertThat(result.data()).isEqualTo(data);
    assertThat(result.moved()).isEqualTo(data.length);
    disk.badByte = 150 * 512;
    assertThat(initiator.run("28 00 00000003 00 00C8 00").information()).isEqualTo(150);
    assertThat(initiator.out("2A 00 00000003 00 00C8 00", data).information()).isEqualTo(150);
  }

  @Test
  @DisplayName("a length of 0 is 256 blocks in READ (6) and WRITE (6), and none in the others")
  void lengthZero() {
    byte[] data = random(256 * 512);
    assertThat(initiator.out("0A 000001 00 00", data).moved()).isEqualTo(256 * 512);
    assertThat(initiator.run("08 000001 00 00").data()).isEqualTo(data);
    assertThat(initiator.run("28 00 00000001 00 0000 00").moved()).isZero();
    assertThat(initiator.out("2A 00 00000001 00 0000 00", data).moved()).isZero();
  }

  @Test
  @DisplayName("blocks of 4096 bytes")
  void largeBlocks() {
    Initiator large = new Initiator(disk.unit(4096));
    byte[] data = random(4096);
    assertThat(large.out("2A 00 00000002 00 0001 00", data).status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run("28 00 00000010 00 0008 00").data()).isEqualTo(data);
    // 300 sectors are 37 blocks and a half, which is not used.
    assertThat(large.run("28 00 00000024 00 0001 00").status()).isEqualTo(Status.GOOD);
    assertThat(large.run("28 00 00000025 00 0001 00").why()).isEqualTo("5/21/00");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "08 00012C 01 00, byte 1",
    "08 00012B 02 00, byte 4",
    "28 00 0000012C 00 0000 00, byte 2",
    "28 00 0000012B 00 0002 00, byte 7",
    "28 00 FFFFFFFF 00 FFFF 00, byte 2",
    "A8 00 0000012B FFFFFFFF 00 00, byte 6",
    "88 00 FFFFFFFFFFFFFFFF 00000001 00 00, byte 2",
    "88 00 8000000000000000 00000001 00 00, byte 2",
    "88 00 0000000000000000 FFFFFFFF 00 00, byte 10",
    "2A 00 0000012C 00 0001 00, byte 2",
    "35 00 0000012C 00 0000 00, byte 2",
    "91 00 0000000000000000 0000012D 00 00, byte 10",
  })
  @DisplayName("blocks that aren't there are out of range")
  void outOfRange(String cdb, String field) {
    Initiator.Result result = initiator.out(cdb, new byte[512]);
    assertThat(result.why()).isEqualTo("5/21/00");
    assertThat(result.field()).isEqualTo(field);
    assertThat(result.moved()).isZero();
    assertThat(disk.unflushed).isFalse();
  }

  @Test
  @DisplayName("the last block is there, and after a resize it is another")
  void lastBlock() {
    assertThat(initiator.run("28 00 0000012B 00 0001 00").status()).isEqualTo(Status.GOOD);
    disk.resize(301 * 512);
    assertThat(initiator.run("28 00 0000012C 00 0001 00").status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run("25 00 00000000 0000 00 00").hex()).startsWith("0000012c");
  }

  @Test
  @DisplayName("a read fills a buffer that is too small, and says what is missing")
  void shortRead() {
    Initiator.Result result = initiator.in("28 00 00000000 00 0002 00", 700);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(700);
    assertThat(result.shortfall()).isEqualTo(324);
    assertThat(initiator.run("28 00 00000000 00 0002 00").shortfall()).isZero();
  }

  @Test
  @DisplayName("a write that brings too little writes nothing, and one that brings more not more")
  void wrongLengthOfWrite() {
    Initiator.Result little = initiator.out("2A 00 00000000 00 0002 00", random(1023));
    assertThat(little.why()).isEqualTo("5/24/00");
    assertThat(little.field()).isEqualTo("byte 7");
    assertThat(little.moved()).isZero();
    assertThat(little.shortfall()).isEqualTo(1);
    assertThat(disk.unflushed).isFalse();

    Initiator.Result much = initiator.out("2A 00 00000000 00 0001 00", random(1024));
    assertThat(much.status()).isEqualTo(Status.GOOD);
    assertThat(much.moved()).isEqualTo(512);
    assertThat(initiator.run("28 00 00000001 00 0001 00").data()).isEqualTo(new byte[512]);
  }

  @Test
  @DisplayName("a write stays in the cache, with FUA or without a cache it doesn't")
  void forceUnitAccess() {
    initiator.out("2A 00 00000000 00 0001 00", random(512));
    assertThat(disk.unflushed).isTrue();
    initiator.out("2A 08 00000000 00 0001 00", random(512));
    assertThat(disk.unflushed).isFalse();
    disk.cacheOn = false;
    initiator.out("0A 000000 01 00", random(512));
    assertThat(disk.unflushed).isFalse();
    assertThat(disk.flushes).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "a read with FUA brings what is in the cache to the medium first, another one doesn't")
  void forcedRead() {
    initiator.out("2A 00 00000000 00 0001 00", random(512));
    initiator.run("28 00 00000000 00 0001 00");
    assertThat(disk.unflushed).isTrue();
    initiator.run("28 08 00000000 00 0001 00");
    assertThat(disk.unflushed).isFalse();
    // In READ (6) the same bit is one of the address.
    initiator.out("2A 00 00000000 00 0001 00", random(512));
    initiator.run("08 080000 01 00");
    assertThat(disk.unflushed).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "35 00 00000000 00 0000 00",
        "35 02 0000012B 00 0001 00", // IMMED
        "91 00 0000000000000000 00000000 00 00"
      })
  @DisplayName("SYNCHRONIZE CACHE brings everything to stable storage")
  void synchronizeCache(String cdb) {
    initiator.out("2A 00 00000000 00 0001 00", random(512));
    assertThat(initiator.run(cdb).status()).isEqualTo(Status.GOOD);
    assertThat(disk.unflushed).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "0A 000000 01 00",
        "2A 00 00000000 00 0001 00",
        "2E 00 00000000 00 0001 00",
        "41 00 00000000 00 0001 00",
        "42 00 00000000 00 0018 00",
        "53 04 00000000 00 0001 00",
        "89 00 0000000000000000 00000001 00 00",
        "AA 00 00000000 00000001 00 00",
        "8A 00 0000000000000000 00000001 00 00"
      })
  @DisplayName("a read-only disk refuses to write, and reads")
  void readOnly(String cdb) {
    Initiator readOnly = new Initiator(new TestDisk(1 << 20, true).unit());
    Initiator.Result result = readOnly.out(cdb, new byte[512]);
    assertThat(result.why()).isEqualTo("7/27/00");
    assertThat(result.moved()).isZero();
    assertThat(readOnly.run("28 00 00000000 00 0001 00").status()).isEqualTo(Status.GOOD);
    assertThat(readOnly.run("35 00 00000000 00 0000 00").status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("a read that fails on the host is a medium error, with the block")
  void readError() {
    disk.badByte = 5 * 512 + 100;
    Initiator.Result result = initiator.run("28 00 00000003 00 0008 00");
    assertThat(result.why()).isEqualTo("3/11/00");
    assertThat(HexFormat.of().formatHex(result.sense(), 0, 7)).isEqualTo("f0000300000005");
    assertThat(result.moved()).isBetween(2L * 512, 2L * 512 + 100);
    assertThat(result.hostFailure()).hasMessage("bad byte");
    assertThat(initiator.run("28 00 00000003 00 0002 00").hostFailure()).isNull();
  }

  @Test
  @DisplayName("a write that fails on the host is a medium error, with the block")
  void writeError() {
    disk.badByte = 5 * 512;
    Initiator.Result result = initiator.out("2A 00 00000005 00 0001 00", random(512));
    assertThat(result.why()).isEqualTo("3/0c/00");
    assertThat(HexFormat.of().formatHex(result.sense(), 0, 7)).isEqualTo("f0000300000005");
    assertThat(result.hostFailure()).hasMessage("bad byte");
  }

  @ParameterizedTest(name = "by way of a buffer: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("what is before a bad block arrives, however large the reads of the host are")
  void readsUpToBadBlock(boolean buffered) {
    byte[] data = random(8 * 512);
    initiator.out("2A 00 00000003 00 0008 00", data);
    disk.mergeLimit = buffered ? 256 * 1024 : 0;
    disk.badByte = 5 * 512;
    Initiator.Result result = initiator.run("28 00 00000003 00 0008 00");
    assertThat(result.information()).isEqualTo(5);
    assertThat(result.data()).isEqualTo(Arrays.copyOf(data, 2 * 512));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "2A 08 00000000 00 0001 00",
        "28 08 00000000 00 0001 00",
        "35 00 00000000 00 0000 00"
      })
  @DisplayName("a flush that fails on the host is a medium error, too")
  void flushError(String cdb) {
    disk.flushFails = true;
    Initiator.Result result = initiator.out(cdb, new byte[512]);
    assertThat(result.why()).isEqualTo("3/0c/00");
    assertThat(result.hostFailure()).hasMessage("no flush");
  }

  @Test
  @DisplayName("more blocks than page B0 allows are refused before anything is moved")
  void tooLong() {
    Initiator huge = new Initiator(TestDisk.of(1L << 40).unit());
    Initiator.Result most = huge.in("88 00 0000000000000000 00020000 00 00", 512);
    assertThat(most.status()).isEqualTo(Status.GOOD);
    assertThat(most.moved()).isEqualTo(512);
    Initiator.Result more = huge.in("88 00 0000000000000000 00020001 00 00", 512);
    assertThat(more.why()).isEqualTo("5/24/00");
    assertThat(more.field()).isEqualTo("byte 10");
    assertThat(more.moved()).isZero();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "34 00 00000000 00 0000 00, -",
    "34 02 0000012B 00 0001 00, -", // IMMED
    "90 00 0000000000000000 0000012C 00 00, -",
    "34 00 0000012B 00 0002 00, 5/21/00",
  })
  @DisplayName("PRE-FETCH is taken for blocks that are there")
  void prefetch(String cdb, String why) {
    assertThat(initiator.run(cdb).why()).isEqualTo(why);
  }

  private static byte[] xor(byte[] one, byte[] other) {
    byte[] result = one.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= other[i];
    }
    return result;
  }

  @Test
  @DisplayName("XDWRITEREAD writes, and sends back the difference to what was there")
  void exchange() {
    int length = 200 * 512; // more than a buffer of the unit
    byte[] old = random(length);
    byte[] data = random(length + 512);
    initiator.out("2A 00 00000003 00 00C8 00", old);
    Initiator.Result result = initiator.run("53 00 00000003 00 00C8 00", data, length);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.data()).isEqualTo(xor(old, data));
    assertThat(result.moved()).isEqualTo(2L * length);
    assertThat(result.shortfall()).isZero();
    assertThat(initiator.run("28 00 00000003 00 00C8 00").data())
        .isEqualTo(Arrays.copyOf(data, length));
    assertThat(disk.unflushed).isTrue();
    initiator.run("53 08 00000003 00 0001 00", data, 512);
    assertThat(disk.unflushed).isFalse();
  }

  @Test
  @DisplayName("XDWRITEREAD with DISABLE WRITE writes nothing")
  void exchangeWithoutWriting() {
    byte[] data = random(512);
    Initiator.Result result = initiator.run("53 04 00000003 00 0001 00", data, 512);
    assertThat(result.data()).isEqualTo(data);
    assertThat(initiator.run("28 00 00000003 00 0001 00").data()).isEqualTo(new byte[512]);
    assertThat(disk.unflushed).isFalse();
  }

  @ParameterizedTest(name = "{0} bytes to the unit, {1} back")
  @CsvSource({"1023, 1024, 1", "1024, 1000, 24"})
  @DisplayName("XDWRITEREAD with too small a buffer does nothing")
  void exchangeTooLittle(int out, int in, int shortfall) {
    Initiator.Result result = initiator.run("53 00 00000003 00 0002 00", random(out), in);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.moved()).isZero();
    assertThat(result.shortfall()).isEqualTo(shortfall);
    assertThat(disk.unflushed).isFalse();
  }

  @Test
  @DisplayName("XDWRITEREAD ends where the host fails")
  void exchangeFails() {
    disk.badByte = 5 * 512;
    Initiator.Result result = initiator.run("53 00 00000005 00 0001 00", random(512), 512);
    assertThat(result.why()).isEqualTo("3/11/00");
    assertThat(result.information()).isEqualTo(5);
    assertThat(result.moved()).isZero();
  }
}
