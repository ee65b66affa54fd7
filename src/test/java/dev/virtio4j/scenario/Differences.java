package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Script.Difference;
import java.util.List;
import java.util.stream.Collectors;

/** The document of what we do otherwise than QEMU, made from the scripts. */
final class Differences {
  private static final String HEADING =
      """
      # Where virtio4j differs from QEMU

      Each row is held by a scenario that runs on both machines: our virtio block device and SCSI
      host, and QEMU's `virtio-blk-pci,disable-modern=on,vectors=0` and, likewise, `virtio-scsi-pci`
      with `scsi-hd` and `scsi-cd`. Where no row says otherwise, the scenarios in
      `src/test/resources/qtest` see the same on both. Sections are those of the virtio
      specification 0.9.5, and Appendix H is the one of the SCSI host. This file is made from the scripts; to make it anew, run

          mvn test -Dtest=ScenarioTest -Ddifferences=write
      """;

  private static final String OURS_HEADING =
      """

      ## Scenarios that run on ours only

      | what | why not on QEMU |
      |---|---|
      """;

  private Differences() {}

  /** The whole document. */
  static String document(List<Script> scripts) {
    return HEADING
        + scripts.stream()
            .filter(script -> !script.differences().isEmpty())
            .map(Differences::section)
            .collect(Collectors.joining())
        + OURS_HEADING
        + scripts.stream()
            .filter(script -> !script.whyOurs().isEmpty())
            .map(
                script ->
                    "| %s (`%s`) | %s |\n"
                        .formatted(script.title(), script.name(), script.whyOurs()))
            .collect(Collectors.joining());
  }

  private static String section(Script script) {
    return script.differences().stream()
        .map(
            difference ->
                "| %s | %s | %s | %s |\n"
                    .formatted(
                        difference.what(),
                        difference.ours().text(),
                        difference.qemu().text(),
                        difference.why()))
        .distinct()
        .collect(
            Collectors.joining(
                "",
                """

                ## %s (`%s`)

                | what | virtio4j | QEMU | why |
                |---|---|---|---|
                """
                    .formatted(script.title(), script.name()),
                ""));
  }

  /** A line for each. */
  static List<String> summary(List<Script> scripts) {
    return scripts.stream()
        .flatMap(script -> script.differences().stream().map(d -> line(script, d)))
        .distinct()
        .toList();
  }

  private static String line(Script script, Difference difference) {
    return "%s: %s: we: %s; QEMU: %s"
        .formatted(
            script.name(), difference.what(), difference.ours().text(), difference.qemu().text());
  }
}
