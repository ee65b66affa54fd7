package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counting sequences are those of the 8254 data sheet, section "Mode definitions". */
@DisplayName("The 8254")
class IntervalTimerTest {
  private static final int CONTROL = 0x43;
  private static final int PORT_61 = 0x61;
  private static final int OUT_2 = 0x20;

  private final Bench bench = new Bench();
  private final Bench.Line irq0 = bench.new Line();

  @BeforeEach
  void map() {
    new IntervalTimer(bench.clock, irq0).map(bench.ports);
  }

  /** The first nanosecond of a pulse of the 1193182 Hz clock. */
  private static long timeOf(long pulse) {
    BigInteger[] time =
        BigInteger.valueOf(pulse)
            .multiply(BigInteger.valueOf(1_000_000_000))
            .divideAndRemainder(BigInteger.valueOf(1_193_182));
    return time[0].longValueExact() + time[1].signum();
  }

  private void pulse(long pulse) {
    bench.advanceTo(timeOf(pulse));
  }

  private boolean out2() {
    return (bench.in(PORT_61) & OUT_2) != 0;
  }

  /** Programs counter 2, low byte only, at the pulse before the one that loads the count. */
  private void program2(int control, int count) {
    bench.out(CONTROL, control);
    bench.out(0x42, count);
  }

  /** The counts of counter 2 at consecutive pulses, with a bar where OUT is low. */
  private String sequence2(long from, int pulses) {
    List<String> counts = new ArrayList<>();
    for (long at = from; at < from + pulses; at++) {
      pulse(at);
      bench.out(CONTROL, 0x80);
      counts.add(bench.in(0x42) + (out2() ? "" : "_"));
    }
    return String.join(" ", counts);
  }

