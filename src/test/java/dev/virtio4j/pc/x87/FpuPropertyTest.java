package dev.virtio4j.pc.x87;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;

@Label("The FPU")
class FpuPropertyTest {
  private static final int FLD_ST0 = 0xD9C0;
  private static final int FXCH = 0xD9C9;
  private static final int FLD1 = 0xD9E8;
  private static final int FLDZ = 0xD9EE;
  private static final int FCHS = 0xD9E0;
  private static final int FSTP_ST1 = 0xDDD9;

  @Property
  @Label("keeps every 64-bit integer through FILD, copies, FXCH, FNSAVE, FRSTOR, m80 and FISTP")
  void keepsIntegers(@ForAll long value) {
    FpuBench bench = new FpuBench();
    bench.memory.putLong(0, value);
    bench.access(0xDF, 5, 0); // FILD m64
    bench.run(FLD1, FXCH, FSTP_ST1, FLD_ST0, FLD1, FXCH, FSTP_ST1);
    bench.access(0xDD, 6, 128); // FNSAVE
    bench.access(0xDD, 4, 128); // FRSTOR
    bench.access(0xDB, 7, 16); // FSTP m80
    bench.access(0xDB, 5, 16); // FLD m80
    bench.access(0xDF, 7, 8); // FISTP m64
    assertThat(bench.memory.getLong(8)).isEqualTo(value);
    assertThat(bench.status() & 0xFF).isZero();
  }

  @Property
  @Label("negates every 64-bit integer that has a negative")
  void negatesIntegers(@ForAll long value) {
    FpuBench bench = new FpuBench();
    bench.memory.putLong(0, value);
    bench.access(0xDF, 5, 0);
    bench.run(FCHS);
    bench.access(0xDF, 7, 0);
    assertThat(bench.memory.getLong(0)).isEqualTo(-value); // 2^63 is indefinite, which is -2^63
  }

  @Property
  @Label("keeps every m80 image through FLD, FNSAVE, FRSTOR, FXCH and FSTP")
  void keepsImages(@ForAll short signExponent, @ForAll long significand) {
    FpuBench bench = new FpuBench();
    bench.memory.putLong(0, significand).putShort(8, signExponent);
    bench.access(0xDB, 5, 0);
    bench.access(0xDD, 6, 128);
    bench.access(0xDD, 4, 128);
    bench.run(FLDZ, FXCH);
    bench.access(0xDB, 7, 16);
    assertThat(bench.memory.getLong(16)).isEqualTo(significand);
    assertThat(bench.memory.getShort(24)).isEqualTo(signExponent);
  }

  @Property
  @Label("keeps every double that is not a signaling NaN through FLD m64 and FSTP m64")
  void keepsDoubles(@ForAll double value) {
    FpuBench bench = new FpuBench();
    bench.load(value);
    assertThat(bench.popDouble()).isEqualTo(value);
  }
}
