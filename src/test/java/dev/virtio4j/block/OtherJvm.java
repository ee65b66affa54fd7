package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process with the classes of the tests. */
final class OtherJvm {
  private OtherJvm() {}

  /**
   * Runs a program to its end.
   *
   * @param options for the JVM
   * @param program has the {@code main}
   * @param args of the program
   * @return what it wrote, errors too
   */
  static String run(List<String> options, Class<?> program, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    Process other = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }
}
