package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * The commands as Linux 6.1 (sr, cdrom) and SeaBIOS send them, and what they look for in return.
 */
@DisplayName("A CD-ROM drive and its drivers")
class LinuxCdromTest {
  private static final int BLOCKS = 100;

  private static final String READY = "00 00 00 00 00 00";
  private static final String MEDIA_EVENT = "4A 01 0000 10 0000 0008 00";
  private static final String CAPACITY = "25 00 00000000 0000 00 00";

  private final byte[] image = TestDiscs.bytes(BLOCKS * 2048);
  private final CdromUnit unit = new CdromUnit(TestDiscs.IDENTITY, TestDiscs.cd(BLOCKS));
  private Initiator linux;

  @BeforeEach
  void connect() {
    linux = new Initiator(unit, false);
  }

  private String in(String cdb, int room) {
    Initiator.Result result = linux.in(cdb, room);
    assertThat(result.why()).as(cdb).isEqualTo("-");
    return result.hex();
  }

  private void isReady() {
    assertThat(linux.run(READY).why()).isEqualTo("-");
  }

  /** sr_get_events: the event code, of an event that is in the answer and of the media class. */
  private int event() {
    String data = in(MEDIA_EVENT, 8);
    assertThat(Integer.parseInt(data.substring(0, 4), 16)).isGreaterThanOrEqualTo(4);
    assertThat(data.substring(4, 6)).isEqualTo("04");
    return Integer.parseInt(data.substring(8, 10), 16) & 0xF;
  }

  /** get_sectorsize, with cdrom_get_last_written; the size in sectors of 512 bytes. */
  private long capacity() {
    Initiator.Result capacity = linux.in(CAPACITY, 8);
    assertThat(capacity.number(4, 4)).isEqualTo(2048);
    Initiator.Result disc = linux.in("51 00 0000000000 0002 00", 2);
    long length = disc.number(0, 2) + 2;
    disc = linux.in("51 00 0000000000 %04X 00".formatted(length), (int) length);
    long lastTrack = disc.number(11, 1) << 8 | disc.number(6, 1);
    String track = "52 01 %08X 00 %s 00";
    length = linux.in(track.formatted(lastTrack, "0008"), 8).number(0, 2) + 2;
    Initiator.Result written =
        linux.in(track.formatted(lastTrack, "%04X".formatted(length)), (int) length);
    assertThat(written.number(7, 1) & 2).as("LRA_V").isEqualTo(2);
    assertThat(written.number(28, 4)).isLessThanOrEqualTo(capacity.number(0, 4));
    return (capacity.number(0, 4) + 1) * 4;
  }

  private void probe() {
    assertThat(in("12 00 00 0024 00", 36)).startsWith("0580");
    assertThat(linux.run(READY).why()).isEqualTo("6/29/00");
    isReady();
    String capabilities = in("1A 00 2A 00 80 00", 128);
    assertThat(capabilities).as("no block descriptor").startsWith("19000000" + "2a14");
    int mechanism = Integer.parseInt(capabilities.substring(8 + 12, 8 + 14), 16);
    assertThat(mechanism >> 5).as("tray").isEqualTo(1);
    assertThat(mechanism & 0x08).as("can eject").isNotZero();
    assertThat(capabilities.substring(8 + 6, 8 + 8)).as("not writable").isEqualTo("00");
  }

