package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A figure")
class FiguresTest {

  @ParameterizedTest(name = "{0} ns is {1}")
  @DisplayName("of time has the unit that suits it")
  @CsvSource({
    "0, 0 s",
    "1499, 1 µs",
    "999499, 999 µs",
    "999500, 1 ms",
    "999499999, 999 ms",
    "999500000, 1.00 s",
    "59994000000, 59.99 s",
    "59995000000, 1 min 00 s",
    "3599000000000, 59 min 59 s",
    "7384000000000, 2 h 03 min"
  })
  void time(long nanos, String text) {
    assertThat(Figures.time(Duration.ofNanos(nanos))).isEqualTo(text);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @DisplayName("of bytes has three or four digits at most")
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "102400, 100 KiB", "3221225472, 3.0 GiB"})
  void bytes(long bytes, String text) {
    assertThat(Figures.bytes(bytes)).isEqualTo(text);
  }
}