  @Nested
  @DisplayName("mode 0, interrupt on terminal count")
  class Mode0 {
    @Test
    @DisplayName("OUT rises N + 1 pulses after the count is written, and the count wraps")
    void terminalCount() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x90, 4);
      assertThat(sequence2(11, 7)).isEqualTo("4_ 3_ 2_ 1_ 0 255 254");
    }

    @Test
    @DisplayName("GATE low stops the count; a count written meanwhile is loaded")
    void gate() {
      pulse(10);
      program2(0x90, 3);
      assertThat(sequence2(11, 2)).isEqualTo("3_ 3_");
      bench.out(PORT_61, 1);
      assertThat(sequence2(13, 1)).isEqualTo("2_");
      bench.out(PORT_61, 0);
      assertThat(sequence2(14, 2)).isEqualTo("2_ 2_");
      bench.out(PORT_61, 1);
      assertThat(sequence2(16, 3)).isEqualTo("1_ 0 255");
    }

    @Test
    @DisplayName("the first byte of a new count stops the counter and takes OUT low")
    void twoBytes() {
      bench.out(PORT_61, 1);
      bench.out(CONTROL, 0xB0);
      bench.out(0x42, 2, 0);
      pulse(10);
      assertThat(out2()).isTrue();
      bench.out(0x42, 0x01);
      assertThat(out2()).isFalse();
      pulse(1000);
      assertThat(out2()).isFalse();
      bench.out(0x42, 0x01);
      pulse(1000 + 0x101);
      assertThat(out2()).isFalse();
      pulse(1000 + 0x102);
      assertThat(out2()).isTrue();
    }
  }

  @Test
  @DisplayName("mode 1: a rising GATE takes OUT low for N pulses, and again while it is low")
  void oneShot() {
    pulse(10);
    program2(0x92, 3);
    assertThat(out2()).isTrue();
    pulse(20);
    assertThat(out2()).isTrue();
    bench.out(PORT_61, 1);
    bench.out(PORT_61, 0);
    assertThat(sequence2(21, 4)).isEqualTo("3_ 2_ 1_ 0");
    bench.out(PORT_61, 1);
    assertThat(sequence2(25, 2)).isEqualTo("3_ 2_");
    bench.out(PORT_61, 0, 1);
    assertThat(sequence2(27, 4)).isEqualTo("3_ 2_ 1_ 0");
  }

  @Nested
  @DisplayName("mode 2, rate generator")
  class Mode2 {
    @Test
    @DisplayName("OUT is low while the count is 1; a new count waits for the end of the period")
    void rate() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x94, 4);
      assertThat(sequence2(11, 6)).isEqualTo("4 3 2 1_ 4 3");
      bench.out(0x42, 3);
      assertThat(sequence2(17, 6)).isEqualTo("2 1_ 3 2 1_ 3");
    }

    @Test
    @DisplayName("GATE low takes OUT high and stops the count; its rise loads it anew")
    void gate() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x94, 3);
      assertThat(sequence2(11, 3)).isEqualTo("3 2 1_");
      bench.out(PORT_61, 0);
      assertThat(sequence2(14, 2)).isEqualTo("1 1");
      bench.out(PORT_61, 1);
      assertThat(out2()).isTrue();
      assertThat(sequence2(16, 3)).isEqualTo("3 2 1_");
    }

    @Test
    @DisplayName("IRQ 0 at 100 Hz as Linux sets it: no drift after 3 hours, to the nanosecond")
    void noDrift() {
      bench.out(CONTROL, 0x34);
      int latch = 11_932;
      bench.out(0x40, latch & 0xFF, latch >> 8);
      long start = 1;
      bench.advanceTo(timeOf(start + 2L * latch));
      assertThat(irq0.rises).containsExactly(0L, timeOf(start + latch), timeOf(start + 2L * latch));

      long ticks = 3L * 3600 * 100;
      bench.advanceTo(timeOf(start + ticks * latch) - 1);
      assertThat(irq0.rises).hasSize((int) ticks);
      bench.advance(1);
      assertThat(irq0.rises).hasSize((int) ticks + 1);
    }

    @Test
    @DisplayName("no tick is lost when the CPU comes late, or reads the count meanwhile")
    void late() {
      bench.out(CONTROL, 0x14);
      bench.out(0x40, 100);
      pulse(1);
      irq0.rises.clear();
      bench.advanceLate(timeOf(1 + 250) - timeOf(1));
      assertThat(irq0.rises).hasSize(2);
      bench.clock.skip(timeOf(1 + 450) - timeOf(1 + 250));
      bench.out(CONTROL, 0x00);
      assertThat(bench.in(0x40)).isEqualTo(50);
      assertThat(irq0.rises).hasSize(4);
    }

    @Test
    @DisplayName("a count of 0 is 65536, or 10000 in BCD")
    void largest() {
      bench.out(CONTROL, 0x34);
      bench.out(0x40, 0, 0);
      bench.advanceTo(timeOf(1 + 65_536));
      assertThat(irq0.rises).containsExactly(0L, timeOf(1 + 65_536));
      bench.out(CONTROL, 0x35);
      bench.out(0x40, 0, 0);
      bench.advanceTo(timeOf(2 + 65_536 + 10_000));
      assertThat(irq0.rises).last().isEqualTo(timeOf(2 + 65_536 + 10_000));
    }
  }

  @Nested
  @DisplayName("mode 3, square wave")
  class Mode3 {
    @Test
    @DisplayName("an even count goes down by two and is high and low for half of it each")
    void even() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x96, 6);
      assertThat(sequence2(11, 8)).isEqualTo("6 4 2 6_ 4_ 2_ 6 4");
    }

    @Test
    @DisplayName("an odd count is high for (N + 1) / 2 and low for (N - 1) / 2")
    void odd() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x96, 5);
      assertThat(sequence2(11, 7)).isEqualTo("4 2 0 4_ 2_ 4 2");
    }

    @Test
    @DisplayName("a new count comes into effect at the end of the half-period")
    void newCount() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x96, 6);
      assertThat(sequence2(11, 2)).isEqualTo("6 4");
      bench.out(0x42, 4);
      assertThat(sequence2(13, 6)).isEqualTo("2 4_ 2_ 4 2 4_");
    }

    @Test
    @DisplayName("GATE low takes OUT high; its rise starts a period anew")
    void gate() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x96, 4);
      assertThat(sequence2(11, 3)).isEqualTo("4 2 4_");
      bench.out(PORT_61, 0);
      assertThat(out2()).isTrue();
      bench.out(PORT_61, 1);
      assertThat(sequence2(14, 5)).isEqualTo("4 2 4_ 2_ 4");
    }

    @Test
    @DisplayName("mode 7 is mode 3 on IRQ 0 too, and status gives the mode as it was written")
    void interrupts() {
      bench.out(CONTROL, 0x3E);
      bench.out(0x40, 0xE8, 0x03);
      bench.advanceTo(timeOf(1 + 3000));
      assertThat(irq0.rises)
          .containsExactly(0L, timeOf(1 + 1000), timeOf(1 + 2000), timeOf(1 + 3000));
      bench.out(CONTROL, 0xE2);
      assertThat(bench.in(0x40)).isEqualTo(0xBE);
    }
  }

  @Nested
  @DisplayName("mode 4, software triggered strobe")
  class Mode4 {
    @Test
    @DisplayName("OUT is low for one pulse, N + 1 pulses after the count is written, once")
    void strobe() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x98, 3);
      assertThat(sequence2(11, 6)).isEqualTo("3 2 1 0_ 255 254");
      bench.out(0x42, 2);
      assertThat(sequence2(17, 3)).isEqualTo("2 1 0_");
    }

    @Test
    @DisplayName("GATE low stops the count")
    void gate() {
      bench.out(PORT_61, 1);
      pulse(10);
      program2(0x98, 3);
      assertThat(sequence2(11, 2)).isEqualTo("3 2");
      bench.out(PORT_61, 0);
      assertThat(sequence2(13, 2)).isEqualTo("2 2");
      bench.out(PORT_61, 1);
      assertThat(sequence2(15, 2)).isEqualTo("1 0_");
    }

    @Test
    @DisplayName("as Linux's one-shot clock event: one interrupt for each count that is written")
    void clockEvent() {
      bench.out(CONTROL, 0x38);
      irq0.rises.clear();
      bench.out(0x40, 0x00, 0x10);
      bench.advanceTo(timeOf(20_000));
      bench.out(0x40, 0x10, 0x00);
      bench.advanceTo(timeOf(200_000));
      assertThat(irq0.rises).containsExactly(timeOf(1 + 0x1000 + 1), timeOf(20_000 + 1 + 0x10 + 1));
    }
  }

  @Test
  @DisplayName("mode 5: a rising GATE starts the count, at the end of which OUT is low for a pulse")
  void hardwareStrobe() {
    pulse(10);
    program2(0x9A, 3);
    pulse(30);
    assertThat(out2()).isTrue();
    bench.out(PORT_61, 1);
    assertThat(sequence2(31, 2)).isEqualTo("3 2");
    bench.out(PORT_61, 0);
    assertThat(sequence2(33, 3)).isEqualTo("1 0_ 255");
  }

  @Nested
  @DisplayName("reading")
  class Reading {
    @Test
    @DisplayName("a latched count stands until it is read; a second latch command is ignored")
    void latch() {
      bench.out(CONTROL, 0x34);
      bench.out(0x40, 0x34, 0x12);
      pulse(1);
      bench.out(CONTROL, 0x00);
      pulse(5);
      bench.out(CONTROL, 0x00);
      assertThat(bench.in(0x40)).isEqualTo(0x34);
      assertThat(bench.in(0x40)).isEqualTo(0x12);
      assertThat(bench.in(0x40)).isEqualTo(0x30);
      assertThat(bench.in(0x40)).isEqualTo(0x12);
    }

    @ParameterizedTest
    @CsvSource({"0xB0, 0xFF", "0xB4, 0xFF", "0xB6, 0xFE"})
    @DisplayName("a first count is there at once, as Linux's fast calibration of the TSC has it")
    void firstCount(int control, int low) {
      bench.out(CONTROL, control);
      bench.out(0x42, 0xFF, 0xFF);
      assertThat(bench.in(0x42)).isEqualTo(low);
      assertThat(bench.in(0x42)).isEqualTo(0xFF);
    }

    @Test
    @DisplayName("read-back latches status and count of several counters; status comes first")
    void readBack() {
      bench.out(CONTROL, 0x34);
      bench.out(0x40, 0x00, 0x20);
      bench.out(CONTROL, 0x50);
      bench.out(0x41, 0x99);
      pulse(1);
      bench.out(CONTROL, 0xC6);
      pulse(9);
      bench.out(CONTROL, 0xC6);
      assertThat(bench.in(0x40)).isEqualTo(0xB4);
      assertThat(bench.in(0x40)).isEqualTo(0x00);
      assertThat(bench.in(0x40)).isEqualTo(0x20);
      assertThat(bench.in(0x41)).isEqualTo(0x10);
      assertThat(bench.in(0x41)).isEqualTo(0x99);
    }

    @Test
    @DisplayName("null count is set from the control word until the count is loaded")
    void nullCount() {
      bench.out(CONTROL, 0x34);
      bench.out(CONTROL, 0xE2);
      assertThat(bench.in(0x40)).isEqualTo(0xF4);
      bench.out(0x40, 0x00, 0x20);
      bench.out(CONTROL, 0xE2);
      assertThat(bench.in(0x40)).isEqualTo(0xF4);
      pulse(1);
      bench.out(CONTROL, 0xE2);
      assertThat(bench.in(0x40)).isEqualTo(0xB4);
    }

    @Test
    @DisplayName("the access mode of one byte reads and writes that byte, the other being zero")
    void oneByte() {
      bench.out(CONTROL, 0x24);
      bench.out(0x40, 0x12);
      pulse(1);
      assertThat(bench.in(0x40)).isEqualTo(0x12);
      pulse(2);
      assertThat(bench.in(0x40)).isEqualTo(0x11);
      bench.out(CONTROL, 0x00);
      pulse(0x200);
      assertThat(bench.in(0x40)).isEqualTo(0x11);
      assertThat(bench.in(0x40)).isEqualTo(0x10);
    }

    @Test
    @DisplayName("BCD counts in decimal")
    void decimal() {
      bench.out(PORT_61, 1);
      bench.out(CONTROL, 0xB1);
      bench.out(0x42, 0x00, 0x20);
      pulse(2);
      bench.out(CONTROL, 0x80);
      assertThat(bench.in(0x42)).isEqualTo(0x99);
      assertThat(bench.in(0x42)).isEqualTo(0x19);
      pulse(2002);
      bench.out(CONTROL, 0x80);
      assertThat(bench.in(0x42)).isEqualTo(0x99);
      assertThat(bench.in(0x42)).isEqualTo(0x99);
    }

    @Test
    @DisplayName("the control port is write only")
    void control() {
      assertThat(bench.in(CONTROL)).isEqualTo(0xFF);
    }
  }

  @Nested
  @DisplayName("port 61h")
  class Port61 {
    @Test
    @DisplayName("gives back its lower four bits")
    void control() {
      bench.out(PORT_61, 0xFE);
      assertThat(bench.in(PORT_61) & 0xCF).isEqualTo(0x0E);
    }

    @Test
    @DisplayName("toggles bit 4 every 15 microseconds")
    void refresh() {
      int toggles = 0;
      int last = bench.in(PORT_61) & 0x10;
      for (int i = 0; i < 10_000; i++) {
        bench.advance(1_000);
        int now = bench.in(PORT_61) & 0x10;
        toggles += now == last ? 0 : 1;
        last = now;
      }
      assertThat(toggles).isBetween(660, 666);
    }

    @Test
    @DisplayName("times 50 ms of mode 0 as Linux calibrates its TSC, to a pulse")
    void calibration() {
      bench.out(PORT_61, 1);
      bench.out(CONTROL, 0xB0);
      int latch = 1_193_182 / 20;
      bench.out(0x42, latch & 0xFF, latch >> 8);
      while (!out2()) {
        bench.advance(100);
      }
      assertThat(bench.clock.now()).isBetween(50_000_000L - 839, 50_000_000L + 2 * 839);
    }
  }

  @Test
  @DisplayName("a count of 1 in mode 2 or 3, which the data sheet forbids, does no harm")
  void illegalCount() {
    for (int control : new int[] {0x14, 0x16}) {
      bench.out(CONTROL, control);
      bench.out(0x40, 1);
      bench.advance(10_000);
      bench.out(CONTROL, 0x00);
      assertThat(bench.in(0x40)).isBetween(0, 2);
    }
  }
}
