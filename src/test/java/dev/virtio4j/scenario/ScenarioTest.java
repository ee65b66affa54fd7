package dev.virtio4j.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.virtio4j.testing.Needs;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Runs the scripts of src/test/resources/qtest on our device and on QEMU's. */
@DisplayName("Scenarios")
class ScenarioTest {
  private static final Path DOCUMENT = Path.of("DIFFERENCES.md");

  private static List<Script> scripts;

  @BeforeAll
  static void read() throws IOException, URISyntaxException {
    Path directory =
        Path.of(Objects.requireNonNull(ScenarioTest.class.getResource("/qtest")).toURI());
    scripts = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".qtest")) {
          scripts.add(Script.parse(name, Files.readString(file)));
        }
      }
    }
  }

  @AfterAll
  static void printDifferences() {
    List<String> lines = Differences.summary(scripts);
    System.out.println(lines.size() + " known differences from QEMU:");
    lines.forEach(line -> System.out.println("  " + line));
  }

  @TestFactory
  @DisplayName("Each script sees what it expects, and the same on both machines")
  Stream<DynamicContainer> scenarios() {
    return scripts.stream()
        .map(
            script ->
                dynamicContainer(
                    script.name() + ": " + script.title(),
                    Stream.concat(
                        Stream.of(
                            dynamicTest("ours", () -> ScenarioRun.run(script, new OurMachine()))),
                        script.whyOurs().isEmpty()
                            ? Stream.of(dynamicTest("QEMU", () -> compare(script)))
                            : Stream.of())));
  }

  private static void compare(Script script) throws IOException {
    Needs.qemu();
    List<String> ours = ScenarioRun.run(script, new OurMachine());
    List<String> qemu = ScenarioRun.run(script, new QemuMachine());
    assertThat(ours).as("answers").hasSameSizeAs(qemu);
    assertThat(IntStream.range(0, ours.size()).filter(i -> !ours.get(i).equals(qemu.get(i))))
        .as("line, loops and answer where ours is not QEMU's")
        .map(i -> ours.get(i) + ", QEMU " + qemu.get(i))
        .isEmpty();
  }

  @Test
  @DisplayName("DIFFERENCES.md lists what the scripts say")
  void documentIsUpToDate() throws IOException {
    String document = Differences.document(scripts);
    if ("write".equals(System.getProperty("differences"))) {
      Files.writeString(DOCUMENT, document);
    }
    assertThat(DOCUMENT).as("make it anew with -Ddifferences=write").hasContent(document);
  }
}
