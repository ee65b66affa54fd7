package dev.virtio4j.scsi;

import static dev.virtio4j.scsi.PersistentReserve.EXCLUSIVE_ACCESS;
import static dev.virtio4j.scsi.PersistentReserve.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("RESERVE and RELEASE")
class ReservationTest {
  private static final String RESERVE = "16 00 00 00 00 00";
  private static final String RELEASE = "17 00 00 00 00 00";
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";

  private final DiskUnit unit = TestDisk.of(1 << 20).unit();
  private final Initiator one = new Initiator(unit);
  private final Initiator other = new Initiator(unit);

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({
    "16 00 00 00 00 00, 17 00 00 00 00 00",
    "56 00 0000000000 0000 00, 57 00 0000000000 0000 00"
  })
  @DisplayName("give the unit to an initiator, and back")
  void reserveAndRelease(String reserve, String release) {
    assertThat(one.run(reserve).status()).isEqualTo(Status.GOOD);
    Initiator.Result refused = other.run(READ);
    assertThat(refused.status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(refused.status().code()).isEqualTo(0x18);
    assertThat(refused.sense()).isEmpty();
    assertThat(refused.moved()).isZero();
    assertThat(other.run(reserve).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(one.run(READ).status()).isEqualTo(Status.GOOD);
    assertThat(one.run(reserve).status()).isEqualTo(Status.GOOD);

    assertThat(other.run(release).status()).isEqualTo(Status.GOOD); // and does nothing
    assertThat(other.run(READ).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(one.run(release).status()).isEqualTo(Status.GOOD);
    assertThat(other.run(READ).status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("are undone by a reset of the unit and by the loss of the nexus")
  void undone() {
    one.run(RESERVE);
    unit.reset(UnitAttention.BUS_DEVICE_RESET);
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("6/29/03");
    assertThat(other.run(READ).status()).isEqualTo(Status.GOOD);

    one.run(TEST_UNIT_READY);
    one.run(RESERVE);
    unit.nexusLost(other.nexus());
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("6/29/07");
    assertThat(other.run(READ).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    unit.nexusLost(one.nexus());
    assertThat(other.run(READ).status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("keep persistent reservations out, for everybody")
  void noPersistent() {
    one.run(RESERVE);
    for (Initiator initiator : new Initiator[] {one, other}) {
      assertThat(PersistentReserve.register(initiator, 1).status())
          .isEqualTo(Status.RESERVATION_CONFLICT);
      assertThat(initiator.run(PersistentReserve.READ_KEYS).status())
          .isEqualTo(Status.RESERVATION_CONFLICT);
    }
  }

  @Test
  @DisplayName("conflict as long as somebody is registered, but for holders (CRH), and do nothing")
  void compatible() {
    PersistentReserve.register(one, 1);
    assertThat(one.run(RESERVE).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(other.run(RELEASE).status()).isEqualTo(Status.RESERVATION_CONFLICT);

    PersistentReserve.reserve(one, 1, EXCLUSIVE_ACCESS);
    assertThat(one.run(RESERVE).status()).isEqualTo(Status.GOOD);
    assertThat(one.run(RELEASE).status()).isEqualTo(Status.GOOD);
    assertThat(other.run(RESERVE).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(one.run(PersistentReserve.READ_RESERVATION).data()).hasSize(24);

    PersistentReserve.register(other, 2);
    assertThat(other.run(RESERVE).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    PersistentReserve.out(one, PersistentReserve.RELEASE, EXCLUSIVE_ACCESS, 1, 0);
    PersistentReserve.reserve(one, 1, EXCLUSIVE_ACCESS_REGISTRANTS_ONLY);
    assertThat(other.run(RESERVE).status()).isEqualTo(Status.GOOD);
  }

  @Test
  @DisplayName("conflicts are told before unit attentions, but after those of a reset")
  void precedence() {
    one.run(RESERVE);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
    assertThat(other.run(READ).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    unit.raise(UnitAttention.I_T_NEXUS_LOSS);
    assertThat(other.run(READ).why()).isEqualTo("6/29/07");
    assertThat(other.run(READ).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    one.run(TEST_UNIT_READY);
    one.run(TEST_UNIT_READY);
    one.run(RELEASE);
    assertThat(other.run(READ).why()).isEqualTo("6/2a/09");
  }

  @Test
  @DisplayName("are saved and loaded")
  void state() throws IOException {
    one.run(RESERVE);
    DiskUnit copy = TestDisk.of(1 << 20).unit();
    Initiator first = new Initiator(copy);
    Initiator second = new Initiator(copy);
    SenseTest.load(copy, SenseTest.save(unit));
    assertThat(second.run(READ).status()).isEqualTo(Status.RESERVATION_CONFLICT);
    assertThat(first.run(READ).status()).isEqualTo(Status.GOOD);
  }
}
