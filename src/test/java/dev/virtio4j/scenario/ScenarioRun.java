package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Script.Command;
import dev.virtio4j.scenario.Script.Definition;
import dev.virtio4j.scenario.Script.Difference;
import dev.virtio4j.scenario.Script.Loop;
import dev.virtio4j.scenario.Script.Statement;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a script on a machine. */
final class ScenarioRun {
  private static final int FIRST_DEVICE = 2;
  private static final int DEFAULT_IRQ = 11;

  private final Script script;
  private final Machine machine;
  private final Qtest.Channel channel;
  private final Qtest qtest;
  private final Variables variables = new Variables();
  private final Map<String, List<Statement>> definitions = new HashMap<>();
  private final Map<String, Long> loops = new LinkedHashMap<>();
  private final List<Driver> drivers = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();
  private final ScsiSteps scsi;
  private Driver driver;
  private Line current;
  private boolean differing;

  private ScenarioRun(Script script, Machine machine, Qtest.Channel channel) {
    this.script = script;
    this.machine = machine;
    qtest = new Qtest(channel);
    ChainWriter chains = new ChainWriter(qtest, variables);
    for (Device device : script.devices()) {
      int i = drivers.size();
      drivers.add(
          new Driver(qtest, variables, chains, device, i, FIRST_DEVICE + i, machine.patience()));
    }
    this.channel = channel;
    driver = drivers.get(0);
    scsi = new ScsiSteps(variables, this::answered);
  }

  /**
   * Runs a script on a fresh machine.
   *
   * @return what the machine answered, but where it is known to differ
   * @throws AssertionError if an expectation is not met; says which
   */
  static List<String> run(Script script, Machine machine) throws IOException {
    try (Qtest.Channel channel = machine.start(script.devices())) {
      ScenarioRun run = new ScenarioRun(script, machine, channel);
      run.qtest.ask("irq_intercept_in ioapic");
      run.run(script.body());
      return run.answers;
    }
  }

  private void run(List<Statement> body) throws IOException {
    for (Statement statement : body) {
      if (statement instanceof Loop loop) {
        run(loop);
      } else if (statement instanceof Definition definition) {
        definitions.put(definition.name(), definition.body());
      } else if (statement instanceof Difference difference) {
        boolean outer = differing;
        differing = true;
        run((machine.isOurs() ? difference.ours() : difference.qemu()).body());
        differing = outer;
      } else if (statement instanceof Command command && command.line().word(0).equals("do")) {
        run(definition(command.line()));
      } else if (statement instanceof Command command) {
        runLine(command.line());
      }
    }
  }

  private List<Statement> definition(Line line) {
    List<Statement> body = definitions.get(line.rest());
    if (body == null) {
      throw line.error("nothing of that name is defined above");
    }
    return body;
  }

  private void run(Loop loop) throws IOException {
    for (String value : loop.values()) {
      int dots = value.indexOf("..");
      long first = variables.evaluate(dots < 0 ? value : value.substring(0, dots));
      long last = dots < 0 ? first : variables.evaluate(value.substring(dots + 2));
      for (long i = 0; i <= last - first; i++) {
        long each = first + i;
        variables.set(loop.variable(), each);
        loops.put(loop.variable(), each);
        run(loop.body());
      }
    }
    loops.remove(loop.variable());
  }

  private void runLine(Line line) throws IOException {
    current = line;
    try {
      run(line.word(0), line.words().subList(1, line.words().size()), line);
    } catch (AssertionError | RuntimeException | EOFException e) {
      throw new AssertionError(
          "%s:%d, on %s%s: %s%n  %s"
              .formatted(
                  script.name(),
                  line.number(),
                  machine,
                  loops.isEmpty() ? "" : " with " + loops,
                  line.text(),
                  e.getMessage()),
          e);
    }
  }

