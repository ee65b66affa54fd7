package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.CpuCaseFile.Recorded;
import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.testing.States;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stops and saves the CPU between any two instructions of the recorded cases. */
@DisplayName("The CPU goes on as if nothing had been")
class CpuRestoreTest {
  /** Odd, so that stops fall everywhere in the loops of the runner. */
  private static final int STRIDE = 24_989;

  /** After so many runs of a block it is in a loop, mostly of the runner. */
  private static final int LOOPS = 50;

  private static List<CpuCase> cases(String group) {
    return CpuCaseFile.parse(CpuImage.resource(group + ".cases")).stream()
        .map(Recorded::test)
        .toList();
  }

  static Stream<Arguments> groups() {
    return Stream.of("control", "string", "system", "limits", "x87")
        .flatMap(
            group -> Stream.of(Arguments.of(group, CpuInside.NEVER), Arguments.of(group, LOOPS)));
  }

  /** A run, and all that is there to see of it afterwards. */
  @SuppressWarnings("ArrayRecordComponent") // compared by isLike
  private record Run(byte[] results, byte[] state) {

    static Run of(ReferencePc pc, ByteArrayOutputStream results) {
      return new Run(results.toByteArray(), States.save(pc));
    }

    void isLike(Run other) {
      assertThat(CpuOutcome.readAll(results)).isEqualTo(CpuOutcome.readAll(other.results));
      assertThat(Arrays.mismatch(state, other.state)).isEqualTo(-1);
    }
  }

  /** The interpreter alone, in one go. */
  private static Run uninterrupted(List<CpuCase> cases) {
    int hotAfter = CpuInside.NEVER;
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ReferencePc pc = CpuImage.machine(results, hotAfter);
    CpuImage.load(pc, cases);
    pc.run();
    return Run.of(pc, results);
  }

  @ParameterizedTest
  @ValueSource(strings = {"control", "string", "system", "limits", "x87"})
  @DisplayName("after a stop at each instruction")
  void stops(String group) {
    int hotAfter = CpuInside.NEVER;
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ReferencePc pc = CpuImage.machine(results, hotAfter);
    CpuImage.load(pc, cases(group));

    while (pc.runTo(pc.instructions() + 1) == StopReason.REQUESTED) {
      // on to the next
    }

    Run.of(pc, results).isLike(uninterrupted(cases(group)));
  }

  @ParameterizedTest
  @MethodSource("groups")
  @DisplayName("in a new machine every few thousand instructions")
  void restores(String group, int hotAfter) throws IOException {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ReferencePc pc = CpuImage.machine(results, hotAfter);
    CpuImage.load(pc, cases(group));

    while (pc.runTo(pc.instructions() + STRIDE) == StopReason.REQUESTED) {
      byte[] state = States.save(pc);
      pc = CpuImage.machine(results, hotAfter);
      States.load(state, pc);
      assertThat(Arrays.mismatch(States.save(pc), state)).isEqualTo(-1);
    }

    Run.of(pc, results).isLike(uninterrupted(cases(group)));
  }
}
