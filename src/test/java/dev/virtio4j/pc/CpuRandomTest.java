package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the same random instructions on our CPU and on QEMU's. */
class CpuRandomTest {
  private static final int SEQUENCES = 1500;
  private static final int LENGTH = 30;

  @BeforeAll
  static void needQemu() {
    Needs.qemu();
  }

  @ParameterizedTest(name = "translated after {0} runs")
  @ValueSource(ints = {CpuInside.NEVER, CpuImage.TRANSLATE_ALL})
  @DisplayName("Random integer instructions leave registers, flags and memory as on QEMU")
  void integerInstructions(int hotAfter) throws IOException, InterruptedException {
    List<RandomInstructions> sequences =
        IntStream.range(0, SEQUENCES)
            .mapToObj(seed -> new RandomInstructions(seed, LENGTH))
            .toList();
    int wrong =
        firstDifference(sequences.stream().map(RandomInstructions::whole).toList(), hotAfter);
    if (wrong < SEQUENCES) {
      List<CpuCase> prefixes = sequences.get(wrong).prefixes();
      int step = firstDifference(prefixes, hotAfter);
      fail(explain(wrong, prefixes.subList(0, step + 1), hotAfter));
    }
    assertThat(wrong).isEqualTo(SEQUENCES);
  }

  /** The first case that doesn't end as on QEMU, or how many there are. */
  private static int firstDifference(List<CpuCase> cases, int hotAfter)
      throws IOException, InterruptedException {
    List<CpuOutcome> expected = CpuImage.runOnQemu(cases);
    List<CpuOutcome> actual = CpuImage.runOnReferencePc(cases, hotAfter);
    for (int i = 0; i < cases.size(); i++) {
      CpuCase test = cases.get(i);
      if (i >= actual.size()
          || !expected.get(i).defined(test).equals(actual.get(i).defined(test))) {
        return i;
      }
    }
    return cases.size();
  }

  /** The instructions up to the one that goes wrong, and what the last one but one and it do. */
  private static String explain(int seed, List<CpuCase> upToWrong, int hotAfter)
      throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder("Sequence " + seed + " goes wrong in its last line:");
    upToWrong.forEach(test -> text.append("\n  ").append(test.source()));
    CpuCase wrong = upToWrong.get(upToWrong.size() - 1);
    text.append("\nfrom ").append(wrong.inputs());
    List<CpuCase> end = upToWrong.subList(Math.max(0, upToWrong.size() - 2), upToWrong.size());
    List<CpuOutcome> expected = CpuImage.runOnQemu(end);
    List<CpuOutcome> actual = CpuImage.runOnReferencePc(end, hotAfter);
    for (int i = 0; i < end.size(); i++) {
      CpuCase test = end.get(i);
      text.append("\nafter ").append(test.source());
      text.append("\n  QEMU ").append(expected.get(i).defined(test).format(test));
      text.append("\n  we   ")
          .append(i < actual.size() ? actual.get(i).defined(test).format(test) : "nothing");
    }
    return text.toString();
  }
}
