package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Expected answers are those of QEMU's PC; those about the missing mouse, of Linux's driver. */
@DisplayName("The keyboard controller")
class KeyboardControllerTest {
  private static final int DATA = 0x60;
  private static final int COMMAND = 0x64;
  private static final int PORT_92 = 0x92;

  private final Bench bench = new Bench();
  private final Bench.Line irq1 = bench.new Line();
  private final List<Boolean> a20 = new ArrayList<>();
  private final List<StopReason> resets = new ArrayList<>();

  @BeforeEach
  void map() {
    new KeyboardController(irq1, a20::add, resets::add).map(bench.ports);
  }

  /** Reads bytes as long as the output buffer is full. */
  private List<Integer> readAll() {
    List<Integer> bytes = new ArrayList<>();
    while ((bench.in(COMMAND) & 0x01) != 0) {
      bytes.add(bench.in(DATA));
    }
    return bytes;
  }

  private List<Integer> command(int command, int... arguments) {
    bench.out(COMMAND, command);
    bench.out(DATA, arguments);
    return readAll();
  }

  private List<Integer> keyboard(int... bytes) {
    bench.out(DATA, bytes);
    return readAll();
  }

  @Nested
  @DisplayName("controller")
  class Controller {
    @Test
    @DisplayName("status: unlocked, system flag, and whether the last write was a command")
    void status() {
      assertThat(bench.in(COMMAND)).isEqualTo(0x14);
      bench.out(COMMAND, 0xAA);
      assertThat(bench.in(COMMAND)).isEqualTo(0x1D);
      assertThat(bench.in(DATA)).isEqualTo(0x55);
      assertThat(bench.in(COMMAND)).isEqualTo(0x1C);
      assertThat(bench.in(DATA)).as("an empty buffer gives its last byte").isEqualTo(0x55);
      bench.out(DATA, 0xEE);
      assertThat(bench.in(COMMAND)).isEqualTo(0x15);
    }

    @Test
    @DisplayName("gives back the command byte")
    void commandByte() {
      assertThat(command(0x20)).containsExactly(0x65);
      assertThat(command(0x60, 0x30)).isEmpty();
      assertThat(command(0x20)).containsExactly(0x30);
    }

    @Test
    @DisplayName("passes its tests, and the input port says that it is not locked")
    void tests() {
      assertThat(command(0xAA)).containsExactly(0x55);
      assertThat(command(0xAB)).containsExactly(0x00);
      assertThat(command(0xC0)).containsExactly(0x80);
    }

    @Test
    @DisplayName("answers Linux's probe for a mouse at once, so that it finds none")
    void noMouse() {
      bench.out(COMMAND, 0xD3);
      bench.out(DATA, 0x5A);
      assertThat(bench.in(COMMAND) & 0x21).as("full, but not from the mouse").isEqualTo(0x01);
      assertThat(bench.in(DATA)).isEqualTo(0x5A);
      assertThat(command(0xA9)).containsExactly(0x01);
      assertThat(command(0xD4, 0xF2)).isEmpty();
    }

    @Test
    @DisplayName("ignores what it does not know")
    void unknown() {
      assertThat(command(0x05)).isEmpty();
      assertThat(command(0xA8)).isEmpty();
      assertThat(resets).isEmpty();
    }

    @Test
    @DisplayName("D2h puts a byte into the output buffer")
    void fillOutputBuffer() {
      assertThat(command(0xD2, 0x1C)).containsExactly(0x1C);
      assertThat(irq1.rises).hasSize(1);
    }
  }

  @Nested
  @DisplayName("keyboard")
  class Keyboard {
    @Test
    @DisplayName("answers echo, reset, and what sets it up")
    void answers() {
      assertThat(keyboard(0xEE)).containsExactly(0xEE);
      assertThat(keyboard(0xFF)).containsExactly(0xFA, 0xAA);
      for (int command : new int[] {0xF4, 0xF5, 0xF6}) {
        assertThat(keyboard(command)).containsExactly(0xFA);
      }
      for (int command : new int[] {0xED, 0xF3}) {
        assertThat(keyboard(command)).containsExactly(0xFA);
        assertThat(keyboard(0x00)).containsExactly(0xFA);
      }
      assertThat(keyboard(0xF7)).containsExactly(0xFE);
    }

