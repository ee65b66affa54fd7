package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Expected values from the MC146818A data sheet; those of the CMOS memory from QEMU. */
@DisplayName("The MC146818A")
class RealTimeClockTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NOTICE = 244_140;
  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int D = 0x0D;

  private final Bench bench = new Bench();
  private final Bench.Line irq8 = bench.new Line();

  private void startAt(String time) {
    start(time, 128L << 20);
  }

  private void start(String time, long memory) {
    long seconds = Instant.parse(time).getEpochSecond();
    new RealTimeClock(bench.clock, irq8, seconds, memory).map(bench.ports);
  }

  private int get(int index) {
    bench.out(0x70, index);
    return bench.in(0x71);
  }

  private void set(int index, int value) {
    bench.out(0x70, index);
    bench.out(0x71, value);
  }

  private int word(int index) {
    return get(index) | (get(index + 1) << 8);
  }

  /** Century, year, month, day, weekday, hours, minutes and seconds, as the registers hold them. */
  private String time() {
    return String.format(
        "%02X%02X-%02X-%02X (%X) %02X:%02X:%02X",
        get(0x32), get(9), get(8), get(7), get(6), get(4), get(2), get(0));
  }

  @Nested
  @DisplayName("time")
  class Time {
    @Test
    @DisplayName("starts in BCD and 24 hours, with Sunday as day 1, and advances by the second")
    void advances() {
      startAt("2024-02-28T23:59:58Z");
      assertThat(time()).isEqualTo("2024-02-28 (4) 23:59:58");
      bench.advance(SECOND - 1);
      assertThat(get(0)).isEqualTo(0x58);
      bench.advance(1);
      assertThat(get(0)).isEqualTo(0x59);
      bench.advance(SECOND);
      assertThat(time()).isEqualTo("2024-02-29 (5) 00:00:00");
      bench.advance(86_400 * SECOND);
      assertThat(time()).isEqualTo("2024-03-01 (6) 00:00:00");
    }

    @Test
    @DisplayName("goes over the end of a year and of a century")
    void century() {
      startAt("1999-12-31T23:59:59Z");
      bench.advance(SECOND);
      assertThat(time()).isEqualTo("2000-01-01 (7) 00:00:00");
    }

    @Test
    @DisplayName("counts in binary and to 12 if register B says so")
    void binaryTwelveHours() {
      startAt("2023-02-28T00:00:00Z");
      set(B, 0x84);
      set(0, 59);
      set(2, 59);
      set(4, 11);
      set(B, 0x04);
      bench.advance(SECOND);
      assertThat(get(4)).as("noon").isEqualTo(0x80 | 12);
      bench.advance(3600 * SECOND);
      assertThat(get(4)).as("1 PM").isEqualTo(0x80 | 1);
      bench.advance(11 * 3600 * SECOND);
      assertThat(get(4)).as("midnight").isEqualTo(12);
      assertThat(get(7)).isEqualTo(1);
      bench.advance(3600 * SECOND);
      assertThat(get(4)).as("1 AM").isEqualTo(1);
    }

    @Test
    @DisplayName("can be set as Linux sets it: SET, divider reset, and a first update after 500 ms")
    void setting() {
      startAt("2024-01-01T00:00:00Z");
      bench.advance(300_000_000);
      set(B, 0x82);
      set(A, 0x76);
      set(0, 0x30);
      bench.advance(5 * SECOND);
      assertThat(get(0)).isEqualTo(0x30);
      set(B, 0x02);
      bench.advance(5 * SECOND);
      assertThat(get(0)).isEqualTo(0x30);
      set(A, 0x26);
      bench.advance(SECOND / 2 - 1);
      assertThat(get(0)).isEqualTo(0x30);
      bench.advance(1);
      assertThat(get(0)).isEqualTo(0x31);
      bench.advance(SECOND);
      assertThat(get(0)).isEqualTo(0x32);
    }

    @Test
    @DisplayName("stands still, without flags and UIP, while SET is on")
    void halted() {
      startAt("2024-01-01T00:00:00Z");
      set(B, 0x82);
      get(C);
      bench.advance(SECOND - 1);
      assertThat(get(A)).isEqualTo(0x26);
      bench.advance(SECOND);
      assertThat(get(0)).isZero();
      assertThat(get(C) & 0x10).isZero();
    }

    @Test
    @DisplayName("UIP announces an update 244 microseconds ahead")
    void updateInProgress() {
      startAt("2024-01-01T00:00:00Z");
      bench.advanceTo(SECOND - NOTICE - 1);
      assertThat(get(A)).isEqualTo(0x26);
      bench.advance(1);
      assertThat(get(A)).isEqualTo(0xA6);
      assertThat(get(0)).isZero();
      bench.advanceTo(SECOND);
      assertThat(get(A)).isEqualTo(0x26);
      assertThat(get(0)).isEqualTo(1);
    }

    @Test
    @DisplayName("is right in an access that comes before its timer could run")
    void late() {
      startAt("2024-01-01T00:00:00Z");
      bench.clock.skip(3 * SECOND);
      assertThat(get(0)).isEqualTo(3);
    }

    @Test
    @DisplayName("goes on from whatever nonsense the guest wrote")
    void nonsense() {
      startAt("2024-01-01T00:00:00Z");
      for (int field = 0; field < A; field++) {
        set(field, 0xFF);
      }
      bench.advance(SECOND);
      assertThat(time()).isEqualTo("2100-01-01 (1) 00:00:00");
    }
  }

  @Nested
  @DisplayName("interrupts")
  class Interrupts {
    @Test
    @DisplayName("update-ended: each second, until register C is read")
    void update() {
      startAt("2024-01-01T00:00:00Z");
      set(A, 0x20);
      set(B, 0x12);
      bench.advance(3 * SECOND);
      assertThat(irq8.rises).containsExactly(SECOND);
      assertThat(get(C)).isEqualTo(0x90);
      assertThat(irq8.asserted).isFalse();
      assertThat(get(C)).isZero();
      bench.advance(SECOND);
      assertThat(irq8.rises).containsExactly(SECOND, 4 * SECOND);
    }

    @Test
    @DisplayName("setting SET clears UIE")
    void setClearsUpdateEnable() {
      startAt("2024-01-01T00:00:00Z");
      set(B, 0x92);
      assertThat(get(B)).isEqualTo(0x82);
    }

    @Test
    @DisplayName("alarm: when seconds, minutes and hours match")
    void alarm() {
      startAt("2024-01-01T10:20:28Z");
      set(A, 0x20);
      set(1, 0x30);
      set(3, 0x20);
      set(5, 0x10);
      set(B, 0x22);
      bench.advance(10 * SECOND);
      assertThat(irq8.rises).containsExactly(2 * SECOND);
      assertThat(get(C)).isEqualTo(0xB0);
      bench.advance(3600 * SECOND);
      assertThat(get(C)).isEqualTo(0x10);
    }

    @Test
    @DisplayName("alarm bytes from C0h up match always")
    void alarmWildcards() {
      startAt("2024-01-01T10:20:28Z");
      set(1, 0x05);
      set(3, 0xC0);
      set(5, 0xFF);
      set(B, 0x22);
      bench.advance(37 * SECOND);
      get(C);
      bench.advance(60 * SECOND);
      assertThat(irq8.rises).containsExactly(37 * SECOND, 97 * SECOND);
    }

    @Test
    @DisplayName("periodic: at exactly 1024 Hz, 8192 Hz and 2 Hz, in step with the second")
    void periodic() {
      startAt("2024-01-01T00:00:00Z");
      set(B, 0x42);
      assertThat(ticksInASecond()).isEqualTo(1024);
      set(A, 0x23);
      assertThat(ticksInASecond()).isEqualTo(8192);
      set(A, 0x21);
      assertThat(ticksInASecond()).isEqualTo(256);
      set(A, 0x2F);
      assertThat(ticksInASecond()).isEqualTo(2);
      assertThat(irq8.rises).last().isEqualTo(4 * SECOND);
      set(A, 0x20);
      assertThat(ticksInASecond()).isZero();
    }

    private int ticksInASecond() {
      long end = bench.clock.now() + SECOND;
      get(C);
      int ticks = 0;
      while (bench.clock.deadline() <= end) {
        bench.advanceTo(bench.clock.deadline());
        if ((get(C) & 0x40) != 0) {
          ticks++;
        }
      }
      bench.advanceTo(end);
      return ticks;
    }

    @Test
    @DisplayName("flags are set also where nothing is enabled, and enabling then interrupts")
    void flagsWithoutInterrupts() {
      startAt("2024-01-01T00:00:00Z");
      bench.advance(SECOND);
      assertThat(irq8.asserted).isFalse();
      set(B, 0x42);
      assertThat(irq8.asserted).isTrue();
      assertThat(get(C)).isEqualTo(0xD0);
    }
  }

  @Nested
  @DisplayName("CMOS memory")
  class Memory {
    @Test
    @DisplayName("of a PC with 128 MiB holds the sizes that QEMU puts there")
    void sizes() {
      startAt("2024-01-01T00:00:00Z");
      assertThat(word(0x15)).isEqualTo(0x0280);
      assertThat(word(0x17)).isEqualTo(0xFFFF);
      assertThat(word(0x30)).isEqualTo(0xFFFF);
      assertThat(word(0x34)).isEqualTo(0x0700);
    }

    @Test
    @DisplayName("of a PC with 8 MiB says 7 MiB above the first, and none above 16 MiB")
    void small() {
      start("2024-01-01T00:00:00Z", 8L << 20);
      assertThat(word(0x17)).isEqualTo(0x1C00);
      assertThat(word(0x34)).isZero();
    }

    @Test
    @DisplayName("keeps what is written, up to 7Fh; bit 7 of the index is the NMI mask")
    void written() {
      startAt("2024-01-01T00:00:00Z");
      set(0x0E, 0x12);
      set(0xFF, 0x34);
      assertThat(get(0x8E)).isEqualTo(0x12);
      assertThat(get(0x7F)).isEqualTo(0x34);
      assertThat(bench.in(0x70)).isEqualTo(0xFF);
    }

    @Test
    @DisplayName("registers C and D are read only; D tells that the time is valid")
    void readOnly() {
      startAt("2024-01-01T00:00:00Z");
      set(D, 0);
      set(C, 0xFF);
      assertThat(get(D)).isEqualTo(0x80);
      assertThat(get(C)).isZero();
    }
  }
}
