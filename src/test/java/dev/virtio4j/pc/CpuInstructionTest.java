package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.virtio4j.pc.CpuCaseFile.Recorded;
import dev.virtio4j.pc.cpu.CpuInside;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Holds the CPU against what QEMU's did with the same instructions and inputs. */
class CpuInstructionTest {
  private static final int SHOWN = 5;

  @TestFactory
  @DisplayName("Each instruction does what it does on QEMU, interpreted")
  Stream<DynamicContainer> interpreted() {
    return groups(CpuInside.NEVER);
  }

  @TestFactory
  @DisplayName("Each instruction does what it does on QEMU, translated")
  Stream<DynamicContainer> translated() {
    return groups(CpuImage.TRANSLATE_ALL);
  }

  private static Stream<DynamicContainer> groups(int hotAfter) {
    return Stream.of("alu", "shift", "control", "string", "system", "limits", "x87")
        .map(group -> dynamicContainer(group, tests(group, hotAfter).stream()));
  }

  /** Runs a whole file in one go and gives a test for each piece of code in it. */
  private static List<DynamicTest> tests(String group, int hotAfter) {
    List<Recorded> cases = CpuCaseFile.parse(CpuImage.resource(group + ".cases"));
    List<CpuOutcome> outcomes =
        CpuImage.runOnReferencePc(cases.stream().map(Recorded::test).toList(), hotAfter);
    Map<String, List<String>> problems = new LinkedHashMap<>();
    for (int i = 0; i < cases.size(); i++) {
      CpuCase test = cases.get(i).test();
      String name = test.source() + " (" + test.setting() + ", " + test.code() + ")";
      List<String> ofThis = problems.computeIfAbsent(name, unused -> new ArrayList<>());
      String expected = cases.get(i).expected().format(test);
      String actual =
          i < outcomes.size()
              ? outcomes.get(i).defined(test).format(test)
              : "the machine stopped " + (i == outcomes.size() ? "here" : "before");
      if (!actual.equals(expected)) {
        ofThis.add("%n with %s%n QEMU %s%n  we  %s".formatted(test.inputs(), expected, actual));
      }
    }
    return problems.entrySet().stream()
        .map(
            entry ->
                dynamicTest(
                    entry.getKey(),
                    () ->
                        assertThat(entry.getValue().stream().limit(SHOWN))
                            .as("%s: %d wrong", entry.getKey(), entry.getValue().size())
                            .isEmpty()))
        .toList();
  }
}
