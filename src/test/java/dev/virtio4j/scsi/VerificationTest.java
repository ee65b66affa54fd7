package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.RecordingBackend;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("VERIFY, WRITE AND VERIFY and COMPARE AND WRITE")
class VerificationTest {
  /** More than a buffer of the unit, and no multiple of it, in blocks of 512 bytes. */
  private static final int MANY = 200;

  private final TestDisk disk = TestDisk.of(1L << 40);
  private final Initiator initiator = new Initiator(disk.unit());

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static byte[] repeat(byte[] block, int count) {
    byte[] all = new byte[count * block.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(block, 0, all, i * block.length, block.length);
    }
    return all;
  }

  private byte[] stored(int block, int blocks) {
    return initiator.run("28 00 %08X 00 %04X 00".formatted(block, blocks)).data();
  }

  private void store(int block, byte[] data) {
    initiator.out("2A 00 %08X 00 %04X 00".formatted(block, data.length / 512), data);
    disk.unflushed = false;
    disk.flushes = 0;
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "2F 00 00000003 00 00C8 00",
        "AF 10 00000003 000000C8 00 00",
        "8F 00 0000000000000003 000000C8 00 00",
        "2F 00 00000003 00 0000 00",
        "8F 00 0000000000000100 00000001 00 00"
      })
  @DisplayName("VERIFY with BYTCHK 0 transfers nothing, and finds blocks that can be read good")
  void verify(String cdb) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("VERIFY reads what it verifies, and says where the host can't")
  void unreadable() {
    disk.badByte = 150 * 512;
    Initiator.Result result = initiator.run("2F 00 00000000 00 00C8 00");
    assertThat(result.why()).isEqualTo("3/11/00");
    assertThat(result.information()).isEqualTo(150);
    assertThat(result.hostFailure()).hasMessage("bad byte");
    assertThat(initiator.run("2F 00 00000000 00 0096 00").status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("VERIFY brings what is in the cache to the medium first")
  void verifiesTheMedium() {
    initiator.out("2A 00 00000000 00 0001 00", random(512));
    assertThat(disk.unflushed).isTrue();
    initiator.run("2F 00 00000000 00 0001 00");
    assertThat(disk.unflushed).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "2F 02 00000003 00 00C8 00",
        "AF 02 00000003 000000C8 00 00",
        "8F 02 0000000000000003 000000C8 00 00"
      })
  @DisplayName("VERIFY with BYTCHK 1 compares, and says where the first difference is")
  void compare(String cdb) {
    byte[] data = random(MANY * 512);
    store(3, data);
    Initiator.Result same = initiator.out(cdb, data);
    assertThat(same.status()).isEqualTo(Status.GOOD);
    assertThat(same.moved()).isEqualTo(MANY * 512);

    data[70_001] ^= 1;
    data[70_002] ^= 1;
    Initiator.Result other = initiator.out(cdb, data);
    assertThat(other.why()).isEqualTo("e/1d/00");
    assertThat(other.information()).isEqualTo(70_001);
  }

  @Test
  @DisplayName("VERIFY with BYTCHK 3 compares one block with all")
  void compareOne() {
    byte[] block = random(512);
    byte[] all = repeat(block, MANY);
    store(3, all);
    Initiator.Result same = initiator.out("2F 06 00000003 00 00C8 00", block);
    assertThat(same.status()).isEqualTo(Status.GOOD);
    assertThat(same.moved()).isEqualTo(512);

    all[150 * 512 + 7] ^= 1;
    store(3, all);
    Initiator.Result other = initiator.out("2F 06 00000003 00 00C8 00", block);
    assertThat(other.why()).isEqualTo("e/1d/00");
    assertThat(other.information()).isEqualTo(7);
    assertThat(initiator.out("2F 06 00000003 00 0000 00", new byte[0]).why()).isEqualTo("-");
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "2F 04 00000000 00 0001 00, 5/24/00, byte 1 bit 2", // BYTCHK is 2
    "2F 01 00000000 00 0001 00, 5/24/00, byte 1 bit 0",
    "8F 00 0000000000000000 00020001 00 00, 5/24/00, byte 10",
    "8F 00 0000000080000000 00000001 00 00, 5/21/00, byte 2",
    "2F 02 00000000 00 0002 00, 5/24/00, byte 7", // 512 bytes are missing
    "2E 06 00000000 00 0001 00, 5/24/00, byte 1 bit 2",
    "2E 00 00000000 00 0002 00, 5/24/00, byte 7",
    "89 00 0000000000000000 00000081 00 00, 5/24/00, byte 13",
    "89 00 0000000000000000 00000001 00 00, 5/24/00, byte 13",
    "89 00 000000007FFFFFFF 00000002 00 00, 5/21/00, byte 13",
    "89 00 0000000080000000 00000000 00 00, 5/21/00, byte 2",
  })
  @DisplayName("what is not supported, not there or not sent is refused")
  void refused(String cdb, String why, String field) {
    Initiator.Result result = initiator.out(cdb, new byte[512]);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
    assertThat(result.moved()).isZero();
    assertThat(disk.unflushed).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "2E 00 00000003 00 00C8 00",
        "2E 12 00000003 00 00C8 00",
        "AE 00 00000003 000000C8 00 00",
        "8E 02 0000000000000003 000000C8 00 00"
      })
  @DisplayName("WRITE AND VERIFY leaves what it wrote on stable storage")
  void writeAndVerify(String cdb) {
    byte[] data = random(MANY * 512);
    Initiator.Result result = initiator.out(cdb, data);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(data.length);
    assertThat(disk.unflushed).isFalse();
    assertThat(disk.flushes).isEqualTo(1);
    assertThat(stored(3, MANY)).isEqualTo(data);
  }

  @ParameterizedTest(name = "BYTCHK in {0}: {1}")
  @CsvSource({"2E 02 00000003 00 0080 00, e/1d/00", "2E 00 00000003 00 0080 00, -"})
  @DisplayName("WRITE AND VERIFY with BYTCHK 1 finds a disk that doesn't keep what it is given")
  void forgetful(String cdb, String why) {
    disk.forgets = true;
    byte[] data = new byte[128 * 512];
    data[1000] = 1;
    Initiator.Result result = initiator.out(cdb, data);
    assertThat(result.why()).isEqualTo(why);
    if (!result.why().equals("-")) {
      assertThat(result.information()).isEqualTo(1000);
    }
  }

  @Test
  @DisplayName("WRITE AND VERIFY that the host can't write or flush is a medium error")
  void writeAndVerifyFails() {
    disk.badByte = 5 * 512;
    assertThat(initiator.out("2E 00 00000005 00 0001 00", new byte[512]).why())
        .isEqualTo("3/0c/00");
    disk.flushFails = true;
    assertThat(initiator.out("2E 00 00000006 00 0001 00", new byte[512]).why())
        .isEqualTo("3/0c/00");
  }

  @ParameterizedTest(name = "{0} blocks")
  @ValueSource(ints = {1, 2, 128})
  @DisplayName("COMPARE AND WRITE writes if what is there is what the initiator expects")
  void compareAndWrite(int blocks) {
    String cdb = "89 00 0000000000000003 000000%02X 00 00".formatted(blocks);
    byte[] data = random(blocks * 512);
    byte[] more = random(blocks * 512 + 512);
    Initiator.Result result = initiator.out(cdb, concat(new byte[data.length], data));
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(2L * data.length);
    assertThat(stored(3, blocks)).isEqualTo(data);
    assertThat(disk.unflushed).isTrue();

    Initiator.Result next = initiator.out(cdb, concat(data, more)); // 512 bytes too many
    assertThat(next.status()).isEqualTo(Status.GOOD);
    assertThat(stored(3, blocks)).isEqualTo(Arrays.copyOf(more, data.length));
    assertThat(stored(3 + blocks, 1)).isEqualTo(new byte[512]);
  }

  @Test
  @DisplayName("COMPARE AND WRITE of no blocks does nothing")
  void compareAndWriteNothing() {
    Initiator.Result result = initiator.out("89 00 0000000000000003 00000000 00 00", random(512));
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("COMPARE AND WRITE leaves everything as it is if one byte is not as expected")
  void miscompare() {
    byte[] data = random(4 * 512);
    store(3, data);
    byte[] expected = data.clone();
    expected[4 * 512 - 1] ^= 1;
    Initiator.Result result =
        initiator.out("89 08 0000000000000003 00000004 00 00", concat(expected, new byte[4 * 512]));
    assertThat(result.why()).isEqualTo("e/1d/00");
    assertThat(result.information()).isEqualTo(4 * 512 - 1);
    assertThat(stored(3, 4)).isEqualTo(data);
    assertThat(disk.flushes).isZero();
  }

  @Test
  @DisplayName("COMPARE AND WRITE with FUA, or without a cache, ends on stable storage")
  void compareAndWriteForced() {
    byte[] zeroes = new byte[1024];
    initiator.out("89 08 0000000000000003 00000001 00 00", zeroes);
    assertThat(disk.flushes).isEqualTo(1);
    disk.cacheOn = false;
    initiator.out("89 00 0000000000000003 00000001 00 00", zeroes);
    assertThat(disk.flushes).isEqualTo(2);
  }

  @Test
  @DisplayName("COMPARE AND WRITE that the host does in part is undone")
  void undone() {
    RecordingBackend backend = new RecordingBackend(random(1 << 20));
    backend.failAfter = 700;
    backend.fails = call -> call.startsWith("write") && backend.calls.size() == 2;
    DiskUnit unit =
        new DiskUnit(backend, disk, UnitIdentity.ofDisk(""), new BlockLayout(512, 512, 0, 0), true);
    Initiator other = new Initiator(unit);
    byte[] before = Arrays.copyOf(random(1 << 20), 4 * 512);
    Initiator.Result result =
        other.out("89 00 0000000000000000 00000004 00 00", concat(before, new byte[4 * 512]));
    assertThat(result.why()).isEqualTo("3/0c/00");
    assertThat(backend.calls).containsExactly("read 0 2048", "write 0 2048", "write 0 2048");
    assertThat(other.run("28 00 00000000 00 0004 00").data()).isEqualTo(before);
  }

  @Test
  @DisplayName("COMPARE AND WRITE that the host can neither read nor write is a medium error")
  void compareAndWriteFails() {
    disk.badByte = 3 * 512;
    Initiator.Result result =
        initiator.out("89 00 0000000000000003 00000001 00 00", new byte[1024]);
    assertThat(result.why()).isEqualTo("3/11/00");
    assertThat(result.information()).isEqualTo(3);
  }

  @Test
  @DisplayName("blocks of 4096 bytes")
  void largeBlocks() {
    Initiator large = new Initiator(disk.unit(4096));
    byte[] data = random(16 * 4096);
    String cdb = "89 00 0000000000000003 00000010 00 00";
    assertThat(large.out(cdb, concat(new byte[data.length], data)).why()).isEqualTo("-");
    assertThat(large.out("2F 02 00000003 00 0010 00", data).why()).isEqualTo("-");
    assertThat(large.out("2E 02 00000013 00 0001 00", random(4096)).why()).isEqualTo("-");
    assertThat(large.out("2F 06 00000013 00 0001 00", random(4096)).why()).isEqualTo("-");
    assertThat(large.out(cdb.replace("10 00 00", "11 00 00"), data).field()).isEqualTo("byte 13");
  }
}
