package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Expected values from the PC16550D data sheet, and from the probing of Linux's 8250 driver. */
@DisplayName("The 16550A")
class SerialPortTest {
  private static final int DATA = 0x3F8;
  private static final int IER = 0x3F9;
  private static final int IIR = 0x3FA;
  private static final int FCR = 0x3FA;
  private static final int LCR = 0x3FB;
  private static final int MCR = 0x3FC;
  private static final int LSR = 0x3FD;
  private static final int MSR = 0x3FE;
  private static final int SCR = 0x3FF;

  /** DTR, RTS and OUT2: how a driver opens the port. */
  private static final int OPEN = 0x0B;

  private static final long BYTE_TIME = 86_805;

  private final Bench bench = new Bench();
  private final Bench.Line irq4 = bench.new Line();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
  private int arrivals;
  private final SerialPort port = new SerialPort(0x3F8, irq4, bench.clock, sent::write);

  @BeforeEach
  void map() {
    port.map(bench.ports);
  }

  private void type(String text) {
    port.receive(text.getBytes(StandardCharsets.ISO_8859_1), () -> arrivals++);
  }

  /** Reads the receiver as long as data is ready. */
  private String readAll() {
    StringBuilder text = new StringBuilder();
    while ((bench.in(LSR) & 1) != 0) {
      text.append((char) bench.in(DATA));
    }
    return text.toString();
  }

  @Nested
  @DisplayName("registers")
  class Registers {
    @Test
    @DisplayName("after reset: no interrupt, transmitter empty, terminal connected")
    void reset() {
      int[] expected = {0, 0, 0x01, 0, 0, 0x60, 0xB0, 0};
      for (int i = 0; i < expected.length; i++) {
        assertThat(bench.in(DATA + i)).as("register %d", i).isEqualTo(expected[i]);
      }
      assertThat(irq4.asserted).isFalse();
    }

    @Test
    @DisplayName("IER has four bits, MCR five; LCR and scratch keep all; LSR and MSR are read only")
    void widths() {
      for (int register : new int[] {IER, LCR, MCR, SCR}) {
        bench.out(register, 0x7F);
      }
      assertThat(bench.in(IER)).isEqualTo(0x0F);
      assertThat(bench.in(LCR)).isEqualTo(0x7F);
      assertThat(bench.in(MCR)).isEqualTo(0x1F);
      assertThat(bench.in(SCR)).isEqualTo(0x7F);
      bench.out(MCR, 0);
      bench.out(LSR, 0xFF);
      bench.out(MSR, 0xFF);
      assertThat(bench.in(LSR)).isEqualTo(0x60);
      assertThat(bench.in(MSR) & 0xF0).isEqualTo(0xB0);
    }

    @Test
    @DisplayName("DLAB shows the divisor in place of data and IER, and sends nothing")
    void divisor() {
      bench.out(IER, 0x05);
      bench.out(LCR, 0x83);
      bench.out(DATA, 0x34);
      bench.out(IER, 0x12);
      assertThat(bench.in(DATA)).isEqualTo(0x34);
      assertThat(bench.in(IER)).isEqualTo(0x12);
      bench.out(LCR, 0x03);
      assertThat(bench.in(IER)).isEqualTo(0x05);
      assertThat(sent.size()).isZero();
    }

    @Test
    @DisplayName("IIR tells whether the FIFOs are on: what Linux knows a 16550A by")
    void fifosEnabled() {
      bench.out(FCR, 0x01);
      assertThat(bench.in(IIR)).isEqualTo(0xC1);
      bench.out(LCR, 0x80);
      bench.out(FCR, 0x21);
      assertThat(bench.in(IIR)).as("no 64-byte FIFO").isEqualTo(0xC1);
      bench.out(FCR, 0xC6);
      assertThat(bench.in(IIR)).isEqualTo(0x01);
    }
  }

  @Nested
  @DisplayName("transmitter")
  class Transmitter {
    @Test
    @DisplayName("sends at once and is always empty")
    void sends() {
      for (int value : new int[] {'o', 'k', 0xFF}) {
        bench.out(DATA, value);
        assertThat(bench.in(LSR)).isEqualTo(0x60);
      }
      assertThat(sent.toByteArray()).containsExactly('o', 'k', 0xFF);
    }

    @Test
    @DisplayName("interrupts each time that its interrupt is enabled, as Linux tests for")
    void interruptOnEnable() {
      for (int i = 0; i < 2; i++) {
        bench.out(IER, 0x02);
        assertThat(bench.in(IIR)).isEqualTo(0x02);
        assertThat(bench.in(IIR)).as("reading IIR clears it").isEqualTo(0x01);
        bench.out(IER, 0x02);
        assertThat(bench.in(IIR)).as("it was enabled before").isEqualTo(0x01);
        bench.out(IER, 0x00);
      }
    }

