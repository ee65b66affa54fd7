package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Sense data and unit attentions")
class SenseTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String REQUEST_SENSE = "03 00 00 00 FF 00";
  private static final String REQUEST_SENSE_DESC = "03 01 00 00 FF 00";

  private final DiskUnit unit = TestDisk.of(1 << 20).unit();

  static byte[] save(LogicalUnit unit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    unit.save(new StateWriter(new DataOutputStream(bytes)));
    return bytes.toByteArray();
  }

  static void load(LogicalUnit unit, byte[] state) throws IOException {
    unit.load(new StateReader(new DataInputStream(new ByteArrayInputStream(state))));
  }

  @Test
  @DisplayName("a new initiator is told once that the unit was switched on")
  void powerOn() {
    Initiator initiator = new Initiator(unit, false);
    Initiator.Result first = initiator.run(TEST_UNIT_READY);
    assertThat(first.status()).isEqualTo(Status.CHECK_CONDITION);
    assertThat(first.status().code()).isEqualTo(2);
    assertThat(HexFormat.of().formatHex(first.sense()))
        .isEqualTo("70000600000000" + "0a" + "00000000" + "2900" + "00000000");
    Initiator.Result second = initiator.run(TEST_UNIT_READY);
    assertThat(second.status()).isEqualTo(Status.GOOD);
    assertThat(second.status().code()).isZero();
    assertThat(second.sense()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"12 00 00 00 FF 00", "A0 00 00 000000 00000010 00 00"})
  @DisplayName("INQUIRY and REPORT LUNS pass a unit attention by")
  void passedBy(String cdb) {
    Initiator initiator = new Initiator(unit, false);
    assertThat(initiator.run(cdb).status()).isEqualTo(Status.GOOD);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/29/00");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "A3 0C 00 00 0000 00001000 00 00",
        "28 00 00000000 00 0001 00",
        "28 00 FFFFFFFF 00 0001 01",
        "FF 00 00 00 00 00"
      })
  @DisplayName("every other command ends with it, whatever else is wrong")
  void notPassedBy(String cdb) {
    Initiator initiator = new Initiator(unit, false);
    Initiator.Result result = initiator.run(cdb);
    assertThat(result.why()).isEqualTo("6/29/00");
    assertThat(result.moved()).isZero();
  }

  @Test
  @DisplayName("REQUEST SENSE gives a unit attention as its data, then there is none")
  void requestSense() {
    Initiator initiator = new Initiator(unit, false);
    Initiator.Result result = initiator.run(REQUEST_SENSE);
    assertThat(result.status()).isEqualTo(Status.GOOD);
    assertThat(result.hex()).isEqualTo("700006000000000a00000000290000000000");
    assertThat(initiator.run(REQUEST_SENSE).hex())
        .isEqualTo("700000000000000a00000000000000000000");
    assertThat(initiator.run("03 00 00 00 08 00").moved()).isEqualTo(8);
  }

  @Test
  @DisplayName("REQUEST SENSE with DESC gives descriptor format")
  void requestSenseDescriptors() {
    Initiator initiator = new Initiator(unit, false);
    assertThat(initiator.run(REQUEST_SENSE_DESC).hex()).isEqualTo("7206290000000000");
    assertThat(initiator.run(REQUEST_SENSE_DESC).hex()).isEqualTo("7200000000000000");
  }

  @Test
  @DisplayName("several unit attentions are told one by one, power-on instead of those before it")
  void precedence() {
    Initiator initiator = new Initiator(unit);
    unit.raise(UnitAttention.MODE_PARAMETERS_CHANGED);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/09");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/01");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");

    unit.raise(UnitAttention.CAPACITY_CHANGED);
    unit.raise(UnitAttention.POWER_ON);
    unit.raise(UnitAttention.MODE_PARAMETERS_CHANGED);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/29/00");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/01");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("of several resets the first in SAM's order is told, and stands for the others")
  void resets() {
    Initiator initiator = new Initiator(unit);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
    unit.raise(UnitAttention.I_T_NEXUS_LOSS);
    unit.raise(UnitAttention.BUS_DEVICE_RESET);
    unit.raise(UnitAttention.I_T_NEXUS_LOSS);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/29/03");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/09");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");

    unit.raise(UnitAttention.POWER_ON);
    unit.raise(UnitAttention.BUS_DEVICE_RESET);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/29/00");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");
  }

  @Test
  @DisplayName("who asks for the LUNs need not be told that they have changed")
  void lunsReported() {
    Initiator initiator = new Initiator(unit);
    unit.raise(UnitAttention.REPORTED_LUNS_CHANGED);
    initiator.run("A0 00 00 000000 00000010 00 00");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");

    unit.raise(UnitAttention.REPORTED_LUNS_CHANGED);
    initiator.run("A0 00 01 000000 00000010 00 00"); // only the well-known ones
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/3f/0e");
  }

  @Test
  @DisplayName("D_SENSE in the control mode page has sense data in descriptor format")
  void descriptorFormat() {
    Initiator initiator = new Initiator(unit);
    byte[] page = HexFormat.of().parseHex("00000000" + "0a0a" + "04" + "00".repeat(9));
    initiator.out("15 10 0000 10 00", page);
    assertThat(HexFormat.of().formatHex(initiator.run("FF 00 00 00 00 00").sense()))
        .isEqualTo("7205200000000008" + "02060000" + "c0000000");
    page[6] = (byte) 0xFF;
    assertThat(HexFormat.of().formatHex(initiator.out("15 10 0000 10 00", page).sense()))
        .isEqualTo("7205260000000008" + "02060000" + "8f000600");
    assertThat(initiator.run(REQUEST_SENSE).hex()).startsWith("70");

    unit.reset(UnitAttention.BUS_DEVICE_RESET);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/29/03");
    assertThat(initiator.run("1A 08 0A 00 FF 00").hex()).endsWith("0a0a" + "00".repeat(10));
  }

  @Test
  @DisplayName("each initiator is told for itself")
  void initiators() {
    Initiator one = new Initiator(unit);
    Initiator other = new Initiator(unit);
    unit.raise(UnitAttention.CAPACITY_CHANGED);
    assertThat(one.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/09");
    assertThat(one.run(TEST_UNIT_READY).why()).isEqualTo("-");
    assertThat(other.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/09");
  }

  @Test
  @DisplayName("what is pending is saved and loaded")
  void state() throws IOException {
    new Initiator(unit);
    unit.raise(UnitAttention.MODE_PARAMETERS_CHANGED);
    byte[] saved = save(unit);

    DiskUnit copy = TestDisk.of(1 << 20).unit();
    Initiator initiator = new Initiator(copy, false);
    load(copy, saved);
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("6/2a/01");
    assertThat(initiator.run(TEST_UNIT_READY).why()).isEqualTo("-");

    new Initiator(copy);
    assertThatThrownBy(() -> load(copy, saved))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("initiators");
    byte[] cut = Arrays.copyOf(saved, saved.length - 5);
    assertThatThrownBy(() -> load(unit, cut))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  @DisplayName(
      "both formats carry the information and field pointer; a fixed one has 32 bits for it")
  void formats() {
    SenseData sense = new SenseData();
    sense.set(Sense.INVALID_FIELD_IN_CDB);
    sense.setField(2, 5);
    assertThat(fixed(sense)).isEqualTo("700005000000000a000000002400" + "00" + "cd0002");
    assertThat(descriptors(sense)).isEqualTo("7205240000000008" + "02060000" + "cd000200");

    sense.set(Sense.UNRECOVERED_READ_ERROR);
    sense.setInformation(0xFFFF_FFFFL);
    assertThat(fixed(sense)).isEqualTo("f00003ffffffff0a000000001100" + "00000000");
    assertThat(descriptors(sense)).isEqualTo("720311000000000c" + "000a8000" + "00000000ffffffff");

    sense.setInformation(0x1_0000_0000L);
    sense.setField(7);
    assertThat(fixed(sense)).isEqualTo("700003000000000a000000001100" + "00" + "c00007");
    assertThat(descriptors(sense))
        .isEqualTo("7203110000000014" + "000a8000" + "0000000100000000" + "02060000" + "c0000700");
  }

  private static String fixed(SenseData sense) {
    ByteBuffer buffer = ByteBuffer.allocate(SenseData.MAX_SIZE);
    sense.putFixed(buffer);
    return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
  }

  private static String descriptors(SenseData sense) {
    ByteBuffer buffer = ByteBuffer.allocate(SenseData.MAX_SIZE);
    sense.putDescriptors(buffer);
    return HexFormat.of().formatHex(buffer.array(), 0, buffer.position());
  }
}
