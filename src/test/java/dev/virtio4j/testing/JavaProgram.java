package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs in processes of their own, with the classes of the tests. */
public final class JavaProgram {
  private JavaProgram() {}

  /**
   * Prepares to start a program.
   *
   * @param options for the JVM
   * @param program has the {@code main}
   * @param args of the program
   * @return what starts it
   */
  public static ProcessBuilder of(List<String> options, Class<?> program, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command);
  }

  /**
   * Runs a program to its end.
   *
   * @param options for the JVM
   * @param program has the {@code main}
   * @param args of the program
   * @return what it wrote, errors too
   * @throws IOException if it can't be started
   * @throws InterruptedException if this thread is interrupted
   */
  public static String run(List<String> options, Class<?> program, String... args)
      throws IOException, InterruptedException {
    Process process = of(options, program, args).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return output;
  }
}
