package dev.virtio4j.machine;

import dev.virtio4j.descriptor.DeviceOptions;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.plugin.PluginDevices;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * What a run keeps from one power-on of the machine to the next: what it boots, the open drives,
 * and before the first power-on the saved machine with which it goes on, if any. Everything that
 * can be refused is refused before the first power-on runs, so no image is touched by then.
 *
 * <p>A saved machine has these sections:
 *
 * <pre>
 *   virtio4j  the program's version, the host and its own options, the size of RAM, what it
 *             boots, the drives, other devices
 *   memory, clock, cpu, ...    the machine, as {@link Machine#save} has it
 * </pre>
 */
public final class MachineSetup implements Closeable {
  private static final String SECTION = "virtio4j";

  private final Host host;
  private final MachineOptions options;
  private final Boot boot;
  private final Drives drives;

  /** What the user wants of other devices than drives. */
  private final List<String> others;

  private StateFile saved;
  private Machine machine;

  private MachineSetup(
      Host host,
      MachineOptions options,
      Boot boot,
      Drives drives,
      List<String> others,
      StateFile saved) {
    this.host = host;
    this.options = options;
    this.boot = boot;
    this.drives = drives;
    this.others = others;
    this.saved = saved;
  }

  /**
   * Reads what is to boot, or to go on with, and opens the drives.
   *
   * @param host what makes the machine
   * @param options what the user wants
   * @return the set-up; to be closed
   * @throws BadInputException if a file is not as it should be, or a drive is not as it was saved
   */
  public static MachineSetup open(Host host, MachineOptions options) throws BadInputException {
    return open(host, options, null);
  }

  /**
   * Reads what is to boot, or to go on with, and opens the drives.
   *
   * @param host what makes the machine
   * @param options what the user wants
   * @param devices what is plugged in behind the drives; closed by the caller, after this; null for
   *     nothing
   * @return the set-up; to be closed
   * @throws BadInputException if a file is not as it should be, or a drive is not as it was saved
   */
  public static MachineSetup open(Host host, MachineOptions options, PluginDevices devices)
      throws BadInputException {
    List<String> others =
        devices == null
            ? List.of()
            : devices.options().stream().map(DeviceOptions::toString).toList();
    try {
      MachineSetup setup =
          options.saved() == null
              ? boot(host, options, others)
              : restore(host, options, others, StateFile.open(options.saved()));
      if (devices != null) {
        devices.list().forEach(device -> setup.drives.plugAlso(device::powerOn));
      }
      return setup;
    } catch (IOException e) {
      throw new BadInputException(e);
    } catch (OutOfMemoryError e) {
      throw new BadInputException(ReferenceHost.noRoom(options.memoryBytes(), e));
    }
  }

  private static MachineSetup boot(Host host, MachineOptions options, List<String> others)
      throws IOException {
    Boot boot = Boot.read(options);
    Drives drives = Drives.open(options.drives(), options.snapshot());
    return new MachineSetup(host, options, boot, drives, others, null);
  }

  private static MachineSetup restore(
      Host host, MachineOptions options, List<String> others, StateFile saved) throws IOException {
    Drives drives = null;
    try {
      StateReader in = saved.reader();
      in.begin(SECTION, 3);
      in.text();
      String savedOn = in.text();
      if (!savedOn.equals(host.id())) {
        throw saved.wrong("was saved with --host " + savedOn + ", and this is " + host.id());
      }
      checkEmulator(in.text(), in.text().lines().toList(), host, saved);
      int memory = in.i32();
      if (memory != options.memoryBytes()) {
        throw saved.wrong(
            "was saved with --memory %dK, and now it is %dK"
                .formatted(memory >> 10, options.memoryBytes() >> 10));
      }
      Boot boot = Boot.load(in);
      drives = Drives.open(options.drives(), options.snapshot());
      drives.load(in);
      checkOthers(in.text().lines().toList(), others, saved);
      in.end();
      return new MachineSetup(host, options, boot, drives, others, saved);
    } catch (IOException e) {
      saved.close();
      if (drives != null) {
        drives.close();
      }
      throw e;
    }
  }

  private static void checkEmulator(
      String program, List<String> arguments, Host host, StateFile saved) throws IOException {
    if (!program.equals(host.program())) {
      throw saved.wrong(
          "was saved on another build of %s; give the jar of then".formatted(host.id()));
    }
    if (!arguments.equals(host.arguments())) {
      throw saved.wrong(
          "was saved with other options of %s: %s"
              .formatted(
                  host.id(), arguments.isEmpty() ? "none" : "-- " + String.join(" ", arguments)));
    }
  }

  private static void checkOthers(List<String> then, List<String> now, StateFile saved)
      throws IOException {
    if (!then.equals(now)) {
      throw saved.wrong(
          "was saved with other devices: "
              + (then.isEmpty() ? "none" : "--device " + String.join(" --device ", then)));
    }
  }

  /**
   * Makes a machine with the drives that is about to run: the kernel's first instruction, or, the
   * first time, the one before which it was saved.
   *
   * @param serial takes the bytes of the serial line
   * @return the machine
   * @throws IllegalArgumentException if something does not fit the machine, or the machine the host
   */
  public Machine powerOn(IntConsumer serial) {
    machine = null; // its memory is free for the next one
    return ReferenceHost.withMemory(options.memoryBytes(), () -> powered(serial));
  }

  private Machine powered(IntConsumer serial) {
    machine = host.make(options, boot, drives, serial);
    if (saved == null) {
      machine.boot();
    } else {
      loadSaved();
    }
    return machine;
  }

  private void loadSaved() {
    try (StateFile file = saved) {
      machine.load(file.reader());
    } catch (IOException e) {
      throw new IllegalArgumentException(options.saved() + ": " + e.getMessage(), e);
    }
    saved = null;
  }

  /**
   * Saves the machine that is powered on, between two of its instructions, and with it puts all
   * that it wrote to its drives on stable storage.
   *
   * @param target where to
   * @return a line that says how it went
   * @throws IOException if that fails
   */
  public String save(SaveTarget target) throws IOException {
    long start = System.nanoTime();
    target.write(this::save);
    return String.format(
        Locale.ROOT,
        "%s: %.1f MB in %.1f s",
        target.file(),
        Files.size(target.file()) / 1e6,
        (System.nanoTime() - start) / 1e9);
  }

  private void save(StateWriter out) throws IOException {
    out.begin(SECTION, 3);
    out.text(ProgramVersion.text());
    out.text(host.id());
    out.text(host.program());
    out.text(String.join("\n", host.arguments()));
    out.i32(options.memoryBytes());
    boot.save(out);
    drives.save(out);
    out.text(String.join("\n", others));
    out.end();
    machine.save(out);
  }

  /** {@return the drives, open} */
  public Drives drives() {
    return drives;
  }

  @Override
  public void close() throws IOException {
    if (saved != null) {
      saved.close();
    }
    drives.close();
  }
}
