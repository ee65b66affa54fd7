package dev.virtio4j.suite.run;

import dev.virtio4j.block.Sha256;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.ProgramVersion;
import dev.virtio4j.plugin.Plugin;
import dev.virtio4j.plugin.PluginDirectory;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Start;
import dev.virtio4j.suite.Step;
import dev.virtio4j.suite.Suite;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The keys of checkpoints: hashes of all that goes into a saved machine, so that a different
 * machine never has the same key. Files go in by their content; images also by their stamps, as a
 * saved machine insists on those.
 */
final class CheckpointKeys {
  private static final String FORMAT = "virtio4j checkpoint 1";

  private final Suite suite;
  private final Function<String, Host> hosts;
  private final FileHashes hashes;
  private final SuiteRunner.PluginSource plugins;
  private final String program;
  private final Map<Start.FromCheckpoint, String> known = new HashMap<>();

  /**
   * Prepares to make keys.
   *
   * @param suite the suite
   * @param hosts gives the emulator of a name
   * @param hashes hashes its files
   * @param plugins opens the plugins that have devices of its cases
   * @throws IOException if this program can't be read
   */
  CheckpointKeys(
      Suite suite,
      Function<String, Host> hosts,
      FileHashes hashes,
      SuiteRunner.PluginSource plugins)
      throws IOException {
    this.suite = suite;
    this.hosts = hosts;
    this.hashes = hashes;
    this.plugins = plugins;
    program = ProgramVersion.text() + " " + build(hashes);
  }

  /** What this very program is: its jar, or its classes. */
  private static String build(FileHashes hashes) throws IOException {
    CodeSource source = CheckpointKeys.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return "";
    }
    try {
      Path code = Path.of(source.getLocation().toURI());
      if (Files.isRegularFile(code)) {
        return hashes.of(code);
      }
      StringBuilder classes = new StringBuilder();
      try (Stream<Path> files = Files.walk(code)) {
        for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
          classes.append(code.relativize(file)).append(FileHashes.stamp(file)).append('\n');
        }
      }
      return Sha256.of(classes.toString());
    } catch (URISyntaxException e) {
      throw new IOException(source.getLocation() + ": where is that?", e);
    }
  }

  /**
   * The key of a checkpoint.
   *
   * @param checkpoint of a case of the suite
   * @return 64 digits
   * @throws IOException if a file can't be read
   */
  String of(Start.FromCheckpoint checkpoint) throws IOException {
    String key = known.get(checkpoint);
    if (key == null) {
      StringBuilder all = new StringBuilder();
      parts(checkpoint).forEach(part -> all.append(part.length()).append(' ').append(part));
      key = Sha256.of(all.toString());
      known.put(checkpoint, key);
    }
    return key;
  }

  private List<String> parts(Start.FromCheckpoint checkpoint) throws IOException {
    Case test = suite.find(checkpoint.caseId());
    String emulator = hosts.apply(test.host()).program();
    List<String> parts = new ArrayList<>(List.of(FORMAT, program, test.host(), emulator));
    if (test.start() instanceof Start.FromCheckpoint parent) {
      parts.add("from " + of(parent));
    } else if (test.start() instanceof Start.Firmware firmware) {
      parts.add("firmware " + hashes.of(firmware.file()));
    } else if (test.start() instanceof Start.Kernel kernel) {
      parts.add("kernel " + hashes.of(kernel.kernel()));
      parts.add("initrd " + (kernel.initrd() == null ? "" : hashes.of(kernel.initrd())));
      parts.add("append " + kernel.append());
    }
    parts.add("memory " + test.memoryBytes());
    for (DriveOptions drive : test.drives()) {
      addImages(parts, "drive " + drive.text(), drive.files());
    }
    if (!test.devices().isEmpty()) {
      addDevices(parts, test);
    }
    for (Step step : test.steps().subList(0, stepsTo(test, checkpoint.checkpoint()))) {
      addStep(parts, step);
    }
    return parts;
  }

  /**
   * How far a case must go.
   *
   * @return the number of steps, the checkpoint the last of them
   */
  static int stepsTo(Case test, String checkpoint) {
    List<Step> steps = test.steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Step.Checkpoint step && step.name().equals(checkpoint)) {
        return i + 1;
      }
    }
    throw new IllegalArgumentException(
        test.place().wrong("there is no step checkpoint " + checkpoint));
  }

  private void addStep(List<String> parts, Step step) throws IOException {
    if (step instanceof Step.Expect expect) {
      parts.add("expect " + expect.pattern());
    } else if (step instanceof Step.Send send) {
      parts.add("send " + send.keys());
    } else if (step instanceof Step.Wait pause) {
      parts.add("wait " + pause.time());
    } else if (step instanceof Step.Monitor command) {
      addImages(parts, "monitor " + command.line(), filesOf(command.line()));
    }
  }

  private void addDevices(List<String> parts, Case test) throws IOException {
    test.devices().forEach(device -> parts.add("device " + device.type() + " " + device.keys()));
    try (PluginDirectory directory = plugins.open()) {
      for (Plugin plugin : directory.plugins()) {
        parts.add("plugin " + hashes.of(plugin.jar()));
      }
    } catch (BadInputException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void addImages(List<String> parts, String text, List<Path> files) throws IOException {
    parts.add(text);
    for (Path file : files) {
      parts.add(hashes.of(file) + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
    }
  }

  /** The images that a command of the monitor names; none if it is wrong. */
  private static List<Path> filesOf(String line) throws IOException {
    String[] words = line.strip().split("\\s+", 3);
    boolean adds = words.length == 3 && words[0].equals("drive") && words[1].equals("add");
    boolean inserts = words.length == 3 && words[0].equals("insert");
    if (!adds && !inserts) {
      return List.of();
    }
    List<Path> files = new ArrayList<>();
    try {
      Map<DriveKey, String> keys = DriveOptions.keys(words[2]);
      for (DriveKey key : List.of(DriveKey.FILE, DriveKey.BASE, DriveKey.BACKING)) {
        Path file = Path.of(keys.getOrDefault(key, ""));
        if (Files.isRegularFile(file)) {
          files.add(file);
        }
      }
    } catch (IllegalArgumentException e) {
      // the step will say so
    }
    return files;
  }
}