  private void run(String verb, List<String> words, Line line) throws IOException {
    if (scsi.has(verb)) {
      scsi.run(verb, words, line, driver, channel.hands());
      qtest.ask("endianness"); // an answer brings what became of the interrupt lines
      return;
    }
    switch (verb) {
      case "let" -> variables.set(words.get(0), evaluate(words.get(1)));
      case "device" -> {
        driver = drivers.get((int) evaluate(words.get(0)));
        driver.name();
      }
      case "place" -> {
        Options options = new Options(words, variables, "irq");
        int irq = (int) options.number("irq", DEFAULT_IRQ);
        driver.function().place((int) evaluate(options.first()), irq);
        driver.name();
      }
      case "start" -> {
        Options options = new Options(words, variables, "features", "queues");
        driver.start(
            options.number("features", Driver.DEFAULT_FEATURES),
            (int) options.number("queues", driver.firstQueue() + 1));
      }
      case "queue" -> {
        if (words.isEmpty()) {
          driver.queue();
        } else {
          driver.queue(evaluate(words.get(0)));
        }
      }
      case "select" -> driver.select((int) evaluate(words.get(0)));
      case "get" -> expectAll(words, 1, i -> driver.function().get(words.get(0)));
      case "set" -> driver.function().set(words.get(0), evaluate(words.get(1)));
      case "cfginb", "cfginw", "cfginl" -> {
        String width = verb.substring(5);
        long offset = evaluate(words.get(0));
        expectAll(words, 1, i -> driver.function().configIn(width, offset + i));
      }
      case "cfgoutb", "cfgoutw", "cfgoutl" ->
          driver
              .function()
              .configOut(verb.substring(6), evaluate(words.get(0)), evaluate(words.get(1)));
      case "inb", "inw", "inl", "readb", "readw", "readl", "readq" -> {
        long address = evaluate(words.get(0));
        expectAll(words, 1, i -> qtest.get(verb, address + i));
      }
      case "outb", "outw", "outl", "writeb", "writew", "writel", "writeq" ->
          qtest.put(verb, evaluate(words.get(0)), evaluate(words.get(1)));
      case "write" -> {
        byte[] bytes = Bytes.parse(words.subList(1, words.size()), 0, variables);
        qtest.write(evaluate(words.get(0)), bytes);
      }
      case "request" ->
          driver.request(
              BlkRequest.parse(
                  new Options(
                      words, variables, "sector", "cdb", "data", "like", "ioprio", "ranges"),
                  variables));
      case "chain" -> driver.chain(words);
      case "desc" ->
          driver.descriptor(new Options(words, variables, "table", "addr", "len", "flags", "next"));
      case "notify" -> {
        if (words.isEmpty()) {
          driver.notifyDevice();
        } else {
          driver.function().set("queue-notify", evaluate(words.get(0)));
        }
      }
      case "await" -> driver.awaitUsed(words.isEmpty() ? -1 : evaluate(words.get(0)));
      case "step" -> qtest.ask("clock_step " + evaluate(words.get(0)));
      case "resize" -> {
        resize(evaluate(words.get(0)));
        qtest.ask("endianness"); // an answer brings what became of the interrupt lines
      }
      case "expect" -> expect(words.get(0), words.subList(1, words.size()));
      case "reads" -> reads(new Options(words, variables, "sector", "data", "like"));
      case "works" ->
          reads(new Options(List.of("sector=1", "like=1"), variables, "sector", "like"));
      default -> throw line.error("no such command");
    }
  }

  private void resize(long bytes) throws IOException {
    if (script.devices().get(driver.number()) instanceof Host) {
      channel.hands().resize(driver.number(), scsi.unit(), bytes);
    } else {
      channel.hands().resize(driver.number(), bytes);
    }
  }

  /** Reads from the current disk in the simplest way, and expects what is there. */
  private void reads(Options options) throws IOException {
    List<String> words = new ArrayList<>(List.of("IN"));
    words.add("sector=" + options.number("sector", 0));
    words.add("data=" + options.number("data", Disk.SECTOR));
    driver.request(BlkRequest.parse(new Options(words, variables, "sector", "data"), variables));
    driver.chain(List.of("out", "*", "in", "*"));
    driver.notifyDevice();
    expect("used", List.of("len=" + (options.number("data", Disk.SECTOR) + 1)));
    expect("status", List.of("OK"));
    expect("data", List.of("like=" + options.number("like", 0)));
  }

