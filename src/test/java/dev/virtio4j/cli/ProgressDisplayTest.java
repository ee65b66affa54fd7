package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Progress")
class ProgressDisplayTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private String shown(boolean terminal) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    try (ProgressDisplay display = new ProgressDisplay(stream, terminal)) {
      display.report("downloading", 0, 100);
      display.report("downloading", 100, 100);
      display.report("unpacking", 0, 20_000);
      display.report("unpacking", 20_000, 20_000);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  @DisplayName("is a line for each phase when it is piped")
  void piped() {
    assertThat(shown(false)).isEqualTo("virtio4j: downloading\nvirtio4j: unpacking\n");
  }

  @Test
  @DisplayName("is a bar for each phase on a terminal, within 80 columns")
  void terminal() {
    assertThat(shown(true).split("[\r\n]+"))
        .allMatch(line -> line.length() <= 80)
        .anyMatch(line -> line.startsWith("downloading 100%"))
        .anyMatch(line -> line.startsWith("unpacking"));
  }
}
