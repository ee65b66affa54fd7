package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("UNMAP, WRITE SAME and GET LBA STATUS")
class ProvisioningTest {
  /** In blocks of 512 bytes. */
  private static final long TIB = 1L << 31;

  private final TestDisk disk = TestDisk.of(4 * TIB * 512);
  private final Initiator initiator = new Initiator(disk.unit());

  /** Not a zero on it, where the disk holds anything. */
  private void fill() {
    byte[] ones = new byte[256 * 1024];
    Arrays.fill(ones, (byte) 1);
    initiator.out("2A 00 00000000 00 0200 00", ones);
    disk.unflushed = false;
  }

  private byte[] stored(int block, int blocks) {
    return initiator.run("28 00 %08X 00 %04X 00".formatted(block, blocks)).data();
  }

  /** The parameter list of UNMAP for pairs of address and number of blocks. */
  private static byte[] list(long... ranges) {
    ByteBuffer list = ByteBuffer.allocate(8 + 8 * ranges.length);
    list.putShort((short) (list.limit() - 2)).putShort((short) (list.limit() - 8)).putInt(0);
    for (int i = 0; i < ranges.length; i += 2) {
      list.putLong(ranges[i]).putInt((int) ranges[i + 1]).putInt(0);
    }
    return list.array();
  }

  private Initiator.Result unmap(byte[] list) {
    return initiator.out("42 00 00000000 00 %04X 00".formatted(list.length), list);
  }

  @Test
  @DisplayName("UNMAP gives back each range of its list, and those blocks read as zeroes")
  void unmap() {
    fill();
    Initiator.Result result = unmap(list(3, 2, 8, 0, 3 * TIB, 1000));
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(8 + 3 * 16);
    assertThat(disk.zeroed)
        .containsExactly("1536+1024 unmap", "4096+0 unmap", 3 * TIB * 512 + "+512000 unmap");
    assertThat(stored(3, 2)).containsOnly(0);
    assertThat(stored(2, 1)).containsOnly(1);
    assertThat(stored(5, 5)).containsOnly(1);
    assertThat(disk.unflushed).isTrue();
  }

  @Test
  @DisplayName("UNMAP of blocks of 4096 bytes")
  void unmapLargeBlocks() {
    byte[] list = list(3, 2);
    new Initiator(disk.unit(4096)).out("42 00 00000000 00 0018 00", list);
    assertThat(disk.zeroed).containsExactly("12288+8192 unmap");
  }

  @Test
  @DisplayName("UNMAP with an empty list, or none, does nothing")
  void unmapNothing() {
    assertThat(unmap(new byte[0]).status()).isEqualTo(Status.GOOD);
    assertThat(unmap(list()).status()).isEqualTo(Status.GOOD);
    assertThat(disk.zeroed).isEmpty();
  }

  @Test
  @DisplayName("a descriptor that is cut short doesn't count, wherever it is cut")
  void cutShort() {
    byte[] list = list(3, 2, 5, 2);
    assertThat(unmap(Arrays.copyOf(list, list.length - 1)).status()).isEqualTo(Status.GOOD);
    list[3]--; // the length of the descriptors
    assertThat(unmap(list).status()).isEqualTo(Status.GOOD);
    assertThat(disk.zeroed).containsExactly("1536+1024 unmap", "1536+1024 unmap");
  }

  @Test
  @DisplayName("UNMAP takes as much as page B0 says, and with more does nothing")
  void unmapLimits() {
    assertThat(unmap(list(0, 0x1F_FFFF, TIB, 1)).status()).isEqualTo(Status.GOOD);
    Initiator.Result tooMuch = unmap(list(0, 0x1F_FFFF, TIB, 2));
    assertThat(tooMuch.why()).isEqualTo("5/26/00");
    assertThat(tooMuch.field()).isEqualTo("parameter 32");
    assertThat(unmap(list(0, 0xFFFF_FFFFL)).field()).isEqualTo("parameter 16");
    assertThat(disk.zeroed).hasSize(2);
    assertThat(unmap(list(new long[2 * 255])).status()).isEqualTo(Status.GOOD);
    Initiator.Result tooMany = unmap(list(new long[2 * 256]));
    assertThat(tooMany.why()).isEqualTo("5/26/00");
    assertThat(tooMany.field()).isEqualTo("parameter 2");
    assertThat(disk.zeroed).hasSize(2 + 255);
  }

