package dev.virtio4j.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
}