  private void expect(String what, List<String> words) throws IOException {
    switch (what) {
      case "used" -> {
        Options options = new Options(words, variables, "head", "len");
        long length = driver.awaitUsed(options.number("head", -1));
        answered(length);
        if (options.has("len")) {
          check(length, options.number("len", 0));
        }
      }
      case "no" -> {
        switch (words.get(0)) {
          case "used" -> driver.expectNoneUsed();
          case "event" -> scsi.expectNoEvent(driver);
          default -> throw new IllegalArgumentException("write: expect no used, or no event");
        }
      }
      case "result" -> scsi.expectResult(words, driver);
      case "response" -> scsi.expectResponse(words, driver);
      case "sense" -> scsi.expectSense(words, driver);
      case "event" -> scsi.expectEvent(words, driver);
      case "status" -> {
        Integer expected = BlkRequest.STATUSES.get(words.get(0));
        long status = driver.status();
        answered(status);
        check(status, expected != null ? expected : evaluate(words.get(0)));
      }
      case "data" -> {
        byte[] data = driver.data();
        if (words.isEmpty()) {
          answered(HexFormat.of().formatHex(data));
        } else {
          checkBytes(data, Bytes.parse(words, data.length, variables));
        }
      }
      case "data-from" -> { // expect data-from OFFSET CONTENT...
        byte[] probe = Bytes.parse(words.subList(1, words.size()), 0, variables);
        int from = (int) evaluate(words.get(0));
        checkBytes(Arrays.copyOfRange(driver.data(), from, from + probe.length), probe);
      }
      case "memory" -> { // expect memory ADDRESS CONTENT...
        byte[] probe = Bytes.parse(words.subList(1, words.size()), 0, variables);
        checkBytes(qtest.read(evaluate(words.get(0)), probe.length), probe);
      }
      case "irq" -> {
        boolean high =
            switch (words.get(0)) {
              case "high" -> true;
              case "low" -> false;
              default -> throw new IllegalArgumentException("high or low");
            };
        if (qtest.isRaised(driver.function().irq()) != high) {
          throw new AssertionError("it is " + (high ? "low" : "high"));
        }
      }
      default -> throw new IllegalArgumentException("nothing to expect: " + what);
    }
  }

  private interface Reader {
    long read(int index) throws IOException;
  }

  /** Reads once, or as often as values stand behind "=", which it is to give. */
  private void expectAll(List<String> words, int from, Reader reader) throws IOException {
    boolean expecting = words.size() > from;
    if (expecting && !words.get(from).equals("=")) {
      throw new IllegalArgumentException("write = and what is expected");
    }
    List<String> expected = expecting ? words.subList(from + 1, words.size()) : List.of("");
    for (int i = 0; i < expected.size(); i++) {
      long value = reader.read(i);
      answered(value);
      if (expecting) {
        check(value, evaluate(expected.get(i)));
      }
    }
  }

  private void answered(long value) {
    answered("0x%x".formatted(value));
  }

  private void answered(String value) {
    if (!differing) {
      answers.add("%s:%d %s %s".formatted(script.name(), current.number(), loops, value));
    }
  }

  private static void check(long actual, long expected) {
    if (actual != expected) {
      throw new AssertionError("expected 0x%x, was 0x%x".formatted(expected, actual));
    }
  }

  private static void checkBytes(byte[] actual, byte[] expected) {
    int at = Arrays.mismatch(actual, expected);
    if (at >= 0) {
      HexFormat hex = HexFormat.of();
      throw new AssertionError(
          "differs from byte %d of %d (%d expected) on: expected %s, was %s"
              .formatted(
                  at,
                  actual.length,
                  expected.length,
                  hex.formatHex(expected, at, Math.min(at + 16, expected.length)),
                  hex.formatHex(actual, at, Math.min(at + 16, actual.length))));
    }
  }

  private long evaluate(String expression) {
    return variables.evaluate(expression);
  }
}
