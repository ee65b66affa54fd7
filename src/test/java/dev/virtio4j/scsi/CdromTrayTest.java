package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The tray of a CD-ROM drive")
class CdromTrayTest {
  private static final String READY = "00 00 00 00 00 00";
  private static final String EJECT = "1B 00 00 00 02 00";
  private static final String LOAD = "1B 00 00 00 03 00";
  private static final String PREVENT = "1E 00 00 00 01 00";
  private static final String ALLOW = "1E 00 00 00 00 00";
  private static final String MEDIA_EVENT = "4A 01 0000 10 0000 0008 00";

  private static final String TRAY_CLOSED = "2/3a/01";
  private static final String TRAY_OPEN = "2/3a/02";
  private static final String CHANGED = "6/28/00";
  private static final String GOOD = "-";

  private final BlockBackend disc = TestDiscs.cd(4);
  private final CdromUnit unit = new CdromUnit(TestDiscs.IDENTITY, disc);
  private final Initiator initiator = new Initiator(unit);

  private String why(String cdb) {
    return initiator.run(cdb).why();
  }

  /** Event code and media status of the media class. */
  private String mediaEvent() {
    String data = initiator.run(MEDIA_EVENT).hex();
    assertThat(data).startsWith("00060412").endsWith("0000").hasSize(16);
    return data.substring(8, 12);
  }

