package dev.virtio4j.machine;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.virtio4j.pc.cpu.Profile;
import dev.virtio4j.pc.cpu.Profile.Code;
import dev.virtio4j.pc.cpu.Profile.Interrupt;
import dev.virtio4j.pc.cpu.Profile.Vector;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Where the instructions of a guest went, for people and for tools that draw flame graphs. Two runs
 * of one guest give the same text, unless they keep to the wall clock.
 *
 * @param run how the run went
 * @param profile what was counted meanwhile
 */
public record ProfileReport(BootRun.Result run, Profile profile) {
  private static final int PAGES_SHOWN = 40;

  private static final Map<Integer, String> IRQ_DEVICES =
      Map.of(0, "8254", 1, "i8042", 4, "16550A", 8, "MC146818");

  // spotless:off
  private static final Map<Integer, String> EXCEPTIONS = Map.ofEntries(
      Map.entry(0,  "divide error"),         Map.entry(1,  "debug"),
      Map.entry(3,  "breakpoint"),           Map.entry(4,  "overflow"),
      Map.entry(5,  "bound range exceeded"), Map.entry(6,  "invalid opcode"),
      Map.entry(7,  "device not available"), Map.entry(8,  "double fault"),
      Map.entry(10, "invalid TSS"),          Map.entry(11, "segment not present"),
      Map.entry(12, "stack fault"),          Map.entry(13, "general protection"),
      Map.entry(14, "page fault"),           Map.entry(16, "x87 error"));
  // spotless:on

  /** Instructions, and how many of them ran as bytecode. */
  private record Share(long instructions, long translated) {
    static Share of(Collection<Code> code) {
      long translated = code.stream().mapToLong(Code::translated).sum();
      long interpreted = code.stream().mapToLong(Code::interpreted).sum();
      return new Share(translated + interpreted, translated);
    }
  }

  /**
   * The whole of it for people.
   *
   * @return a text of some hundred lines
   */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        All is counted, nothing sampled. Times are emulated: how long the guest took, not the host.
        """);
    addSummary(text);
    addShares(text, "mode            ", ProfileReport::mode);
    addShares(text, "page            ", code -> mode(code) + " " + range(code, 5));
    addPorts(text);
    addVectors(text);
    return text.toString();
  }

  private void addSummary(StringBuilder text) {
    Share all = Share.of(profile.code());
    long nanos = run.emulatedTime().toNanos();
    text.append('\n');
    line(text, "instructions  %14d", all.instructions);
    addPart(text, "  translated  ", all.translated, all.instructions);
    addPart(text, "  interpreted ", all.instructions - all.translated, all.instructions);
    line(text, "nanoseconds   %14d", nanos);
    addPart(text, "  halted      ", nanos - all.instructions, nanos);
  }

  private static void addPart(StringBuilder text, String name, long part, long whole) {
    line(text, "%s%14d %s", name, part, percent(part, whole));
  }

  /** Adds a line for each group of code, those with the most instructions first. */
  private void addShares(StringBuilder text, String title, Function<Code, String> group) {
    List<Code> code = profile.code();
    long all = Share.of(code).instructions;
    Map<String, Share> shares =
        code.stream()
            .collect(groupingBy(group, LinkedHashMap::new, collectingAndThen(toList(), Share::of)));
    line(text, "\n%sinstructions   share translated", title);
    shares.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> -entry.getValue().instructions))
        .limit(PAGES_SHOWN)
        .forEach(
            entry -> {
              Share share = entry.getValue();
              line(
                  text,
                  "%-15s %12d %s    %s",
                  entry.getKey(),
                  share.instructions,
                  percent(share.instructions, all),
                  percent(share.translated, share.instructions));
            });
    if (shares.size() > PAGES_SHOWN) {
      line(text, "and %d more", shares.size() - PAGES_SHOWN);
    }
  }

  private void addPorts(StringBuilder text) {
    line(text, "\nport      reads     writes device");
    profile.ports().stream()
        .sorted(Comparator.comparingLong(port -> -port.reads() - port.writes()))
        .forEach(
            port ->
                line(
                    text,
                    "%04x %10d %10d %s",
                    port.number(),
                    port.reads(),
                    port.writes(),
                    port.device().isEmpty() ? "nobody" : port.device()));
  }

  private void addVectors(StringBuilder text) {
    line(text, "\nvector      count");
    for (Interrupt interrupt : profile.interrupts()) {
      String device = IRQ_DEVICES.getOrDefault(interrupt.irq(), "PCI");
      addVector(
          text, interrupt.vector(), interrupt.count(), "IRQ " + interrupt.irq() + ", " + device);
    }
    for (Vector call : profile.softwareInterrupts()) {
      addVector(text, call.vector(), call.count(), "INT");
    }
    for (Vector exception : profile.exceptions()) {
      addVector(text, exception.vector(), exception.count(), EXCEPTIONS.get(exception.vector()));
    }
  }

  private static void addVector(StringBuilder text, int vector, long count, String cause) {
    line(text, "%02x     %10d %s", vector, count, cause);
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%5.1f %%", whole == 0 ? 0 : 100.0 * part / whole);
  }

  private static void line(StringBuilder text, String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  /**
   * The same instructions as collapsed stacks, whose frames are the mode, ever smaller ranges of
   * addresses, and how the code ran.
   *
   * @return lines such as {@code kernel;c103xxxx;c1034xxx;c10342xx;translated 123}
   */
  public String folded() {
    StringBuilder text = new StringBuilder();
    for (Code code : profile.code()) {
      String frames = String.join(";", mode(code), range(code, 4), range(code, 5), range(code, 6));
      addFolded(text, frames + ";translated", code.translated());
      addFolded(text, frames + ";interpreted", code.interpreted());
    }
    return text.toString();
  }

  private static void addFolded(StringBuilder text, String frames, long instructions) {
    if (instructions > 0) {
      line(text, "%s %d", frames, instructions);
    }
  }

  private static String mode(Code code) {
    return code.mode().name().toLowerCase(Locale.ROOT);
  }

  /** The addresses that have the same first digits. */
  private static String range(Code code, int digits) {
    return String.format(Locale.ROOT, "%08x", code.address()).substring(0, digits)
        + "x".repeat(8 - digits);
  }
}
