package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Durations")
class DurationsTest {

  @ParameterizedTest(name = "{0} is {1}")
  @DisplayName("a duration is in seconds unless it says otherwise")
  @CsvSource({"300s, PT5M", "5m, PT5M", "500ms, PT0.5S", "1h, PT1H", "7, PT7S"})
  void duration(String text, Duration duration) {
    assertThat(Durations.parse(text)).isEqualTo(duration);
  }

  @ParameterizedTest
  @DisplayName("no duration")
  @ValueSource(strings = {"", "s", "-1s", "1.5s", "1d", "12345678901"})
  void noDuration(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .hasMessage("'" + text + "' is no duration such as 300s, 5m or 500ms");
  }

  @Test
  @DisplayName("a duration of nothing is refused")
  void nothing() {
    assertThatThrownBy(() -> Durations.parse("0s"))
        .hasMessage("a duration must be longer than nothing");
  }
}
