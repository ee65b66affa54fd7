package dev.virtio4j.cli;

import dev.virtio4j.descriptor.Descriptor;
import dev.virtio4j.descriptor.DescriptorReader;
import dev.virtio4j.descriptor.DeviceType;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.plugin.Plugin;
import dev.virtio4j.plugin.PluginDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plugins}: what there is of plugins. */
@Command(
    name = "plugins",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Lists plugins and the devices that they have.")
final class PluginsCommand {
  private static final String EMULATOR = "virtio4j";

  private final Console console;

  @Spec private CommandSpec spec;

  PluginsCommand(Console console) {
    this.console = console;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists this program as a plugin, then those of a directory.")
  int list(
      @Option(
              names = "--plugins",
              paramLabel = "DIR",
              description = "the directory with the jars of other plugins")
          Path directory)
      throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    show(out, own(), "built in");
    try (PluginDirectory found = open(directory)) {
      for (Plugin plugin : found.plugins()) {
        show(out, plugin.descriptor(), plugin.jar().getFileName().toString());
      }
      found.skipped().forEach(line -> console.note("skipped: " + line));
    }
    out.flush();
    return ExitStatus.OK;
  }

  private static Descriptor own() throws IOException {
    try (InputStream in = PluginsCommand.class.getResourceAsStream("/" + DescriptorReader.FILE)) {
      return DescriptorReader.read(in);
    }
  }

  /**
   * Loads the plugins of a directory.
   *
   * @param directory which; null for none
   * @throws BadInputException if it can't be listed
   */
  static PluginDirectory open(Path directory) throws BadInputException {
    if (directory == null) {
      return PluginDirectory.none();
    }
    try {
      return PluginDirectory.open(
          directory,
          EMULATOR,
          own().version().replace("-SNAPSHOT", ""),
          PluginsCommand.class.getClassLoader());
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private static void show(PrintWriter out, Descriptor plugin, String where) {
    out.printf(
        "%s %s (%s), %s, %s, %s%n",
        plugin.name(), plugin.version(), plugin.id(), plugin.vendor(), plugin.licence(), where);
    for (DeviceType device : plugin.devices()) {
      out.printf(
          "  %-17s %04x:%04x  %s; options: %d%n",
          device.name(),
          device.pci().vendor(),
          device.pci().device(),
          device.help(),
          device.options().size());
    }
  }
}
