package dev.virtio4j.cli;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.machine.FirmwareBoot;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.Machine;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.StopReason;
import dev.virtio4j.pc.boot.MultibootImage;
import dev.virtio4j.pc.boot.MultibootRom;
import dev.virtio4j.pc.cpu.CpuMode;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A bare-metal program that tests the disk (see firmware-tests/README.md), and the machine it
 * expects: 16 MiB of memory, and two disks of known content that share an interrupt line.
 *
 * @param name its name
 * @param image the program
 * @param expected the lines it prints on COM1 if all is well
 */
record FirmwareProgram(String name, MultibootImage image, List<String> expected) {
  /** All programs, the one that needs least of the machine first. */
  static final List<String> NAMES =
      List.of(
          "pci-scan",
          "real-mode",
          "pic-interrupts",
          "shared-line",
          "indirect",
          "reset",
          "dma-code",
          "random-reads",
          "scsi-commands",
          "tight-loops");

  static final int MEMORY_BYTES = 16 << 20;

  /** The slots of the disks on the reference PC and QEMU: both at PIRQB. */
  static final List<Integer> DISK_SLOTS = List.of(2, 6);

  private static final int DISK_BYTES = 8 << 20;

  /** Odd, so that no two words of a disk are the same. */
  private static final int PATTERN = 0x9E3779B1;

  /** Emulated time after which a program is taken to hang: most of it goes to the serial line. */
  private static final long LIMIT_NANOS = 1_000_000_000;

  /** The same where an instruction takes up to 100 ns of emulated time. */
  private static final long EMULATOR_LIMIT_NANOS = 40 * LIMIT_NANOS;

  /**
   * Loads a program from what is built into this one.
   *
   * @param name one of {@link #NAMES}
   * @return the program
   * @throws IOException if it is not there
   */
  static FirmwareProgram load(String name) throws IOException {
    String expected = new String(resource(name + ".expected"), StandardCharsets.US_ASCII);
    return new FirmwareProgram(
        name, MultibootImage.read(name, resource(name + ".bin")), expected.lines().toList());
  }

  private static byte[] resource(String file) throws IOException {
    try (InputStream in = FirmwareProgram.class.getResourceAsStream("firmware/" + file)) {
      if (in == null) {
        throw new FileNotFoundException("firmware/" + file + ": not in this build of virtio4j");
      }
      return in.readAllBytes();
    }
  }

  /**
   * What is on each disk: 32-bit word n is n times a constant.
   *
   * @return 8 MiB
   */
  static byte[] disk() {
    byte[] bytes = new byte[DISK_BYTES];
    ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int word = 0; words.hasRemaining(); word++) {
      words.putInt(word * PATTERN);
    }
    return bytes;
  }

  /**
   * How a run went.
   *
   * @param problem what went wrong, in one line; nothing if it printed what it should
   * @param instructions how many instructions it took
   * @param nanos how long that took, by the wall clock
   */
  record Result(Optional<String> problem, long instructions, long nanos) {}

  /**
   * Runs the program on the reference PC.
   *
   * @param cpu how its CPU runs
   */
  Result run(CpuMode cpu) {
    ByteArrayOutputStream serial = new ByteArrayOutputStream();
    ReferencePc pc =
        new ReferencePc(
            MEMORY_BYTES,
            ReferencePc.DEFAULT_START_SECONDS,
            serial::write,
            cpu,
            new TranslatedClasses());
    for (int slot : DISK_SLOTS) {
      pc.plug(slot, diskFor(pc.guestMemory(), pc.clock()));
    }
    pc.clock().timer(pc::stop).at(LIMIT_NANOS);
    pc.boot(image);
    return result(pc::run, pc::instructions, serial);
  }

  /**
   * Runs the program on an emulator, in the ROM of its BIOS.
   *
   * @param host the emulator, which says what slots the disks have
   */
  Result run(Host host) {
    ByteArrayOutputStream serial = new ByteArrayOutputStream();
    Drives disks = new Drives(List.of(), List.of(), false);
    DISK_SLOTS.forEach(slot -> disks.plugAlso(FirmwareProgram::diskFor));
    MachineOptions options =
        new MachineOptions(MEMORY_BYTES, null, null, null, null, "", List.of(), false, false);
    Machine machine =
        host.make(options, new FirmwareBoot(MultibootRom.of(image)), disks, serial::write);
    machine.clock().timer(machine::stop).at(EMULATOR_LIMIT_NANOS);
    machine.boot();
    return result(machine::run, machine::instructions, serial);
  }

  private static PciFunction diskFor(GuestMemory memory, EventClock clock) {
    BlkDevice disk = new BlkDevice(new MemoryBackend(disk(), false), BlkOptions.DEFAULTS);
    return VirtioPciFunction.of(disk, memory, clock);
  }

  private Result result(
      Supplier<StopReason> run, LongSupplier instructions, ByteArrayOutputStream serial) {
    long start = System.nanoTime();
    StopReason stopped = run.get();
    long nanos = System.nanoTime() - start;
    List<String> lines = serial.toString(StandardCharsets.US_ASCII).lines().toList();
    return new Result(problem(lines, stopped), instructions.getAsLong(), nanos);
  }

  private Optional<String> problem(List<String> lines, StopReason stopped) {
    if (lines.equals(expected)) {
      return stopped == StopReason.HALTED ? Optional.empty() : Optional.of(reason(stopped));
    }
    int line = 0;
    while (line < lines.size() && line < expected.size() && same(lines, line)) {
      line++;
    }
    return Optional.of(
        "line %d is %s instead of %s; %s"
            .formatted(line + 1, quoted(lines, line), quoted(expected, line), reason(stopped)));
  }

  private boolean same(List<String> lines, int line) {
    return lines.get(line).equals(expected.get(line));
  }

  private static String quoted(List<String> lines, int line) {
    return line < lines.size() ? "'" + lines.get(line) + "'" : "missing";
  }

  private static String reason(StopReason stopped) {
    return stopped == StopReason.REQUESTED ? "it did not end" : stopped.toString();
  }
}
