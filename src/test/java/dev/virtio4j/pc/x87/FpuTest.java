package dev.virtio4j.pc.x87;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The FPU")
class FpuTest {
  // Register forms.
  private static final int FXCH = 0xD9C9;
  private static final int FLD1 = 0xD9E8;
  private static final int FLDPI = 0xD9EB;
  private static final int FLDZ = 0xD9EE;
  private static final int FCHS = 0xD9E0;
  private static final int FPREM1 = 0xD9F5;
  private static final int FPREM = 0xD9F8;
  private static final int FDIVP = 0xDEF9;
  private static final int FSUBP = 0xDEE9;
  private static final int FNCLEX = 0xDBE2;
  private static final int FNINIT = 0xDBE3;

  private static final int ERROR_SUMMARY = 0x80;

  private final FpuBench bench = new FpuBench();

  @Test
  @DisplayName("answers Linux's probe: FNINIT clears the status word, the control word is 37Fh")
  void linuxProbe() {
    bench.memory.putShort(0, (short) 0x5A5A).putShort(2, (short) 0x5A5A);
    bench.run(FNINIT);
    bench.access(0xDD, 7, 0); // FNSTSW m16
    bench.access(0xD9, 7, 2); // FNSTCW m16
    assertThat(bench.memory.getShort(0)).isZero();
    assertThat(bench.memory.getShort(2) & 0x103F).isEqualTo(0x003F);
    assertThat(bench.memory.getShort(2)).isEqualTo((short) 0x37F);
  }

  @Test
  @DisplayName("does not have the FDIV bug, by Linux's check")
  void fdivBug() {
    bench.memory.putDouble(8, 4195835.0).putDouble(16, 3145727.0);
    bench.access(0xDD, 0, 8); // FLD
    bench.access(0xDC, 6, 16); // FDIV
    bench.access(0xDC, 1, 16); // FMUL
    bench.access(0xDD, 0, 8);
    bench.run(FSUBP);
    bench.access(0xDB, 3, 24); // FISTP m32
    assertThat(bench.memory.getInt(24)).isZero();
  }

  @ParameterizedTest(name = "fmod({0}, {1}) = {2}")
  @CsvSource({
    "1e300, 7, 1.0",
    "1e22, 0.7, 0x1.4163d053ab2b0p-3",
    "-1e22, 0.7, -0x1.4163d053ab2b0p-3",
    "12345.678, 1.1, 0x1.83126e97886a8p-2",
  })
  @DisplayName("computes fmod by FPREM until C2 is clear")
  void fmod(String x, String y, String expected) {
    reduce(FPREM, x, y);
    assertThat(bench.popDouble()).isEqualTo(Double.parseDouble(expected));
  }

  @ParameterizedTest(name = "remainder({0}, {1}) = {2}")
  @CsvSource({"1e300, 7, 1.0", "5, 2, 1.0", "7, 2, -1.0", "1e22, 0.7, 0x1.4163d053ab2b0p-3"})
  @DisplayName("computes the IEEE remainder by FPREM1 until C2 is clear")
  void ieeeRemainder(String x, String y, String expected) {
    reduce(FPREM1, x, y);
    assertThat(bench.popDouble()).isEqualTo(Double.parseDouble(expected));
  }

  private void reduce(int instruction, String x, String y) {
    bench.load(Double.parseDouble(y));
    bench.load(Double.parseDouble(x));
    do {
      bench.run(instruction);
    } while ((bench.status() & 0x400) != 0);
  }

  @Test
  @DisplayName("converts to decimal: FXTRACT for the exponent, truncating FISTP, FBSTP for digits")
  void decimalConversion() {
    bench.load(1234567.875);
    bench.run(0xD9F4); // FXTRACT: the exponent in ST(1)
    bench.run(FXCH);
    bench.access(0xDB, 3, 0); // FISTP m32
    assertThat(bench.memory.getInt(0)).isEqualTo(20);

    bench.memory.putShort(0, (short) 0xF7F); // truncating, as C does
    bench.access(0xD9, 5, 0); // FLDCW
    bench.load(1234567.875);
    bench.access(0xDB, 3, 0);
    assertThat(bench.memory.getInt(0)).isEqualTo(1234567);

    bench.load(1000);
    bench.load(1234567.875);
    bench.run(0xDEC9); // FMULP
    bench.access(0xDF, 6, 16); // FBSTP
    assertThat(hex(16, 10)).isEqualTo("75785634120000000000");
  }

  // What FNSTENV and FNSAVE store was taken from a real FPU; the pointers, which are zero here,
  // not.

  @Test
  @DisplayName("stores a 32-bit environment of 28 bytes and then masks all exceptions")
  void environment32() {
    unmaskAndLoadThree();
    bench.fpu.memory(1, 6 << 3, 128, true); // FNSTENV
    assertThat(hex(128, 28))
        .isEqualTo("7E03FFFF0028FFFFFF13FFFF" + "00000000" + "00000000" + "00000000" + "0000FFFF");
    bench.access(0xD9, 7, 0);
    assertThat(bench.memory.getShort(0)).isEqualTo((short) 0x37F);
  }

