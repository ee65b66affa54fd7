package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.JpcLoader;
import dev.virtio4j.machine.JpcOptions;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.pc.cpu.CpuMode;
import dev.virtio4j.pc.cpu.Profile;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** The options that say which emulator a guest runs on. */
final class HostOptions {
  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "reference",
      description = "reference, the reference PC (the default), or jpc")
  private String host;

  @Option(
      names = "--cpu",
      paramLabel = "HOW",
      description = {
        "--host=reference: translator, hot code runs as Java",
        "bytecode (the default), or interpreter, none does"
      })
  private CpuMode cpu;

  @Option(names = "--jpc", paramLabel = "JAR", description = "the JPC of --host=jpc")
  private Path jpc;

  @Option(
      names = "--jpc-repairs",
      paramLabel = "LIST",
      description = "its repairs: all (the default), none, or names")
  private String repairs;

  @Option(
      names = "--display",
      paramLabel = "DISPLAY",
      description = "none (the default), or window: its screen")
  private String display;

  /** Whether it is a JPC. */
  boolean isJpc() {
    return host.equals("jpc");
  }

  /**
   * Does something while what a JPC itself prints is left out.
   *
   * @param work what to do
   * @return what it gives
   * @throws Exception if that throws it
   */
  <T> T quietly(Callable<T> work) throws Exception {
    PrintStream standardOutput = System.out;
    if (isJpc()) {
      System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    }
    try {
      return work.call();
    } finally {
      System.setOut(standardOutput);
    }
  }

  /** How the CPU of the reference PC runs. */
  CpuMode cpu() {
    return cpu == null ? CpuMode.TRANSLATOR : cpu;
  }

  /**
   * What makes the machines.
   *
   * @param arguments JPC's own options
   * @param profile where they count what their guests do; null for nowhere
   * @throws BadInputException if there is no such JPC
   * @throws IllegalArgumentException if the options don't fit each other
   */
  Host host(List<String> arguments, Profile profile) throws BadInputException {
    return switch (host) {
      case "reference" -> reference(arguments, profile);
      case "jpc" -> JpcLoader.load(jpc(arguments, profile));
      default ->
          throw new IllegalArgumentException("--host: '" + host + "' is not reference or jpc");
    };
  }

  private Host reference(List<String> arguments, Profile profile) {
    refuse("--jpc", jpc != null);
    refuse("--jpc-repairs", repairs != null);
    refuse("--display=window", isWindow());
    refuse(String.join(" ", arguments), !arguments.isEmpty());
    return new ReferenceHost(cpu(), profile);
  }

  private static void refuse(String option, boolean given) {
    if (given) {
      throw new IllegalArgumentException(
          option + ": the reference PC has no such thing; it goes with --host=jpc");
    }
  }

  private JpcOptions jpc(List<String> arguments, Profile profile) {
    if (cpu != null || profile != null) {
      throw new IllegalArgumentException(
          (cpu != null ? "--cpu" : "--profile") + " goes with --host=reference");
    }
    if (jpc == null) {
      throw new IllegalArgumentException("--host=jpc needs --jpc=JAR, the jar of a JPC");
    }
    return new JpcOptions(jpc, isWindow(), repairs == null ? "all" : repairs, arguments);
  }

  private boolean isWindow() {
    if (display == null || display.equals("none")) {
      return false;
    }
    if (display.equals("window")) {
      return true;
    }
    throw new IllegalArgumentException("--display: '" + display + "' is not none or window");
  }
}
