package dev.virtio4j.pc.x87;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.io.IOUtils;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@DisplayName("The FPU does what a real one does")
class FpuHardwareTest {
  private static final BigDecimal TOLERANCE = BigDecimal.valueOf(1e-15);

  @TestFactory
  @DisplayName("on chosen cases, bit for bit")
  Stream<DynamicTest> chosenCases() {
    Map<String, List<String>> sections = new LinkedHashMap<>();
    List<String> section = new ArrayList<>();
    for (String line : lines("x87-cases.txt")) {
      if (line.startsWith("# ")) {
        section = new ArrayList<>();
        sections.put(line.substring(2), section);
      } else if (!line.isEmpty()) {
        section.add(line);
      }
    }
    return sections.entrySet().stream()
        .filter(entry -> !entry.getValue().isEmpty()) // the head of the file
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> assertSame(entry.getValue())));
  }

  @Test
  @DisplayName("on random operands, bit for bit")
  void randomCases() {
    assertSame(lines("x87-random.txt").stream().filter(line -> !line.startsWith("#")).toList());
  }

  @Test
  @DisplayName("in transcendental functions, to 1 part in 10^15")
  void transcendentalFunctions() {
    assertThat(lines("x87-transcendental.txt").stream().filter(line -> !line.startsWith("#")))
        .hasSizeGreaterThan(40)
        .allSatisfy(FpuHardwareTest::assertClose);
  }

  private static void assertSame(List<String> lines) {
    List<String> ours =
        lines.stream().map(X87Case::parse).map(c -> c.before() + " > " + c.run()).toList();
    assertThat(ours).isNotEmpty().isEqualTo(lines);
  }

  private static void assertClose(String line) {
    X87Case expected = X87Case.parse(line);
    String[] wanted = stack(expected.after());
    String[] got = stack(expected.run());
    assertThat(got).hasSameSizeAs(wanted);
    for (int i = 0; i < got.length; i++) {
      BigDecimal exact = value(wanted[i]);
      assertThat(value(got[i]).subtract(exact).abs())
          .isLessThanOrEqualTo(exact.abs().multiply(TOLERANCE));
    }
  }

  private static String[] stack(String after) {
    return after.split(" ", -1)[4].split(",", -1);
  }

  private static BigDecimal value(String hex) {
    int signExponent = Integer.parseInt(hex.substring(0, 4), 16);
    BigDecimal significand = new BigDecimal(new BigInteger(hex.substring(4), 16));
    int exponent = (signExponent & 0x7FFF) - 16383 - 63;
    BigDecimal magnitude =
        exponent < 0
            // 2^-n = 5^n / 10^n
            ? significand.multiply(BigDecimal.valueOf(5).pow(-exponent)).movePointLeft(-exponent)
            : significand.multiply(BigDecimal.valueOf(2).pow(exponent));
    return signExponent > 0x7FFF ? magnitude.negate() : magnitude;
  }

  private static List<String> lines(String name) {
    try (InputStream in = FpuHardwareTest.class.getResourceAsStream(name)) {
      return IOUtils.readLines(in, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
