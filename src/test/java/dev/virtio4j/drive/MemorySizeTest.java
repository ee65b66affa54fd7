package dev.virtio4j.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("--memory")
class MemorySizeTest {

  @ParameterizedTest(name = "{0} is {1} bytes")
  @DisplayName("is in MiB unless it says otherwise")
  @CsvSource({
    "128, 134217728",
    "128M, 134217728",
    "1g, 1073741824",
    "65536K, 67108864",
    "2047M, 2146435072"
  })
  void size(String text, int bytes) {
    assertThat(MemorySize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @DisplayName("is refused where it is no size")
  @ValueSource(strings = {"", "M", "-1M", "1.5G", "128MB", "0x80", "12345678901234567890"})
  void noSize(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .hasMessage("'" + text + "' is no size such as 512, 64k, 4M or 1G");
  }

  @ParameterizedTest
  @DisplayName("is refused where no PC has as little or as much")
  @ValueSource(strings = {"0", "1023K", "1025K", "2G", "999999999G", "12345678901"})
  void outOfRange(String text) {
    assertThatThrownBy(() -> MemorySize.parse(text))
        .hasMessage("'" + text + "' is not 1M to 2047M in steps of 4K");
  }
}
