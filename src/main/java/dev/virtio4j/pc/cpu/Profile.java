package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.memory.IoPorts;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where a guest's instructions go, counted as they run: each instruction by mode and address, each
 * access to a port, each interrupt and exception. Nothing is sampled, and nothing that a guest can
 * tell depends on it. Several machines may count into one, one after the other.
 *
 * <p>The CPU says where it is whenever it begins a piece of code: one block in the interpreter, one
 * region in a translation. A piece never leaves its page, so instructions by page are exact; all of
 * a piece are counted where it begins, which in a region may be some hundred bytes from where they
 * are.
 */
public final class Profile {
  private static final int RANGE_SHIFT = 8;
  private static final int PAGES = 1 << 20;
  private static final int RANGES = 4096 >> RANGE_SHIFT;
  private static final int IRQS = 16;
  private static final int VECTORS = 256;

  /** The mode of the CPU. */
  public enum Mode {
    /** Protected mode, privilege level 0 to 2. */
    KERNEL,
    /** Protected mode, privilege level 3. */
    USER,
    /** Virtual-8086 mode. */
    V86,
    /** Real mode. */
    REAL;

    private static Mode of(Registers registers) {
      if (!registers.isProtected()) {
        return REAL;
      }
      if (registers.isVirtual8086()) {
        return V86;
      }
      return registers.cpl == 3 ? USER : KERNEL;
    }
  }

  /**
   * A range of code, of 256 bytes.
   *
   * @param mode the mode in which it ran
   * @param address its linear address, a multiple of 256
   * @param translated how many instructions ran as bytecode
   * @param interpreted how many ran in the interpreter
   */
  public record Code(Mode mode, int address, long translated, long interpreted) {}

  /**
   * A port that was accessed.
   *
   * @param number 0 to 65535
   * @param device who answered at the first access; empty for nobody
   * @param reads how many IN there were, with those of INS
   * @param writes how many OUT, with those of OUTS
   */
  public record Port(int number, String device, long reads, long writes) {}

  /**
   * Interrupts of devices.
   *
   * @param irq the input of the interrupt controllers, 0 to 15
   * @param vector 0 to 255
   * @param count how many the CPU took
   */
  public record Interrupt(int irq, int vector, long count) {}

  /**
   * Exceptions, or INT instructions.
   *
   * @param vector 0 to 255
   * @param count how many
   */
  public record Vector(int vector, long count) {}

  /** By mode and page; in a page by range, translated before interpreted. */
  private final Map<Mode, long[][]> code = new EnumMap<>(Mode.class);

  private final long[] reads = new long[IoPorts.COUNT];
  private final long[] writes = new long[IoPorts.COUNT];
  private final String[] devices = new String[IoPorts.COUNT];

  /** By IRQ and vector. */
  private final long[] interrupts = new long[IRQS * VECTORS];

  private final long[] softwareInterrupts = new long[VECTORS];
  private final long[] exceptions = new long[VECTORS];

  /** Where the piece of code that runs is counted; null while none does. */
  private long[] counts;

  private int index;

  /** How many instructions had retired when it began. */
  private long begin;

  // --- counting
  // ------------------------------------------------------------------------------------

  /**
   * A piece of code begins at CS:EIP, and what ran before it has ended.
   *
   * @param translated whether it runs as bytecode
   * @param retired how many instructions have retired on its machine
   */
  void enter(Registers registers, boolean translated, long retired) {
    leave(retired);
    int address = registers.segments[Registers.CS].base + registers.eip;
    counts = page(Mode.of(registers), address >>> 12);
    index = 2 * (address >>> RANGE_SHIFT & RANGES - 1) + (translated ? 0 : 1);
    begin = retired;
  }

  /** What ran has ended. */
  void leave(long retired) {
    if (counts != null) {
      counts[index] += retired - begin;
      counts = null;
    }
  }

  private long[] page(Mode mode, int number) {
    long[][] pages = code.computeIfAbsent(mode, unused -> new long[PAGES][]);
    if (pages[number] == null) {
      pages[number] = new long[2 * RANGES];
    }
    return pages[number];
  }

  void read(int port, IoPorts ports) {
    reads[port]++;
    name(port, ports);
  }

  void write(int port, IoPorts ports) {
    writes[port]++;
    name(port, ports);
  }

  private void name(int port, IoPorts ports) {
    if (devices[port] == null) {
      devices[port] = ports.name(port);
    }
  }

  void interrupt(int irq, int vector) {
    interrupts[irq * VECTORS + vector]++;
  }

  /** An INT instruction. */
  void softwareInterrupt(int vector) {
    softwareInterrupts[vector]++;
  }

  void exception(int vector) {
    exceptions[vector]++;
  }

  // --- what was counted
  // ----------------------------------------------------------------------------

  /** {@return the ranges in which code ran, by mode and address} */
  public List<Code> code() {
    List<Code> ranges = new ArrayList<>();
    code.forEach(
        (mode, pages) -> {
          for (int page = 0; page < PAGES; page++) {
            if (pages[page] != null) {
              addRanges(ranges, mode, page, pages[page]);
            }
          }
        });
    return ranges;
  }

  private static void addRanges(List<Code> ranges, Mode mode, int page, long[] counts) {
    for (int range = 0; range < RANGES; range++) {
      long translated = counts[2 * range];
      long interpreted = counts[2 * range + 1];
      if (translated + interpreted > 0) {
        int address = page << 12 | range << RANGE_SHIFT;
        ranges.add(new Code(mode, address, translated, interpreted));
      }
    }
  }

  /** {@return the ports that were accessed, by number} */
  public List<Port> ports() {
    return IntStream.range(0, IoPorts.COUNT)
        .filter(port -> reads[port] + writes[port] > 0)
        .mapToObj(port -> new Port(port, devices[port], reads[port], writes[port]))
        .toList();
  }

  /** {@return the interrupts of devices, by IRQ and vector} */
  public List<Interrupt> interrupts() {
    return IntStream.range(0, interrupts.length)
        .filter(i -> interrupts[i] > 0)
        .mapToObj(i -> new Interrupt(i / VECTORS, i % VECTORS, interrupts[i]))
        .toList();
  }

  /** {@return the INT instructions, by vector} */
  public List<Vector> softwareInterrupts() {
    return vectors(softwareInterrupts);
  }

  /** {@return the exceptions, by vector} */
  public List<Vector> exceptions() {
    return vectors(exceptions);
  }

  private static List<Vector> vectors(long[] counts) {
    return IntStream.range(0, VECTORS)
        .filter(vector -> counts[vector] > 0)
        .mapToObj(vector -> new Vector(vector, counts[vector]))
        .toList();
  }
}
