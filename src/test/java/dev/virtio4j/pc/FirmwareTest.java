package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.boot.Firmware;
import dev.virtio4j.testing.Needs;
import dev.virtio4j.testing.States;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A machine with firmware in its ROM")
class FirmwareTest {
  /** Instructions from one restore to the next; SeaBIOS runs some eight million here. */
  private static final int STRIDE = 500_009;

  private static final long SECOND = 1_000_000_000;

  private final ByteArrayOutputStream serial = new ByteArrayOutputStream();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  private ReferencePc machine() {
    ReferencePc pc = new ReferencePc(16 << 20, ReferencePc.DEFAULT_START_SECONDS, serial::write);
    pc.logFirmware(log::write);
    return pc;
  }

  @Test
  @DisplayName("starts at the reset vector; the firmware can copy itself into RAM and protect it")
  void shadow() {
    ReferencePc pc = machine();
    pc.boot(TestRom.firmware());
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(serial.toString(StandardCharsets.US_ASCII)).isEqualTo(TestRom.SAYS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bios.bin", "bios-256k.bin"})
  @DisplayName("takes SeaBIOS to where it looks for something to boot, and to its reset")
  void seaBios(String image) throws IOException {
    ReferencePc pc = machine();
    pc.boot(Firmware.read(Needs.seaBios(image)));
    assertThat(pc.run()).isEqualTo(StopReason.PORT_CF9_RESET);
    assertThat(log.toString(StandardCharsets.US_ASCII))
        .contains(
            "Running on QEMU (i440fx)\n",
            "RamSize: 0x01000000 [cmos]\n",
            "PIIX3/PIIX4 init: elcr=00 0c\n",
            "PS2 keyboard initialized\n",
            "No bootable device.  Retrying in 60 seconds.\n");
    assertThat(pc.clock().now()).isBetween(60 * SECOND, 70 * SECOND);
  }

  @Test
  @DisplayName("runs SeaBIOS the same, saved and restored on the way")
  void restored() throws IOException {
    Path image = Needs.seaBios("bios.bin");
    ReferencePc uninterrupted = machine();
    uninterrupted.boot(Firmware.read(image));
    uninterrupted.run();
    byte[] expected = States.save(uninterrupted);
    String said = log.toString(StandardCharsets.US_ASCII);
    log.reset();

    ReferencePc pc = machine();
    pc.boot(Firmware.read(image));
    while (pc.runTo(pc.instructions() + STRIDE) == StopReason.REQUESTED) {
      byte[] state = States.save(pc);
      pc = machine();
      States.load(state, pc);
      assertThat(Arrays.mismatch(States.save(pc), state)).isEqualTo(-1);
    }
    assertThat(log.toString(StandardCharsets.US_ASCII)).isEqualTo(said);
    assertThat(Arrays.mismatch(States.save(pc), expected)).isEqualTo(-1);
  }
}