  @Test
  @DisplayName("Linux finds the drive, opens a disc and reads it")
  void probeAndMount() {
    probe();
    // sr_revalidate_disk: the last session, asked for as SFF-8020i does, begins at block 0.
    isReady();
    assertThat(in("43 00 00 000000 00 000C 40", 12)).isEqualTo("000a0101" + "0014010000000000");
    assertThat(capacity()).isEqualTo(BLOCKS * 4);
    // sr_block_open: sr_check_events, sr_drive_status, cdrom_count_tracks, sr_lock_door.
    assertThat(event()).isZero();
    isReady();
    assertThat(in("43 00 00 000000 00 000C 00", 12)).startsWith("00120101");
    String track = in("43 00 00 000000 01 000C 00", 12);
    assertThat(track.substring(10, 12)).as("data track").isEqualTo("14");
    assertThat(in("1E 00 0000 01 00", 0)).isEmpty();
    assertThat(unit.isLocked()).isTrue();
    // cdrom_mmc3_profile, and whether it could be written to.
    assertThat(linux.in("46 00 0000 000000 0020 00", 32).number(6, 2)).isEqualTo(0x08);
    assertThat(in("46 00 0020 000000 0018 00", 24)).isEqualTo("0000000400000008");
    // The volume descriptor, and the end of the disc.
    assertThat(linux.in("28 00 00000010 00 0001 00", 2048).data())
        .isEqualTo(Arrays.copyOfRange(image, 16 * 2048, 17 * 2048));
    assertThat(linux.in("28 00 00000062 00 0002 00", 4096).data())
        .isEqualTo(Arrays.copyOfRange(image, 98 * 2048, image.length));
    // sr_release.
    assertThat(in("1E 00 0000 00 00", 0)).isEmpty();
    assertThat(unit.isLocked()).isFalse();
  }

  @Test
  @DisplayName("Linux sees by event and TEST UNIT READY alike that a disc is another")
  void change() {
    probe();
    unit.eject(false);
    assertThat(event()).as("media removal").isEqualTo(3);
    assertThat(linux.run(READY).why()).isEqualTo("2/3a/02");
    unit.insert(TestDiscs.cd(20));
    assertThat(event()).as("new media").isEqualTo(2);
    assertThat(linux.run(READY).why()).isEqualTo("6/28/00");
    isReady();
    assertThat(capacity()).isEqualTo(80);
  }

  @Test
  @DisplayName("Linux gives a locked disc out when the user asks for it")
  void ejectRequest() {
    probe();
    in("1E 00 0000 01 00", 0);
    assertThat(unit.eject(false)).isNull();
    assertThat(event()).as("eject request").isEqualTo(1);
    in("1E 00 0000 00 00", 0);
    in("1B 00 00 00 02 00", 0);
    assertThat(unit.isOpen()).isTrue();
    assertThat(unit.eject(false)).isNotNull();
  }

  @Test
  @DisplayName("Linux finds a drive without a disc, and knows why")
  void probeEmpty() {
    linux = new Initiator(new CdromUnit(TestDiscs.IDENTITY), false);
    assertThat(linux.run(READY).why()).isEqualTo("6/29/00");
    assertThat(linux.run(READY).why()).isEqualTo("2/3a/01");
    assertThat(in("1A 00 2A 00 80 00", 128)).startsWith("19000000" + "2a14");
    assertThat(in(MEDIA_EVENT, 8)).as("closed, without a medium").endsWith("00000000");
    assertThat(linux.run(CAPACITY).why()).isEqualTo("2/3a/01");
  }

  @Test
  @DisplayName(
      "SeaBIOS boots from it: it waits until the drive is ready, and reads the boot record")
  void seaBios() {
    assertThat(in("12 00 00 0024 00", 36)).startsWith("0580");
    assertThat(linux.run(READY).why()).isEqualTo("6/29/00");
    in("03 00 0000 12 00", 18);
    isReady();
    assertThat(in(CAPACITY, 8)).endsWith("00000800");
    assertThat(linux.in("28 00 00000011 00 0001 00", 2048).data())
        .isEqualTo(Arrays.copyOfRange(image, 17 * 2048, 18 * 2048));
  }

  @Test
  @DisplayName(
      "SeaBIOS does not wait for an empty drive: REQUEST SENSE says that there is no medium")
  void seaBiosEmpty() {
    unit.eject(false);
    linux.run(READY);
    assertThat(linux.in("03 00 0000 12 00", 18).hex())
        .isEqualTo("700002000000000a000000003a0200000000");
  }
}
