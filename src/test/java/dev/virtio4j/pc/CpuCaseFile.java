package dev.virtio4j.pc;

import java.util.ArrayList;
import java.util.List;

/**
 * A file of cases with their outcomes. For each piece of code its source behind {@code =}, its
 * setting, undefined flags and bytes, and then a line for each set of inputs:
 *
 * <pre>
 * = add %bl,%al
 * ring3 undefined=- code=00d8
 * eax=7f ebx=1 &gt; eax=80 f=aso
 * </pre>
 */
final class CpuCaseFile {

  /**
   * A case and what becomes of it.
   *
   * @param test the case
   * @param expected the outcome, undefined flags clear
   */
  record Recorded(CpuCase test, CpuOutcome expected) {}

  private CpuCaseFile() {}

  static List<Recorded> parse(String text) {
    List<Recorded> cases = new ArrayList<>();
    StringBuilder source = new StringBuilder();
    CpuCase heading = null;
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("= ")) {
        source.append(source.isEmpty() ? "" : "\n").append(line.substring(2));
      } else if (line.startsWith("ring")) {
        String[] parts = line.split(" undefined=| code=", -1);
        heading =
            new CpuCase(
                source.toString(),
                parts[2],
                CpuCase.Setting.parse(parts[0]),
                Flags.parse(parts[1]),
                null);
        source.setLength(0);
      } else if (heading != null && line.contains(">")) {
        int arrow = line.indexOf('>');
        CpuCase test =
            new CpuCase(
                heading.source(),
                heading.code(),
                heading.setting(),
                heading.undefined(),
                CpuInputs.parse(line.substring(0, arrow)));
        cases.add(new Recorded(test, CpuOutcome.parse(test, line.substring(arrow + 1))));
      }
    }
    return cases;
  }

  static String format(List<Recorded> cases) {
    StringBuilder text = new StringBuilder();
    CpuCase before = null;
    for (Recorded recorded : cases) {
      CpuCase test = recorded.test;
      if (before == null || !before.sameCode(test)) {
        text.append("= ").append(test.source().replace("\n", "\n= ")).append('\n');
        text.append(test.setting())
            .append(" undefined=")
            .append(Flags.format(test.undefined()))
            .append(" code=")
            .append(test.code())
            .append('\n');
        before = test;
      }
      String line = test.inputs() + " > " + recorded.expected.format(test);
      text.append(line.strip()).append('\n');
    }
    return text.toString();
  }
}