    @Test
    @DisplayName("identifies itself as an AT keyboard, translated or not")
    void identify() {
      assertThat(keyboard(0xF2)).containsExactly(0xFA, 0xAB, 0x41);
      command(0x60, 0x00);
      assertThat(keyboard(0xF2)).containsExactly(0xFA, 0xAB, 0x83);
    }

    @Test
    @DisplayName("remembers the scan code set until it is reset")
    void scanCodeSet() {
      command(0x60, 0x00);
      keyboard(0xF0);
      assertThat(keyboard(0x00)).containsExactly(0xFA, 0x02);
      keyboard(0xF0);
      assertThat(keyboard(0x03)).containsExactly(0xFA);
      keyboard(0xF0);
      assertThat(keyboard(0x00)).containsExactly(0xFA, 0x03);
      keyboard(0xFF);
      keyboard(0xF0);
      assertThat(keyboard(0x00)).containsExactly(0xFA, 0x02);
    }

    @Test
    @DisplayName("a new byte takes the place of an answer that was not read")
    void newCommand() {
      bench.out(DATA, 0xF2);
      bench.in(DATA);
      assertThat(keyboard(0xEE)).containsExactly(0xEE);
    }

    @Test
    @DisplayName("interrupts once for each byte of an answer, if the command byte enables it")
    void interrupts() {
      bench.out(DATA, 0xF2);
      assertThat(irq1.asserted).isTrue();
      readAll();
      assertThat(irq1.rises).hasSize(3);
      assertThat(irq1.asserted).isFalse();
      command(0x60, 0x44);
      keyboard(0xEE);
      assertThat(irq1.rises).hasSize(3);
    }

    @Test
    @DisplayName("is silent while disabled, and writing to it enables it")
    void disabled() {
      bench.out(DATA, 0xF2);
      bench.out(COMMAND, 0xAD);
      assertThat(readAll()).isEmpty();
      assertThat(irq1.asserted).isFalse();
      assertThat(command(0x20)).as("the controller answers all the same").containsExactly(0x75);
      assertThat(command(0xAE)).containsExactly(0xFA, 0xAB, 0x41);
      bench.out(COMMAND, 0xAD);
      assertThat(keyboard(0xEE)).containsExactly(0xEE);
      assertThat(command(0x20)).containsExactly(0x65);
    }
  }

  @Nested
  @DisplayName("reset and A20")
  class ResetAndA20 {
    @Test
    @DisplayName("FEh pulses the reset line, FFh pulses nothing")
    void pulse() {
      bench.out(COMMAND, 0xFF);
      assertThat(resets).isEmpty();
      bench.out(COMMAND, 0xFE);
      assertThat(resets).containsExactly(StopReason.KEYBOARD_RESET);
    }

    @Test
    @DisplayName("bit 0 of the output port low resets")
    void outputPort() {
      command(0xD1, 0xDF);
      assertThat(resets).isEmpty();
      command(0xD1, 0xDE);
      assertThat(resets).containsExactly(StopReason.KEYBOARD_RESET);
    }

    @Test
    @DisplayName("bit 0 of port 92h resets")
    void port92() {
      bench.out(PORT_92, 0x02);
      assertThat(resets).isEmpty();
      bench.out(PORT_92, 0x03);
      assertThat(resets).containsExactly(StopReason.PORT_92_RESET);
    }

    @Test
    @DisplayName("A20 is on at first, and one latch behind the output port and port 92h")
    void a20() {
      assertThat(command(0xD0)).containsExactly(0xCF);
      assertThat(bench.in(PORT_92)).isEqualTo(0x02);
      command(0xD1, 0xDF);
      assertThat(a20).as("no change").isEmpty();
      command(0xD1, 0xDD);
      assertThat(bench.in(PORT_92)).isZero();
      bench.out(PORT_92, 0x02);
      assertThat(command(0xD0)).containsExactly(0xCF);
      bench.out(PORT_92, 0x00);
      assertThat(command(0xD0)).containsExactly(0xCD);
      assertThat(a20).containsExactly(false, true, false);
    }
  }
}