  @Test
  @DisplayName("stores a 16-bit environment of 14 bytes, and FLDENV takes it back")
  void environment16() {
    unmaskAndLoadThree();
    bench.fpu.memory(1, 6 << 3, 128, false);
    assertThat(hex(128, 16)).isEqualTo("7E030028FF130000000000000000" + "0000");
    bench.run(FNINIT);
    bench.fpu.memory(1, 4 << 3, 128, false); // FLDENV
    assertThat(bench.status()).isEqualTo(0x2800);
    assertThat(bench.popDouble()).isEqualTo(-1);
  }

  @ParameterizedTest(name = "32-bit operand size: {0}")
  @CsvSource({
    "true, 7E03FFFF0028FFFFFF13FFFF0000000000000000000000000000FFFF",
    "false, 7E030028FF130000000000000000"
  })
  @DisplayName("saves the environment and ST(0) to ST(7), initializes, and restores")
  void saveAndRestore(boolean wide, String environment) {
    unmaskAndLoadThree();
    bench.fpu.memory(5, 6 << 3, 128, wide); // FNSAVE
    int stack = 128 + environment.length() / 2;
    assertThat(hex(128, environment.length() / 2)).isEqualTo(environment);
    assertThat(hex(stack, 30))
        .isEqualTo("0000000000000080FFBF" + "00000000000000000000" + "35C26821A2DA0FC90040");
    assertThat(bench.status()).isZero();
    bench.fpu.memory(5, 4 << 3, 128, wide); // FRSTOR
    assertThat(bench.status()).isEqualTo(0x2800);
    assertThat(List.of(bench.popDouble(), bench.popDouble(), bench.popDouble()))
        .containsExactly(-1.0, 0.0, Math.PI);
  }

  private void unmaskAndLoadThree() {
    bench.memory.putShort(0, (short) 0x37E);
    bench.access(0xD9, 5, 0); // FLDCW
    bench.run(FLDPI, FLDZ, FLD1, FCHS);
  }

  private String hex(int at, int length) {
    return HexFormat.of().withUpperCase().formatHex(bench.memory.array(), at, at + length);
  }

  @Test
  @DisplayName("has an error pending from an unmasked exception until FNCLEX")
  void errorPending() {
    bench.memory.putShort(0, (short) 0x37B); // zero divide
    bench.access(0xD9, 5, 0);
    bench.run(FLD1, FLDZ);
    assertThat(bench.fpu.errorPending()).isFalse();
    bench.run(FDIVP);
    assertThat(bench.fpu.errorPending()).isTrue();
    assertThat(bench.status() & ERROR_SUMMARY).isNotZero();
    bench.run(FNCLEX);
    assertThat(bench.fpu.errorPending()).isFalse();
    assertThat(bench.status() & ERROR_SUMMARY).isZero();
  }

  @Test
  @DisplayName("has an error pending as soon as FLDCW unmasks a flagged exception")
  void errorPendingByUnmasking() {
    bench.run(FLD1, FLDZ, FDIVP);
    assertThat(bench.fpu.errorPending()).isFalse();
    bench.memory.putShort(0, (short) 0x37B);
    bench.access(0xD9, 5, 0);
    assertThat(bench.fpu.errorPending()).isTrue();
  }

  @Test
  @DisplayName("is as after FNINIT once reset")
  void reset() {
    unmaskAndLoadThree();
    bench.fpu.reset();
    bench.fpu.memory(1, 6 << 3, 128, false);
    assertThat(hex(128, 6)).isEqualTo("7F030000FFFF");
  }

  static Stream<Arguments> undefined() {
    return Stream.of(
        arguments(1, List.of(0xD1, 0xD7, 0xE2, 0xE3, 0xE6, 0xE7, 0xEF)),
        arguments(2, List.of(0xE0, 0xE8, 0xEA, 0xF0, 0xFF)),
        arguments(3, List.of(0xE5, 0xE6, 0xE7, 0xF8, 0xFF)),
        arguments(5, List.of(0xF0, 0xF8, 0xFF)),
        arguments(6, List.of(0xD8, 0xDA, 0xDF)),
        arguments(7, List.of(0xE1, 0xE7, 0xF8, 0xFF)));
  }

  @ParameterizedTest(name = "escape {0}: {1}")
  @MethodSource("undefined")
  @DisplayName("refuses encodings that are no instructions")
  void undefinedEncodings(int escape, List<Integer> encodings) {
    assertThat(encodings).noneMatch(modrm -> bench.fpu.register(escape, modrm));
  }

  @Test
  @DisplayName("executes all 64 register forms of D8 and DC")
  void definedEncodings() {
    assertThat(IntStream.range(0xC0, 0x100))
        .allMatch(modrm -> bench.fpu.register(0, modrm) && bench.fpu.register(4, modrm));
  }
}