  @ParameterizedTest(name = "{1} blocks at {0}")
  @CsvSource({"8589934592, 1", "8589934591, 2", "-1, 1", "9223372036854775807, 4294967295"})
  @DisplayName("UNMAP does nothing if a range is not on the disk")
  void unmapOutOfRange(long address, long blocks) {
    assertThat(unmap(list(3, 2, address, blocks)).why()).isEqualTo("5/21/00");
    assertThat(disk.zeroed).isEmpty();
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @CsvSource({
    "42 01 00000000 00 0018 00, 5/24/00, byte 1 bit 0", // ANCHOR
    "42 00 00000000 00 0007 00, 5/1a/00, byte 7",
    "42 00 00000000 00 0028 00, 5/24/00, byte 7", // 16 bytes are missing
    "41 10 00000000 00 0001 00, 5/24/00, byte 1 bit 4", // ANCHOR
    "93 18 0000000000000000 00000001 00 00, 5/24/00, byte 1 bit 4",
    "41 01 00000000 00 0001 00, 5/24/00, byte 1 bit 0", // NDOB is not in (10)
    "93 00 0000000000000000 00020001 00 00, 5/24/00, byte 10",
    "93 00 0000000000000000 00000000 00 00, 5/24/00, byte 10",
    "93 00 00000001FFFFFFFF 00000002 00 00, 5/21/00, byte 10",
    "93 00 0000000200000000 00000000 00 00, 5/21/00, byte 2",
  })
  @DisplayName("what is not supported, too much or not there is refused")
  void refused(String cdb, String why, String field) {
    Initiator.Result result = initiator.out(cdb, list(3, 2));
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
    assertThat(disk.zeroed).isEmpty();
  }

  @Test
  @DisplayName(
      "with discard=ignore UNMAP is checked and does nothing, WRITE SAME writes its zeroes")
  void ignored() {
    disk.discard = false;
    Initiator other = new Initiator(disk.unit());
    assertThat(other.out("42 00 00000000 00 0018 00", list(3, 2)).status()).isEqualTo(Status.GOOD);
    assertThat(other.out("42 00 00000000 00 0018 00", list(-1, 2)).why()).isEqualTo("5/21/00");
    assertThat(disk.zeroed).isEmpty();
    assertThat(other.out("41 08 00000003 00 0002 00", new byte[512]).why()).isEqualTo("-");
    assertThat(disk.zeroed).containsExactly("1536+1024");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "41 00 00000003 00 00C8 00",
        "93 00 0000000000000003 000000C8 00 00",
        "93 08 0000000000000003 000000C8 00 00" // UNMAP of what is not zeroes
      })
  @DisplayName("WRITE SAME writes one block everywhere")
  void writeSame(String cdb) {
    byte[] block = new byte[512];
    block[511] = 7;
    Initiator.Result result = initiator.out(cdb, block);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isEqualTo(512);
    byte[] all = stored(3, 200);
    for (int i = 0; i < 200; i++) {
      assertThat(Arrays.copyOfRange(all, i * 512, i * 512 + 512)).isEqualTo(block);
    }
    assertThat(stored(2, 1)).containsOnly(0);
    assertThat(stored(203, 1)).containsOnly(0);
    assertThat(disk.zeroed).isEmpty();
    assertThat(disk.unflushed).isTrue();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "41 00 00000003 00 0002 00, 1536+1024",
    "41 08 00000003 00 0002 00, 1536+1024 unmap",
    "93 00 0000000000000003 00000002 00 00, 1536+1024",
    "93 08 0000000000000003 00000002 00 00, 1536+1024 unmap",
    "93 00 0000000000000003 00020000 00 00, 1536+67108864",
  })
  @DisplayName("WRITE SAME of zeroes lets the host make them, and gives blocks back with UNMAP")
  void writeZeroes(String cdb, String zeroed) {
    fill();
    assertThat(initiator.out(cdb, new byte[512]).moved()).isEqualTo(512);
    assertThat(disk.zeroed).containsExactly(zeroed);
    assertThat(stored(3, 2)).containsOnly(0);
    assertThat(stored(2, 1)).containsOnly(1);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "93 01 0000000000000003 00000002 00 00, 1536+1024",
    "93 09 0000000000000003 00000002 00 00, 1536+1024 unmap",
  })
  @DisplayName("WRITE SAME with NDOB transfers nothing and makes zeroes")
  void noData(String cdb, String zeroed) {
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.moved()).isZero();
    assertThat(disk.zeroed).containsExactly(zeroed);
  }

  @Test
  @DisplayName("WRITE SAME of no number of blocks goes up to the end")
  void toTheEnd() {
    TestDisk small = TestDisk.of(300 * 512);
    Initiator other = new Initiator(small.unit());
    other.out("41 00 00000100 00 0000 00", new byte[512]);
    assertThat(small.zeroed).containsExactly("131072+22528");
  }

  @Test
  @DisplayName("WRITE SAME without its block does nothing")
  void noBlock() {
    Initiator.Result result = initiator.out("41 00 00000003 00 0002 00", new byte[511]);
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.shortfall()).isEqualTo(1);
    assertThat(disk.unflushed).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "42 00 00000000 00 0018 00",
        "41 00 00000003 00 0002 00",
        "93 08 0000000000000003 00000002 00 00",
        "93 01 0000000000000003 00000002 00 00"
      })
  @DisplayName(
      "without a cache UNMAP and WRITE SAME end on stable storage; with one nothing forces")
  void withoutCache(String cdb) {
    byte[] data = Arrays.copyOf(list(3, 2), 512);
    initiator.out(cdb, data);
    assertThat(disk.flushes).isZero();
    disk.cacheOn = false;
    initiator.out(cdb, data);
    assertThat(disk.unflushed).isFalse();
    assertThat(disk.flushes).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "42 00 00000000 00 0018 00",
        "41 00 00000003 00 0002 00",
        "93 01 0000000000000003 00000002 00 00"
      })
  @DisplayName("what the host can't do is a medium error, with the block")
  void hostFails(String cdb) {
    disk.badByte = 3 * 512;
    Initiator.Result result = initiator.out(cdb, Arrays.copyOf(list(3, 2), 512));
    assertThat(result.why()).isEqualTo("3/0c/00");
    assertThat(result.information()).isEqualTo(3);
    assertThat(result.hostFailure()).hasMessage("bad byte");
  }

  @ParameterizedTest(name = "at {0}, {1} bytes mapped: {2}")
  @CsvSource({
    "0, 9223372036854775807, 00200000 00",
    "8589934590, 9223372036854775807, 00000002 00",
    "0, 0, 00200000 01",
    "100, 65536, 0000001c 00", // up to what is unmapped
    "128, 65536, 00200000 01",
    "0, 10000, 00000080 00", // mapped in part
    "8589934590, 0, 00000002 01",
  })
  @DisplayName("GET LBA STATUS says what is unmapped, 64 KiB by 64 KiB, and up to 1 GiB")
  void status(long address, long mapped, String state) {
    disk.mapped = mapped;
    String descriptor = "%016x%s000000".formatted(address, state.replace(" ", ""));
    assertThat(initiator.run("9E 12 %016X 00000018 00 00".formatted(address)).hex())
        .isEqualTo("0000001400000000" + descriptor);
  }

  @Test
  @DisplayName("GET LBA STATUS of a disk that is fully provisioned says that all is mapped")
  void fullyProvisioned() {
    disk.mapped = 0;
    disk.discard = false;
    assertThat(new Initiator(disk.unit()).run("9E 12 0000000000000000 00000018 00 00").hex())
        .endsWith("0020000000000000");
  }

  @Test
  @DisplayName("GET LBA STATUS is cut to the allocation length, and knows the end of the disk")
  void statusOfNothing() {
    assertThat(initiator.run("9E 12 0000000000000000 00000008 00 00").moved()).isEqualTo(8);
    Initiator.Result result = initiator.run("9E 12 0000000200000000 00000018 00 00");
    assertThat(result.why()).isEqualTo("5/21/00");
    assertThat(result.field()).isEqualTo("byte 2");
  }
}