    @Test
    @DisplayName("interrupts again after each byte, with a new edge, and not after IIR was read")
    void interruptAfterByte() {
      bench.out(MCR, OPEN);
      bench.out(IER, 0x02);
      bench.out(DATA, 'a');
      bench.out(DATA, 'b');
      assertThat(irq4.rises).hasSize(3);
      assertThat(bench.in(IIR)).isEqualTo(0x02);
      assertThat(irq4.asserted).isFalse();
      bench.out(DATA, 'c');
      assertThat(irq4.asserted).isTrue();
      bench.out(IER, 0);
      assertThat(irq4.asserted).isFalse();
    }

    @Test
    @DisplayName("reaches the interrupt line only while OUT2 is on")
    void out2() {
      bench.out(IER, 0x02);
      assertThat(irq4.asserted).isFalse();
      bench.out(MCR, 0x08);
      assertThat(irq4.asserted).isTrue();
      bench.out(MCR, 0x18);
      assertThat(irq4.asserted).as("loopback takes OUT2 off the pin").isFalse();
    }
  }

  @Nested
  @DisplayName("receiver")
  class Receiver {
    @Test
    @DisplayName("without FIFOs takes a byte per byte time, each when the last one was read")
    void holdingRegister() {
      bench.out(MCR, OPEN);
      bench.out(IER, 0x01);
      type("ab");
      bench.advance(BYTE_TIME - 1);
      assertThat(bench.in(LSR)).isEqualTo(0x60);
      bench.advance(1);
      assertThat(bench.in(LSR)).isEqualTo(0x61);
      assertThat(bench.in(IIR)).isEqualTo(0x04);
      bench.advance(10 * BYTE_TIME);
      assertThat(bench.in(DATA)).isEqualTo('a');
      assertThat(bench.in(IIR)).isEqualTo(0x01);
      assertThat(bench.in(LSR)).isEqualTo(0x60);
      bench.advance(BYTE_TIME);
      assertThat(readAll()).isEqualTo("b");
      assertThat(irq4.rises).hasSize(2);
      assertThat(bench.in(DATA)).as("an empty receiver").isZero();
    }

    @Test
    @DisplayName("tells whoever types when the last byte of it has left the line")
    void tellsOfArrival() {
      bench.out(MCR, OPEN);
      bench.out(FCR, 0x01);
      type("ab");
      bench.advance(BYTE_TIME);
      assertThat(arrivals).isZero();
      bench.advance(BYTE_TIME);
      assertThat(arrivals).isEqualTo(1);
    }

    @Test
    @DisplayName("loses nothing of a paste of 100000 bytes, however slowly the guest reads")
    void paste() {
      bench.out(MCR, OPEN);
      bench.out(FCR, 0x01);
      String text = "0123456789".repeat(10_000);
      type("");
      type(text.substring(0, 77_777));
      type(text.substring(77_777));
      StringBuilder read = new StringBuilder();
      for (int i = 0; read.length() < text.length() && i < 100_000; i++) {
        bench.advance((i % 40) * BYTE_TIME);
        String part = readAll();
        assertThat(part.length()).isLessThanOrEqualTo(16);
        read.append(part);
      }
      assertThat(read).hasToString(text);
    }

    @Test
    @DisplayName("with FIFOs interrupts at each trigger level")
    void triggerLevels() {
      bench.out(MCR, OPEN);
      int[] levels = {1, 4, 8, 14};
      for (int i = 0; i < levels.length; i++) {
        bench.out(FCR, 0x07 | (i << 6));
        bench.out(IER, 0x01);
        type("x".repeat(levels[i]));
        bench.advance((levels[i] - 1) * BYTE_TIME);
        assertThat(bench.in(IIR)).as("below level %d", levels[i]).isEqualTo(0xC1);
        bench.advance(BYTE_TIME);
        assertThat(bench.in(IIR)).isEqualTo(0xC4);
        bench.in(DATA);
        assertThat(bench.in(IIR)).as("reading drops below the level").isEqualTo(0xC1);
        readAll();
      }
    }

    @Test
    @DisplayName(
        "reports bytes below the trigger level after four byte times without a byte or read")
    void timeout() {
      bench.out(MCR, OPEN);
      bench.out(FCR, 0x81);
      bench.out(IER, 0x01);
      type("xyz");
      bench.advance(3 * BYTE_TIME);
      bench.advance(4 * BYTE_TIME - 1);
      assertThat(irq4.asserted).isFalse();
      bench.advance(1);
      assertThat(irq4.asserted).isTrue();
      assertThat(bench.in(IIR)).isEqualTo(0xCC);
      bench.in(DATA);
      assertThat(bench.in(IIR)).isEqualTo(0xC1);
      bench.advance(4 * BYTE_TIME);
      assertThat(bench.in(IIR)).isEqualTo(0xCC);
      assertThat(readAll()).isEqualTo("yz");
      bench.advance(10 * BYTE_TIME);
      assertThat(irq4.asserted).isFalse();
    }

