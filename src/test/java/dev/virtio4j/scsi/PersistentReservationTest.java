package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.PersistentReserve.CLEAR;
import static dev.virtio4j.scsi.PersistentReserve.EXCLUSIVE_ACCESS;
import static dev.virtio4j.scsi.PersistentReserve.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY;
import static dev.virtio4j.scsi.PersistentReserve.PREEMPT;
import static dev.virtio4j.scsi.PersistentReserve.PREEMPT_AND_ABORT;
import static dev.virtio4j.scsi.PersistentReserve.READ_FULL_STATUS;
import static dev.virtio4j.scsi.PersistentReserve.READ_KEYS;
import static dev.virtio4j.scsi.PersistentReserve.READ_RESERVATION;
import static dev.virtio4j.scsi.PersistentReserve.REGISTER;
import static dev.virtio4j.scsi.PersistentReserve.REGISTER_AND_IGNORE;
import static dev.virtio4j.scsi.PersistentReserve.RELEASE;
import static dev.virtio4j.scsi.PersistentReserve.RESERVE;
import static dev.virtio4j.scsi.PersistentReserve.WRITE_EXCLUSIVE;
import static dev.virtio4j.scsi.PersistentReserve.WRITE_EXCLUSIVE_ALL_REGISTRANTS;
import static dev.virtio4j.scsi.PersistentReserve.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
import static dev.virtio4j.scsi.PersistentReserve.list;
import static dev.virtio4j.scsi.PersistentReserve.out;
import static dev.virtio4j.scsi.PersistentReserve.register;
import static dev.virtio4j.scsi.PersistentReserve.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.StateException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("PERSISTENT RESERVE")
class PersistentReservationTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String WRITE = "2A 00 00000000 00 0001 00";
  private static final Status GOOD = Status.GOOD;
  private static final Status CONFLICT = Status.RESERVATION_CONFLICT;

  private final DiskUnit unit = TestDisk.of(1 << 20).unit();
  private final Initiator one = new Initiator(unit);
  private final Initiator two = new Initiator(unit);
  private final Initiator three = new Initiator(unit);

  private static Status write(Initiator by) {
    return by.out(WRITE, new byte[512]).status();
  }

  private static String next(Initiator by) {
    return by.run(TEST_UNIT_READY).why();
  }

  private void registerAll() {
    register(one, 0x11);
    register(two, 0x22);
    register(three, 0x33);
  }

  /** Of READ KEYS, after the generation and the length. */
  private String keys() {
    return one.run(READ_KEYS).hex().substring(16);
  }

  private static String key(int key) {
    return "%016x".formatted(key);
  }

  private long generation() {
    return one.run(READ_KEYS).number(0, 4);
  }

  /** The type of the reservation that there is; 0 for none. */
  private long type() {
    Initiator.Result result = one.run(READ_RESERVATION);
    return result.data().length == 8 ? 0 : result.number(21, 1);
  }

  @Test
  @DisplayName("REGISTER registers a key, changes it, and takes it back")
  void registration() {
    assertThat(one.run(READ_KEYS).hex()).isEqualTo("00000000" + "00000000");
    assertThat(out(one, REGISTER, 0, 0, 0x11).status()).isEqualTo(GOOD);
    assertThat(one.run(READ_KEYS).hex()).isEqualTo("00000001" + "00000008" + key(0x11));
    assertThat(out(one, REGISTER, 0, 0, 0x12).status()).isEqualTo(CONFLICT);
    assertThat(out(one, REGISTER, 0, 0x11, 0x12).status()).isEqualTo(GOOD);
    assertThat(out(two, REGISTER, 0, 0x12, 0x22).status()).isEqualTo(CONFLICT);
    assertThat(out(two, REGISTER, 0, 0, 0x22).status()).isEqualTo(GOOD);
    assertThat(one.run(READ_KEYS).hex()).isEqualTo("00000003" + "00000010" + key(0x12) + key(0x22));
    assertThat(out(one, REGISTER, 0, 0x12, 0).status()).isEqualTo(GOOD);
    assertThat(out(three, REGISTER, 0, 0, 0).status()).isEqualTo(GOOD); // nothing to take back
    assertThat(keys()).isEqualTo(key(0x22));
    assertThat(one.run("5E 00 0000000000 000C 00").data()).hasSize(12);
  }

  @Test
  @DisplayName("REGISTER AND IGNORE EXISTING KEY needs no key")
  void registerAndIgnore() {
    assertThat(out(one, REGISTER_AND_IGNORE, 0, 0x99, 0x11).status()).isEqualTo(GOOD);
    assertThat(out(one, REGISTER_AND_IGNORE, 0, 0x99, 0x12).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x12));
    assertThat(out(one, REGISTER_AND_IGNORE, 0, 0x99, 0).status()).isEqualTo(GOOD);
    assertThat(keys()).isEmpty();
    assertThat(generation()).isEqualTo(3);
  }

  @ParameterizedTest(name = "service action {0}")
  @ValueSource(ints = {RESERVE, RELEASE, CLEAR, PREEMPT, PREEMPT_AND_ABORT})
  @DisplayName("nothing but registering is for who isn't registered, or has another key")
  void needsKey(int action) {
    register(two, 0x22);
    assertThat(out(one, action, WRITE_EXCLUSIVE, 0, 0x22).status()).isEqualTo(CONFLICT);
    assertThat(out(one, action, WRITE_EXCLUSIVE, 0x22, 0x22).status()).isEqualTo(CONFLICT);
    assertThat(out(two, action, WRITE_EXCLUSIVE, 0x21, 0x22).status()).isEqualTo(CONFLICT);
    assertThat(keys()).isEqualTo(key(0x22));
    assertThat(generation()).isEqualTo(1);
  }

  @Test
  @DisplayName("RESERVE makes one reservation, READ RESERVATION shows it, RELEASE ends it")
  void reservation() {
    registerAll();
    assertThat(one.run(READ_RESERVATION).hex()).isEqualTo("00000003" + "00000000");
    assertThat(reserve(one, 0x11, EXCLUSIVE_ACCESS).status()).isEqualTo(GOOD);
    assertThat(two.run(READ_RESERVATION).hex())
        .isEqualTo("00000003" + "00000010" + key(0x11) + "00000000" + "00" + "03" + "0000");
    assertThat(reserve(one, 0x11, EXCLUSIVE_ACCESS).status()).isEqualTo(GOOD); // the same again
    assertThat(reserve(one, 0x11, WRITE_EXCLUSIVE).status()).isEqualTo(CONFLICT);
    assertThat(reserve(two, 0x22, EXCLUSIVE_ACCESS).status()).isEqualTo(CONFLICT);
    assertThat(write(one)).isEqualTo(GOOD);
    assertThat(write(two)).isEqualTo(CONFLICT);

    assertThat(out(two, RELEASE, EXCLUSIVE_ACCESS, 0x22, 0).status()).isEqualTo(GOOD);
    assertThat(type()).isEqualTo(EXCLUSIVE_ACCESS); // not the other's to end
    assertThat(out(one, RELEASE, WRITE_EXCLUSIVE, 0x11, 0).why()).isEqualTo("5/26/04");
    assertThat(out(one, RELEASE, EXCLUSIVE_ACCESS, 0x11, 0).status()).isEqualTo(GOOD);
    assertThat(out(one, RELEASE, EXCLUSIVE_ACCESS, 0x11, 0).status()).isEqualTo(GOOD);
    assertThat(type()).isZero();
    assertThat(write(two)).isEqualTo(GOOD);
    assertThat(generation()).isEqualTo(3);
  }

  @ParameterizedTest(name = "type {0}: {1}")
  @CsvSource({
    "1, -",
    "3, -",
    "5, 6/2a/04",
    "6, 6/2a/04",
    "7, 6/2a/04",
    "8, 6/2a/04",
  })
  @DisplayName("RELEASE tells the others that are registered, if the reservation was for these")
  void released(int type, String told) {
    register(one, 0x11);
    register(two, 0x22);
    reserve(one, 0x11, type);
    out(one, RELEASE, type, 0x11, 0);
    assertThat(next(one)).isEqualTo("-");
    assertThat(next(two)).isEqualTo(told);
    assertThat(next(three)).isEqualTo("-");
  }

  @Test
  @DisplayName("who holds a reservation and takes the registration back ends both")
  void holderUnregisters() {
    registerAll();
    reserve(one, 0x11, WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    register(two, 0);
    assertThat(type()).isEqualTo(WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    register(one, 0);
    assertThat(type()).isZero();
    assertThat(next(two)).isEqualTo("-");
    assertThat(next(three)).isEqualTo("6/2a/04");
  }

  @Test
  @DisplayName("a reservation of all registrants ends with the last of them, and has no holder key")
  void allRegistrants() {
    register(one, 0x11);
    register(two, 0x22);
    reserve(one, 0x11, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(reserve(two, 0x22, WRITE_EXCLUSIVE_ALL_REGISTRANTS).status()).isEqualTo(GOOD);
    assertThat(one.run(READ_RESERVATION).number(8, 8)).isZero();
    register(one, 0);
    assertThat(type()).isEqualTo(WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(write(one)).isEqualTo(CONFLICT);
    assertThat(write(two)).isEqualTo(GOOD);
    register(two, 0);
    assertThat(type()).isZero();
    assertThat(next(one)).isEqualTo("-");
  }

  @Test
  @DisplayName("CLEAR takes everything away, and tells the others")
  void clear() {
    register(one, 0x11);
    register(two, 0x22);
    reserve(two, 0x22, EXCLUSIVE_ACCESS);
    assertThat(out(one, CLEAR, 0, 0x11, 0).status()).isEqualTo(GOOD);
    assertThat(keys()).isEmpty();
    assertThat(type()).isZero();
    assertThat(generation()).isEqualTo(3);
    assertThat(next(one)).isEqualTo("-");
    assertThat(next(two)).isEqualTo("6/2a/03");
    assertThat(next(three)).isEqualTo("-");
  }

  @Test
  @DisplayName("PREEMPT of the holder takes the reservation over, with another type if wanted")
  void preemptReservation() {
    registerAll();
    reserve(two, 0x22, WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    assertThat(out(one, PREEMPT, EXCLUSIVE_ACCESS, 0x11, 0x22).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x11) + key(0x33));
    assertThat(one.run(READ_RESERVATION).number(8, 8)).isEqualTo(0x11);
    assertThat(type()).isEqualTo(EXCLUSIVE_ACCESS);
    assertThat(generation()).isEqualTo(4);
    assertThat(next(one)).isEqualTo("-");
    assertThat(next(two)).isEqualTo("6/2a/05");
    assertThat(next(three)).isEqualTo("6/2a/04");
    assertThat(write(three)).isEqualTo(CONFLICT);
  }

  @Test
  @DisplayName("PREEMPT by the holder of its own key changes the type, and it stays registered")
  void preemptItself() {
    registerAll();
    reserve(one, 0x11, WRITE_EXCLUSIVE);
    assertThat(out(one, PREEMPT, EXCLUSIVE_ACCESS, 0x11, 0x11).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x11) + key(0x22) + key(0x33));
    assertThat(type()).isEqualTo(EXCLUSIVE_ACCESS);
    assertThat(next(one)).isEqualTo("-");
  }

  @Test
  @DisplayName("PREEMPT of another key takes registrations away, and leaves the reservation")
  void preemptRegistrations() {
    registerAll();
    register(three, 0x22);
    reserve(one, 0x11, WRITE_EXCLUSIVE);
    assertThat(out(one, PREEMPT, EXCLUSIVE_ACCESS, 0x11, 0x22).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x11));
    assertThat(type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(next(two)).isEqualTo("6/2a/05");
    assertThat(next(three)).isEqualTo("6/2a/05");
    assertThat(out(one, PREEMPT, WRITE_EXCLUSIVE, 0x11, 0x22).status()).isEqualTo(CONFLICT);
    assertThat(out(one, PREEMPT, WRITE_EXCLUSIVE, 0x11, 0).why()).isEqualTo("5/26/00");
    assertThat(generation()).isEqualTo(5);
  }

  @Test
  @DisplayName("PREEMPT without a reservation can take one's own registration away")
  void preemptOwnRegistration() {
    registerAll();
    assertThat(out(one, PREEMPT, 0, 0x11, 0x11).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x22) + key(0x33));
    assertThat(next(one)).isEqualTo("-");
  }

  @Test
  @DisplayName("PREEMPT of nobody's key takes a reservation of all registrants over")
  void preemptAllRegistrants() {
    registerAll();
    reserve(two, 0x22, WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    out(one, PREEMPT, WRITE_EXCLUSIVE, 0x11, 0x33);
    assertThat(keys()).isEqualTo(key(0x11) + key(0x22));
    assertThat(type()).isEqualTo(WRITE_EXCLUSIVE_ALL_REGISTRANTS);
    assertThat(out(one, PREEMPT, WRITE_EXCLUSIVE, 0x11, 0).status()).isEqualTo(GOOD);
    assertThat(keys()).isEqualTo(key(0x11));
    assertThat(type()).isEqualTo(WRITE_EXCLUSIVE);
    assertThat(next(two)).isEqualTo("6/2a/05");
  }

  @Test
  @DisplayName("PREEMPT AND ABORT aborts the tasks of who is preempted, and allows removal")
  void preemptAndAbort() {
    List<Nexus> aborted = new ArrayList<>();
    unit.listen(
        new LogicalUnit.Listener() {
          @Override
          public boolean abortTasks(Nexus nexus) {
            aborted.add(nexus);
            return nexus == two.nexus();
          }
        });
    registerAll();
    register(three, 0x22);
    two.run("1E 00 00 00 01 00");
    assertThat(unit.isRemovalPrevented()).isTrue();
    out(one, PREEMPT, 0, 0x11, 0x99);
    assertThat(aborted).isEmpty();
    assertThat(out(one, PREEMPT_AND_ABORT, 0, 0x11, 0x22).status()).isEqualTo(GOOD);
    assertThat(aborted).containsExactly(two.nexus(), three.nexus());
    assertThat(unit.isRemovalPrevented()).isFalse();
    assertThat(next(two)).isEqualTo("6/2a/05");
    assertThat(next(two)).isEqualTo("6/2f/00");
    assertThat(next(three)).isEqualTo("6/2a/05");
    assertThat(next(three)).isEqualTo("-");
  }

  @Test
  @DisplayName("REPORT CAPABILITIES has all types, CRH, and nothing that outlives the program")
  void capabilities() {
    assertThat(one.run(PersistentReserve.REPORT_CAPABILITIES).hex())
        .isEqualTo("0008" + "10" + "80" + "ea01" + "0000");
  }

  @Test
  @DisplayName("READ FULL STATUS tells who has which key, by the names they connected with")
  void fullStatus() {
    DiskUnit named = TestDisk.of(1 << 20).unit();
    Nexus first = named.connect("first");
    Nexus second = named.connect("second");
    Initiator a = new Initiator(named, first);
    Initiator b = new Initiator(named, second);
    register(a, 0x11);
    register(b, 0x22);
    reserve(b, 0x22, EXCLUSIVE_ACCESS_REGISTRANTS_ONLY);
    Initiator.Result status = a.run(READ_FULL_STATUS);
    assertThat(status.number(0, 4)).isEqualTo(2);
    assertThat(status.number(4, 4)).isEqualTo(96);
    String hex = status.hex().substring(16);
    String idA = hex.substring(48, 96);
    String idB = hex.substring(144);
    assertThat(hex)
        .isEqualTo(
            (key(0x11) + "00000000" + "0000" + "00000000" + "0001" + "00000018" + idA)
                + (key(0x22) + "00000000" + "0106" + "00000000" + "0001" + "00000018" + idB));
    assertThat(idA).startsWith("06000000" + "3").endsWith("00".repeat(12)).isNotEqualTo(idB);
    assertThat(new Nexus("first").transportId()).isEqualTo(first.transportId());
  }

  @ParameterizedTest(name = "{0} {1}: {2} {3}")
  @CsvSource({
    "5F 00 00 0000 00000018 00, 01, 5/26/00, parameter 20 bit 0", // APTPL
    "5F 00 00 0000 00000018 00, 04, 5/26/00, parameter 20 bit 2", // ALL_TG_PT
    "5F 06 00 0000 00000018 00, 08, 5/26/00, parameter 20 bit 3", // SPEC_I_PT
    "5F 00 00 0000 00000017 00, 00, 5/1a/00, -",
    "5F 00 00 0000 00000019 00, 00, 5/24/00, byte 5", // more than there is
    "5F 01 11 0000 00000018 00, 00, 5/24/00, byte 2 bit 7", // a scope
    "5F 01 02 0000 00000018 00, 00, 5/24/00, byte 2 bit 3",
    "5F 04 09 0000 00000018 00, 00, 5/24/00, byte 2 bit 3",
    "5F 07 00 0000 00000018 00, 00, 5/24/00, byte 1 bit 4", // REGISTER AND MOVE
    "5E 04 0000000000 0100 00, 00, 5/24/00, byte 1 bit 4",
  })
  @DisplayName("refuses what it can't keep, and what makes no sense")
  void refused(String cdb, String flags, String why, String field) {
    register(one, 0x11);
    if (cdb.startsWith("5F 04")) {
      reserve(one, 0x11, WRITE_EXCLUSIVE);
    }
    Initiator.Result result = one.run(cdb, list(0x11, 0x11, Integer.parseInt(flags, 16)), 256);
    assertThat(result.why()).isEqualTo(why);
    assertThat(result.field()).isEqualTo(field);
    assertThat(keys()).isEqualTo(key(0x11));
  }

  @Test
  @DisplayName("survive resets of the unit and of the nexus, and are saved and loaded")
  void survive() throws IOException {
    registerAll();
    reserve(two, 0x22, WRITE_EXCLUSIVE);
    unit.reset(UnitAttention.POWER_ON);
    unit.nexusLost(two.nexus());
    next(one);
    assertThat(write(one)).isEqualTo(CONFLICT);

    DiskUnit copy = TestDisk.of(1 << 20).unit();
    Initiator first = new Initiator(copy);
    Initiator second = new Initiator(copy);
    new Initiator(copy);
    SenseTest.load(copy, SenseTest.save(unit));
    assertThat(first.run(READ_KEYS).hex()).isEqualTo(one.run(READ_KEYS).hex());
    assertThat(write(first)).isEqualTo(CONFLICT);
    next(second);
    assertThat(write(second)).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("a state that contradicts itself is refused")
  void badState() throws IOException {
    register(one, 0x1122334455667788L);
    reserve(one, 0x1122334455667788L, WRITE_EXCLUSIVE);
    byte[] saved = SenseTest.save(unit);
    int at = 0;
    while (saved[at] != 0x11 || saved[at + 1] != 0x22) {
      at++;
    }
    byte[] noType = saved.clone();
    noType[at + 11] = 0;
    byte[] badType = saved.clone();
    badType[at + 11] = 2;
    byte[] badHolder = saved.clone();
    badHolder[at + 15] = 1;
    for (byte[] bad : List.of(noType, badType, badHolder)) {
      assertThatThrownBy(() -> SenseTest.load(unit, bad))
          .isInstanceOf(StateException.class)
          .hasMessageContaining("reservation");
    }
    byte[] noKey = saved.clone();
    for (int i = 0; i < 8; i++) {
      noKey[at + i] = 0;
    }
    assertThatThrownBy(() -> SenseTest.load(unit, noKey))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("without a key");
  }

  @Test
  @DisplayName("of an initiator that is gone are gone, and there are 32 at most")
  void disconnected() {
    register(one, 0x11);
    reserve(one, 0x11, EXCLUSIVE_ACCESS);
    unit.disconnect(one.nexus());
    assertThat(write(two)).isEqualTo(GOOD);
    for (int i = 2; i < LogicalUnit.MAX_INITIATORS; i++) {
      register(new Initiator(unit), i);
    }
    assertThatThrownBy(unit::connect).hasMessageContaining("32");
    assertThat(two.run(READ_FULL_STATUS).data()).hasSize(8 + 30 * 48);
  }
}
