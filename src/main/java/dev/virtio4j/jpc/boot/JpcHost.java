package dev.virtio4j.jpc.boot;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.jpc.JpcRepair;
import dev.virtio4j.machine.Boot;
import dev.virtio4j.machine.FirmwareBoot;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.JpcOptions;
import dev.virtio4j.machine.LinuxBoot;
import dev.virtio4j.machine.Machine;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.pc.ReferencePc;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jpc.j2se.Option;
import org.jpc.support.DriveSet;

/** Makes machines of JPC, with one's own options. */
public final class JpcHost implements Host {
  private static final int MILLIS_PER_SECOND = 1000;

  /** JPC has a logger for each class; the guest's own faults are logged there, too. */
  private static final Logger JPC_LOGGER = Logger.getLogger("org.jpc");

  // spotless:off
  /** Options of JPC for which there are options of ours. */
  private static final Map<String, String> OURS = Map.of(
      "ram",           "--memory",
      "bios",          "--firmware",
      "ss",            "--restore",
      "deterministic", "--clock",
      "config",        "the options themselves");
  // spotless:on

  private final JpcOptions options;
  private final Consumer<byte[]> firmware;
  private final Set<JpcRepair> repairs;
  private final OwnDrives ownDrives;
  private final Screen screen;

  /**
   * Makes a host. Nothing of JPC is initialised yet: it takes its options only then.
   *
   * @param options what the user wants of JPC
   * @param firmware takes the image that JPC finds as the resource {@link JpcOptions#FIRMWARE}
   * @throws IllegalArgumentException if an option is not as it should be
   */
  public JpcHost(JpcOptions options, Consumer<byte[]> firmware) {
    this.options = options;
    this.firmware = firmware;
    repairs = repairs(options.repairs());
    for (String argument : options.arguments()) {
      String ours = OURS.get(argument.replaceFirst("^-", ""));
      if (ours != null) {
        throw new IllegalArgumentException("JPC's option " + argument + ": use " + ours);
      }
    }
    ownDrives = new OwnDrives(options.arguments());
    screen = options.window() ? screen() : null;
    JPC_LOGGER.setLevel(Level.OFF);
  }

  private static Screen screen() {
    if (GraphicsEnvironment.isHeadless()) {
      throw new IllegalArgumentException(
          "--display=window: there is no screen here; leave it out, or set DISPLAY");
    }
    return new Screen();
  }

  private static Set<JpcRepair> repairs(String list) {
    return switch (list) {
      case "all" -> EnumSet.allOf(JpcRepair.class);
      case "none" -> EnumSet.noneOf(JpcRepair.class);
      default -> {
        Set<JpcRepair> some = EnumSet.noneOf(JpcRepair.class);
        for (String id : list.split(",", -1)) {
          some.add(JpcRepair.of(id));
        }
        yield some;
      }
    };
  }

  @Override
  public String id() {
    return "jpc";
  }

  @Override
  public String program() throws IOException {
    return options.program();
  }

  @Override
  public List<String> arguments() {
    return options.arguments();
  }

  @Override
  public Machine make(MachineOptions machine, Boot boot, Drives drives, IntConsumer serial) {
    parse(machine, boot);
    DriveSet ownDrives = drives(machine, boot);
    JpcMachine made =
        ReferenceHost.withMemory(
            machine.memoryBytes(), () -> power(machine, ownDrives, drives, serial));
    if (screen != null) {
      screen.show(made.pc());
    }
    return made;
  }

  /** Sets JPC's options, most of which it reads but once. */
  private void parse(MachineOptions machine, Boot boot) {
    List<String> all = new ArrayList<>(List.of("-cpulevel", "6"));
    if (!machine.realtime()) {
      all.add("-deterministic");
    }
    if (boot instanceof FirmwareBoot own && own.firmware() != null) {
      firmware.accept(own.firmware().rom());
      all.addAll(List.of("-bios", "/" + JpcOptions.FIRMWARE));
    }
    all.addAll(options.arguments()); // of two that are the same the later one counts
    String[] rest;
    try {
      rest = Option.parse(all.toArray(String[]::new));
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "JPC's option " + all.get(all.size() - 1) + " needs a value", e);
    }
    if (rest.length > 0) {
      throw new IllegalArgumentException("JPC has no option '" + rest[0] + "'");
    }
  }

  private DriveSet drives(MachineOptions machine, Boot boot) {
    return boot instanceof LinuxBoot linux
        ? ownDrives.openBehind(linux.disk(machine.memoryBytes()))
        : ownDrives.open();
  }

  private JpcMachine power(
      MachineOptions machine, DriveSet ownDrives, Drives drives, IntConsumer serial) {
    try {
      return new JpcMachine(
          machine.memoryBytes(), start(machine), ownDrives, drives, repairs, serial);
    } catch (IOException e) {
      throw new IllegalArgumentException("JPC can't be made: " + e.getMessage(), e);
    }
  }

  private static Calendar start(MachineOptions machine) {
    Calendar start = new GregorianCalendar(TimeZone.getTimeZone("UTC"), Locale.ROOT);
    if (!machine.realtime()) {
      start.setTimeInMillis(ReferencePc.DEFAULT_START_SECONDS * MILLIS_PER_SECOND);
    }
    return start;
  }
}