    @Test
    @DisplayName(
        "is emptied by FCR bit 1 and by switching the FIFOs; what is on its way still comes")
    void clear() {
      bench.out(MCR, OPEN);
      bench.out(FCR, 0x01);
      type("abcdef");
      bench.advance(3 * BYTE_TIME);
      bench.out(FCR, 0x03);
      assertThat(readAll()).isEmpty();
      bench.advance(BYTE_TIME);
      bench.out(FCR, 0x00);
      assertThat(readAll()).isEmpty();
      bench.advance(BYTE_TIME);
      assertThat(readAll()).isEqualTo("e");
    }

    @Test
    @DisplayName("gets nothing while RTS is off: input from before the port is opened is not lost")
    void flowControl() {
      bench.out(FCR, 0x01);
      type("early");
      bench.advance(100 * BYTE_TIME);
      bench.out(FCR, 0x07);
      assertThat(readAll()).isEmpty();
      bench.out(MCR, OPEN);
      bench.advance(2 * BYTE_TIME);
      bench.out(MCR, 0x09);
      bench.advance(100 * BYTE_TIME);
      assertThat(readAll()).isEqualTo("ea");
      bench.out(MCR, OPEN);
      bench.advance(100 * BYTE_TIME);
      assertThat(readAll()).isEqualTo("rly");
    }
  }

  @Nested
  @DisplayName("loopback")
  class Loopback {
    @Test
    @DisplayName("shows the modem outputs as inputs: the test of Linux's autoconfiguration")
    void autoconfiguration() {
      bench.out(MCR, 0x1A);
      assertThat(bench.in(MSR) & 0xF0).isEqualTo(0x90);
      bench.out(MCR, 0x15);
      assertThat(bench.in(MSR) & 0xF0).isEqualTo(0x60);
    }

    @Test
    @DisplayName("gives back what is sent, and sends nothing out")
    void data() {
      bench.out(FCR, 0x01);
      bench.out(MCR, 0x12);
      type("host");
      bench.out(DATA, 'g');
      bench.advance(100 * BYTE_TIME);
      assertThat(readAll()).isEqualTo("g");
      assertThat(sent.size()).isZero();
      bench.out(MCR, 0x02);
      bench.advance(4 * BYTE_TIME);
      assertThat(readAll()).isEqualTo("host");
    }

    @Test
    @DisplayName("overruns: a full FIFO keeps its bytes, OE is an interrupt, and LSR clears it")
    void overrun() {
      bench.out(FCR, 0x01);
      bench.out(MCR, 0x10);
      bench.out(IER, 0x04);
      for (int i = 0; i < 17; i++) {
        bench.out(DATA, 'a' + i);
      }
      assertThat(bench.in(IIR)).isEqualTo(0xC6);
      assertThat(bench.in(LSR)).isEqualTo(0x63);
      assertThat(bench.in(LSR)).isEqualTo(0x61);
      assertThat(bench.in(IIR)).isEqualTo(0xC1);
      assertThat(readAll()).isEqualTo("abcdefghijklmnop");
    }

    @Test
    @DisplayName("overruns without FIFOs: the new byte replaces the old one")
    void overrunOfHoldingRegister() {
      bench.out(MCR, 0x10);
      bench.out(DATA, 'a');
      bench.out(DATA, 'b');
      assertThat(bench.in(LSR)).isEqualTo(0x63);
      assertThat(readAll()).isEqualTo("b");
    }

    @Test
    @DisplayName("modem inputs that changed set deltas and interrupt until MSR is read")
    void deltas() {
      bench.out(MCR, 0x10);
      assertThat(bench.in(MSR)).as("CTS, DSR and DCD fell").isEqualTo(0x0B);
      bench.out(IER, 0x08);
      assertThat(bench.in(IIR)).isEqualTo(0x01);
      bench.out(MCR, 0x14);
      assertThat(bench.in(MSR)).as("the start of a ring is no delta").isEqualTo(0x40);
      bench.out(MCR, 0x12);
      assertThat(bench.in(IIR)).isEqualTo(0x00);
      assertThat(bench.in(MSR)).as("the ring ended, CTS rose").isEqualTo(0x15);
      assertThat(bench.in(MSR)).isEqualTo(0x10);
      assertThat(bench.in(IIR)).isEqualTo(0x01);
    }
  }

  @Test
  @DisplayName("names its interrupts by priority: line status, data, transmitter, modem")
  void priorities() {
    bench.out(MCR, 0x10);
    bench.out(DATA, 'a');
    bench.out(DATA, 'b');
    bench.out(IER, 0x0F);
    assertThat(bench.in(IIR)).isEqualTo(0x06);
    bench.in(LSR);
    assertThat(bench.in(IIR)).isEqualTo(0x04);
    bench.in(DATA);
    assertThat(bench.in(IIR)).isEqualTo(0x02);
    assertThat(bench.in(IIR)).isEqualTo(0x00);
    bench.in(MSR);
    assertThat(bench.in(IIR)).isEqualTo(0x01);
  }
}