  @Test
  @DisplayName("is closed at first, with a medium that is ready or without one")
  void atFirst() {
    assertThat(unit.hasMedium()).isTrue();
    assertThat(unit.isOpen()).isFalse();
    assertThat(unit.isLocked()).isFalse();
    assertThat(why(READY)).isEqualTo(GOOD);
    assertThat(mediaEvent()).isEqualTo("0002");

    CdromUnit emptyUnit = new CdromUnit(TestDiscs.IDENTITY);
    Initiator empty = new Initiator(emptyUnit);
    assertThat(emptyUnit.hasMedium()).isFalse();
    assertThat(empty.run(READY).why()).isEqualTo(TRAY_CLOSED);
    assertThat(empty.run(MEDIA_EVENT).hex()).isEqualTo("0006041200000000");
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "08 000000 01 00",
        "25 00 00000000 0000 00 00",
        "28 00 00000000 00 0001 00",
        "43 00 00 000000 00 FFFF 00",
        "51 00 0000000000 FFFF 00",
        "52 01 00000001 00 FFFF 00",
        "A8 00 00000000 00000001 00 00",
        "AD 00 00000000 00 00 FFFF 00 00",
        "B9 00 00 000200 000201 10 00 00",
        "BE 00 00000000 000001 10 00 00"
      })
  @DisplayName("open or empty: what needs the medium is refused")
  void needsMedium(String cdb) {
    initiator.run(EJECT);
    assertThat(why(cdb)).isEqualTo(TRAY_OPEN);
    assertThat(new Initiator(new CdromUnit(TestDiscs.IDENTITY)).run(cdb).why())
        .isEqualTo(TRAY_CLOSED);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "03 00 00 00 FF 00",
        "12 00 00 0060 00",
        "46 00 0000 000000 FFFF 00",
        MEDIA_EVENT,
        "A0 00 00 000000 00000010 00 00",
        "BD 00 00000000 0000 0008 00 00",
        LOAD,
        PREVENT
      })
  @DisplayName("open: what doesn't need the medium is done")
  void needsNoMedium(String cdb) {
    initiator.run(EJECT);
    assertThat(why(cdb)).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("a user's eject gives the medium out, and an insert has a new one become ready")
  void ejectAndInsert() {
    assertThat(unit.eject(false)).isSameAs(disc);
    assertThat(unit.hasMedium()).isFalse();
    assertThat(unit.isOpen()).isTrue();
    assertThat(mediaEvent()).isEqualTo("0301");
    assertThat(mediaEvent()).as("told once").isEqualTo("0001");
    assertThat(why(READY)).isEqualTo(TRAY_OPEN);

    unit.insert(TestDiscs.cd(8));
    assertThat(unit.hasMedium()).isTrue();
    assertThat(unit.isOpen()).isFalse();
    assertThat(mediaEvent()).as("not kept back by a unit attention").isEqualTo("0202");
    assertThat(mediaEvent()).isEqualTo("0002");
    assertThat(why(READY)).isEqualTo(CHANGED);
    assertThat(why(READY)).isEqualTo(GOOD);
    assertThat(initiator.run("25 00 00000000 0000 00 00").hex()).isEqualTo("0000000700000800");
  }

  @Test
  @DisplayName("every initiator is told that the medium may be another, even if it didn't look")
  void changeUnseen() {
    Initiator other = new Initiator(unit);
    unit.eject(false);
    unit.insert(disc);
    assertThat(why("28 00 00000000 00 0001 00")).isEqualTo(CHANGED);
    assertThat(other.run("28 00 00000000 00 0001 00").why()).isEqualTo(CHANGED);
    assertThat(why("28 00 00000000 00 0001 00")).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("an initiator opens and closes it; the medium stays on it")
  void startStop() {
    assertThat(why(EJECT)).isEqualTo(GOOD);
    assertThat(unit.isOpen()).isTrue();
    assertThat(unit.hasMedium()).isTrue();
    assertThat(mediaEvent()).isEqualTo("0301");
    assertThat(why(EJECT)).as("open already").isEqualTo(GOOD);
    assertThat(mediaEvent()).isEqualTo("0001");

    assertThat(why(LOAD)).isEqualTo(GOOD);
    assertThat(unit.isOpen()).isFalse();
    assertThat(mediaEvent()).isEqualTo("0202");
    assertThat(why(READY)).isEqualTo(CHANGED);
    assertThat(why(LOAD)).as("closed already").isEqualTo(GOOD);
    assertThat(why(READY)).isEqualTo(GOOD);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"1B 00 00 00 00 00", "1B 00 00 00 01 00", "1B 00 00 00 32 00"})
  @DisplayName("stays closed on a start, a stop, and another power condition")
  void noEject(String cdb) {
    assertThat(why(cdb)).isEqualTo(GOOD);
    assertThat(unit.isOpen()).isFalse();
    assertThat(why(READY)).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("the user takes the medium from it, and it can be closed without one")
  void takeFromOpenTray() {
    initiator.run(EJECT);
    assertThat(unit.eject(false)).isSameAs(disc);
    assertThat(mediaEvent()).as("one removal").isEqualTo("0301");
    assertThat(why(LOAD)).isEqualTo(GOOD);
    assertThat(why(READY)).isEqualTo(TRAY_CLOSED);
    assertThat(mediaEvent()).isEqualTo("0000");
    assertThat(unit.eject(false)).isNull();
    assertThat(unit.isOpen()).isTrue();
    assertThat(why(READY)).isEqualTo(TRAY_OPEN);
  }

  @Test
  @DisplayName("is not opened by an initiator while one prevents it")
  void prevented() {
    Initiator other = new Initiator(unit);
    assertThat(why(PREVENT)).isEqualTo(GOOD);
    assertThat(unit.isLocked()).isTrue();
    assertThat(why(EJECT)).isEqualTo("5/53/02");
    assertThat(other.run(EJECT).why()).isEqualTo("5/53/02");
    other.run(ALLOW);
    assertThat(other.run(EJECT).why()).as("somebody else's allow").isEqualTo("5/53/02");
    assertThat(unit.isOpen()).isFalse();
    assertThat(why(READY)).isEqualTo(GOOD);

    initiator.run(ALLOW);
    assertThat(unit.isLocked()).isFalse();
    assertThat(other.run(EJECT).why()).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("is not opened without a medium either while an initiator prevents it")
  void preventedEmpty() {
    Initiator empty = new Initiator(new CdromUnit(TestDiscs.IDENTITY));
    empty.run(PREVENT);
    assertThat(empty.run(EJECT).why()).isEqualTo("2/53/02");
  }

  @Test
  @DisplayName("a user who ejects what is locked has the initiators asked for it")
  void ejectRequest() {
    initiator.run(PREVENT);
    assertThat(unit.eject(false)).isNull();
    assertThat(unit.hasMedium()).isTrue();
    assertThat(unit.isOpen()).isFalse();
    assertThat(mediaEvent()).isEqualTo("0102");
    assertThat(mediaEvent()).isEqualTo("0002");
    assertThat(why(READY)).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("a user who forces it opens it, and then nobody prevents it any more")
  void force() {
    initiator.run(PREVENT);
    assertThat(unit.eject(true)).isSameAs(disc);
    assertThat(unit.isLocked()).isFalse();
    assertThat(mediaEvent()).isEqualTo("0301");
  }

  @Test
  @DisplayName("takes one medium")
  void insertTwice() {
    assertThatThrownBy(() -> unit.insert(disc))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("there is a medium in the drive");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "4A 01 0000 12 0000 00FF 00, 00060112 00000000", // no operational change, nor of the medium
    "4A 01 0000 02 0000 00FF 00, 00060112 00000000",
    "4A 01 0000 6D 0000 00FF 00, 00028012", // classes that there aren't
    "4A 01 0000 00 0000 00FF 00, 00028012",
  })
  @DisplayName("events of other classes: there are none")
  void otherClasses(String cdb, String data) {
    assertThat(initiator.run(cdb).hex()).isEqualTo(data.replace(" ", ""));
  }

  @Test
  @DisplayName("an event of the medium is told before that nothing else has changed")
  void eventsFirst() {
    initiator.run(EJECT);
    assertThat(initiator.run("4A 01 0000 02 0000 00FF 00").hex()).isEqualTo("0006011200000000");
    assertThat(initiator.run("4A 01 0000 7E 0000 00FF 00").hex()).isEqualTo("0006041203010000");
  }

  @Test
  @DisplayName("an event is kept as long as only the header of it is asked for")
  void headerOnly() {
    initiator.run(EJECT);
    assertThat(initiator.run("4A 01 0000 10 0000 0004 00").hex()).isEqualTo("00060412");
    assertThat(mediaEvent()).isEqualTo("0301");
  }

  @Test
  @DisplayName("events can be polled, not waited for")
  void asynchronous() {
    Initiator.Result result = initiator.run("4A 00 0000 10 0000 0008 00");
    assertThat(result.why()).isEqualTo("5/24/00");
    assertThat(result.field()).isEqualTo("byte 1 bit 0");
  }

  @Test
  @DisplayName("MECHANISM STATUS says whether it is open")
  void mechanismStatus() {
    String cdb = "BD 00 00000000 0000 00FF 00 00";
    assertThat(initiator.run(cdb).hex()).isEqualTo("0000000000010000");
    initiator.run(EJECT);
    assertThat(initiator.run(cdb).hex()).isEqualTo("0010000000010000");
  }

  @Test
  @DisplayName("mode page 2Ah says whether it is locked, which nobody can select")
  void capabilities() {
    String page = "2a140b000000%s002100000208002100000000000000";
    String sense = "1A 00 2A 00 80 00";
    assertThat(initiator.run(sense).hex()).isEqualTo("19000000" + page.formatted("29"));
    initiator.run(PREVENT);
    assertThat(initiator.run(sense).hex()).isEqualTo("19000000" + page.formatted("2b"));
    assertThat(initiator.run("5A 00 2A 00 000000 0080 00").hex())
        .isEqualTo("001c000000000000" + page.formatted("2b"));

    byte[] unlock = HexFormat.of().parseHex("00000000" + page.formatted("29"));
    Initiator.Result select = initiator.out("15 10 0000 1A 00", unlock);
    assertThat(select.why()).isEqualTo("5/26/00");
    assertThat(select.field()).isEqualTo("parameter 10 bit 1");
    assertThat(unit.isLocked()).isTrue();
    byte[] same = HexFormat.of().parseHex("0000000000000000" + page.formatted("2b"));
    assertThat(initiator.out("55 10 0000000000 001E 00", same).why()).isEqualTo(GOOD);
  }

  @Test
  @DisplayName("mode pages are those of error recovery, control and capabilities")
  void modePages() {
    assertThat(initiator.run("1A 00 3F 00 FF 00").hex())
        .startsWith("31000000" + "010a" + "00".repeat(10) + "0a0a" + "00".repeat(10) + "2a14");
  }

  @Test
  @DisplayName("a reset of the unit unlocks it, and leaves it open or closed")
  void reset() {
    initiator.run(PREVENT);
    unit.reset(UnitAttention.BUS_DEVICE_RESET);
    assertThat(unit.isLocked()).isFalse();
    assertThat(why(READY)).isEqualTo("6/29/03");
    assertThat(why(EJECT)).isEqualTo(GOOD);
    unit.reset(UnitAttention.POWER_ON);
    assertThat(unit.isOpen()).isTrue();
  }

  @Test
  @DisplayName("an initiator whose connection is lost doesn't lock it any more")
  void nexusLost() {
    Nexus lost = unit.connect();
    lost.preventRemoval(true);
    initiator.run(PREVENT);
    unit.nexusLost(lost);
    assertThat(unit.isLocked()).as("by the other").isTrue();
    initiator.run(ALLOW);
    assertThat(unit.isLocked()).isFalse();
  }

  @Test
  @DisplayName("whoever listens to the unit hears of each event of the medium")
  void asynchronousEvents() {
    List<Integer> events = new ArrayList<>();
    unit.listen(
        new LogicalUnit.Listener() {
          @Override
          public void parametersChanged(UnitAttention attention) {}

          @Override
          public void asynchronousEvent(int eventClasses) {
            events.add(eventClasses);
          }
        });
    initiator.run(PREVENT);
    unit.eject(false);
    unit.eject(true);
    unit.insert(disc);
    initiator.run(LOAD);
    initiator.run(EJECT);
    assertThat(events).containsExactly(16, 16, 16, 16);
    assertThat(unit.eventClasses()).isEqualTo(16);
  }

  private static byte[] save(CdromUnit unit) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    unit.save(new StateWriter(new DataOutputStream(bytes)));
    return bytes.toByteArray();
  }

  private static void load(CdromUnit unit, byte[] state) throws IOException {
    unit.load(new StateReader(new DataInputStream(new ByteArrayInputStream(state))));
  }

  @Test
  @DisplayName("is saved and loaded, with its lock and the event that was not told yet")
  void state() throws IOException {
    initiator.run(PREVENT);
    unit.eject(false);
    byte[] locked = save(unit);
    initiator.run(ALLOW);
    initiator.run(EJECT);
    byte[] open = save(unit);

    CdromUnit copy = new CdromUnit(TestDiscs.IDENTITY, TestDiscs.cd(4));
    Initiator ofCopy = new Initiator(copy);
    load(copy, locked);
    assertThat(copy.isLocked()).isTrue();
    assertThat(copy.isOpen()).isFalse();
    assertThat(ofCopy.run(MEDIA_EVENT).hex()).isEqualTo("0006041201020000");
    load(copy, open);
    assertThat(copy.isLocked()).isFalse();
    assertThat(copy.isOpen()).isTrue();
    assertThat(ofCopy.run(MEDIA_EVENT).hex()).isEqualTo("0006041203010000");
  }

  @Test
  @DisplayName("with another medium in it, or none, does not take a saved state")
  void stateOfOtherMedium() throws IOException {
    byte[] saved = save(unit);
    CdromUnit other = new CdromUnit(TestDiscs.IDENTITY, TestDiscs.cd(5));
    other.connect();
    assertThatThrownBy(() -> load(other, saved))
        .isInstanceOf(StateException.class)
        .hasMessageContaining("the size of the medium");
    CdromUnit empty = new CdromUnit(TestDiscs.IDENTITY);
    empty.connect();
    assertThatThrownBy(() -> load(empty, saved)).isInstanceOf(StateException.class);
  }
}
