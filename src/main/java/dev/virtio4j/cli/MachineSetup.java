package dev.virtio4j.cli;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.ReferencePc;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
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
 *   virtio4j  the program's version, the size of RAM, what it boots, the drives
 *   memory, clock, cpu, ...    the machine, as {@link ReferencePc#save} has it
 * </pre>
 */
final class MachineSetup implements Closeable {
  private static final String SECTION = "virtio4j";

  private final MachineOptions options;
  private final Boot boot;
  private final Drives drives;
  private StateFile saved;
  private ReferencePc pc;

  private MachineSetup(MachineOptions options, Boot boot, Drives drives, StateFile saved) {
    this.options = options;
    this.boot = boot;
    this.drives = drives;
    this.saved = saved;
  }

  /**
   * Reads what is to boot, or to go on with, and opens the drives.
   *
   * @param options what the user wants
   * @return the set-up; to be closed
   * @throws BadInputException if a file is not as it should be, or a drive is not as it was saved
   */
  static MachineSetup open(MachineOptions options) throws BadInputException {
    try {
      if (options.saved() != null) {
        return restore(options, StateFile.open(options.saved()));
      }
      Boot boot = Boot.read(options);
      return new MachineSetup(
          options, boot, Drives.open(options.drives(), options.snapshot()), null);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private static MachineSetup restore(MachineOptions options, StateFile saved) throws IOException {
    Drives drives = null;
    try {
      StateReader in = saved.reader();
      in.begin(SECTION, 1);
      in.text();
      int memory = in.i32();
      if (memory != options.memoryBytes()) {
        throw saved.wrong(
            "was saved with --memory %dK, and now it is %dK"
                .formatted(memory >> 10, options.memoryBytes() >> 10));
      }
      Boot boot = Boot.load(in);
      drives = Drives.open(options.drives(), options.snapshot());
      drives.load(in);
      in.end();
      return new MachineSetup(options, boot, drives, saved);
    } catch (IOException e) {
      saved.close();
      if (drives != null) {
        drives.close();
      }
      throw e;
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
  Machine powerOn(IntConsumer serial) {
    pc = null; // its memory is free for the next one
    pc = makePc(serial);
    drives.plugInto(pc.guestMemory(), pc.clock(), pc::plug, pc::pause);
    if (options.realtime()) {
      pc.paceToWallClock();
    }
    if (saved == null) {
      boot.boot(pc);
    } else {
      loadSaved();
    }
    return new PoweredPc(pc, drives);
  }

  private void loadSaved() {
    try (StateFile file = saved) {
      pc.load(file.reader());
    } catch (IOException e) {
      throw new IllegalArgumentException(options.saved() + ": " + e.getMessage(), e);
    }
    saved = null;
  }

  private ReferencePc makePc(IntConsumer serial) {
    long startSeconds =
        options.realtime() ? Instant.now().getEpochSecond() : ReferencePc.DEFAULT_START_SECONDS;
    int memoryBytes = options.memoryBytes();
    return HardwareOptions.make(
        memoryBytes, () -> new ReferencePc(memoryBytes, startSeconds, serial));
  }

  /**
   * Saves the machine that is powered on, between two of its instructions, and with it puts all
   * that it wrote to its drives on stable storage.
   *
   * @param target where to
   * @return a line that says how it went
   * @throws IOException if that fails
   */
  String save(SaveTarget target) throws IOException {
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
    out.begin(SECTION, 1);
    out.text(Main.version());
    out.i32(options.memoryBytes());
    boot.save(out);
    drives.save(out);
    out.end();
    pc.save(out);
  }

  /** The drives, open. */
  Drives drives() {
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
