package dev.virtio4j.pc.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The opcode map of the x87")
class EscapeMapTest {
  static Stream<Arguments> operandSizes() {
    // spotless:off
    return Stream.of(
        arguments("D8", List.of(4, 4, 4, 4, 4,  4, 4,  4)),
        arguments("D9", List.of(4, 0, 4, 4, 28, 2, 28, 2)),
        arguments("DA", List.of(4, 4, 4, 4, 4,  4, 4,  4)),
        arguments("DB", List.of(4, 0, 4, 4, 0,  10, 0, 10)),
        arguments("DC", List.of(8, 8, 8, 8, 8,  8, 8,  8)),
        arguments("DD", List.of(8, 0, 8, 8, 108, 0, 108, 2)),
        arguments("DE", List.of(2, 2, 2, 2, 2,  2, 2,  2)),
        arguments("DF", List.of(2, 0, 2, 2, 10, 8, 10, 8)));
    // spotless:on
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operandSizes")
  @DisplayName("knows the size of each memory operand (SDM volume 2, tables A-7 to A-22)")
  void operandSize(String opcode, List<Integer> sizes) {
    int escape = Integer.parseInt(opcode, 16) - 0xD8;
    assertThat(
            IntStream.range(0, 8).map(reg -> EscapeMap.operandSize(escape, reg << 3, true)).boxed())
        .isEqualTo(sizes);
    assertThat(
            IntStream.range(0, 8)
                .map(reg -> EscapeMap.operandSize(escape, reg << 3, false))
                .boxed())
        .isEqualTo(sizes.stream().map(size -> size == 28 ? 14 : size == 108 ? 94 : size).toList());
  }

  @Test
  @DisplayName(
      "writes memory in FST, FSTP, FIST, FISTP, FBSTP and the storing control instructions")
  void stores() {
    assertThat(memoryForms().filter(form -> EscapeMap.stores(form >> 8, form & 0xFF)))
        .map(EscapeMapTest::name)
        .containsExactly(
            "D9/2", "D9/3", "D9/6", "D9/7", "DB/2", "DB/3", "DB/7", "DD/2", "DD/3", "DD/6", "DD/7",
            "DF/2", "DF/3", "DF/6", "DF/7");
  }

  @Test
  @DisplayName("does not wait in FNSTENV, FNSTCW, FNSAVE, FNSTSW, FNCLEX, FNINIT")
  void waits() {
    assertThat(memoryForms().filter(form -> !EscapeMap.waits(form >> 8, form & 0xFF)))
        .map(EscapeMapTest::name)
        .containsExactly("D9/6", "D9/7", "DD/6", "DD/7");
    assertThat(EscapeMap.waits(3, 0xE2)).isFalse(); // FNCLEX
    assertThat(EscapeMap.waits(3, 0xE3)).isFalse(); // FNINIT
    assertThat(EscapeMap.waits(7, 0xE0)).isFalse(); // FNSTSW AX
    assertThat(EscapeMap.waits(1, 0xD0)).isTrue(); // FNOP
    assertThat(EscapeMap.waits(3, 0xE8)).isTrue(); // FUCOMI
  }

  private static Stream<Integer> memoryForms() {
    return IntStream.range(0, 64)
        .map(n -> (n >> 3) << 8 | (n & 7) << 3)
        .filter(form -> EscapeMap.operandSize(form >> 8, form & 0xFF, true) != 0)
        .boxed();
  }

  private static String name(int form) {
    return Integer.toHexString(0xD8 + (form >> 8)).toUpperCase(Locale.ROOT) + "/" + (form >> 3 & 7);
  }
}
