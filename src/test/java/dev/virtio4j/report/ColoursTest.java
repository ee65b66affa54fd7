package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WCAG 2.1, "relative luminance", "contrast ratio" and success criterion 1.4.3. */
@DisplayName("The colours of the page")
class ColoursTest {
  private static final double LEAST = 4.5;

  /** The colours of the first or second palette of the style: light, dark. */
  private static Map<String, Integer> palette(int index) throws IOException {
    try (InputStream in = PageView.class.getResourceAsStream("page.css")) {
      String style = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String block = style.split(":root \\{", -1)[index + 1].split("\\}", 2)[0];
      Map<String, Integer> colours = new HashMap<>();
      Matcher colour = Pattern.compile("--(\\w+): #([0-9a-f]+);").matcher(block);
      while (colour.find()) {
        String digits = colour.group(2).replaceFirst("^(.)(.)(.)$", "$1$1$2$2$3$3");
        colours.put(colour.group(1), Integer.parseInt(digits, 16));
      }
      return colours;
    }
  }

  private static double luminance(int colour) {
    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) + 0.0722 * linear(colour);
  }

  private static double linear(int channel) {
    double value = (channel & 0xFF) / 255.0;
    return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  private static double contrast(int one, int other) {
    double first = luminance(one) + 0.05;
    double second = luminance(other) + 0.05;
    return Math.max(first, second) / Math.min(first, second);
  }

  @ParameterizedTest(name = "{1}")
  @DisplayName("can be told from what is behind them")
  @CsvSource({"0, light", "1, dark"})
  void contrast(int index, String name) throws IOException {
    Map<String, Integer> palette = palette(index);
    List<String> outcomes = List.of("passed", "failed", "error", "skipped");
    for (String text : List.of("text", "soft", "link", "passed", "failed", "error", "skipped")) {
      for (String behind : List.of("page", "card", "sunk")) {
        assertThat(contrast(palette.get(text), palette.get(behind)))
            .as("%s on %s", text, behind)
            .isGreaterThan(LEAST);
      }
    }
    for (String outcome : outcomes) {
      assertThat(contrast(palette.get("on"), palette.get(outcome)))
          .as("on %s", outcome)
          .isGreaterThan(LEAST);
    }
  }
}
