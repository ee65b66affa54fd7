package dev.virtio4j.scenario;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** The lines of a script that are about a SCSI host. */
final class ScsiSteps {
  private static final Set<String> VERBS =
      Set.of(
          "to",
          "command",
          "send",
          "tmf",
          "an-query",
          "an-subscribe",
          "control",
          "event-buffer",
          "plug",
          "unplug",
          "eject",
          "insert");

  private static final int CONTROL_QUEUE = 0;
  private static final int EVENT_QUEUE = 1;
  private static final int FIRST_REQUEST_QUEUE = 2;
  private static final int AN_QUERY = 1;
  private static final int AN_SUBSCRIBE = 2;
  private static final int EVENT_SIZE = 16;
  private static final int EVENTS_MISSED = 0x8000_0000;

  /** Of struct virtio_scsi_event, by the field "event". */
  private static final List<String> EVENTS =
      List.of("NO_EVENT", "TRANSPORT_RESET", "ASYNC_NOTIFY", "PARAM_CHANGE");

  /** What the run notes to compare it with that of another machine. */
  interface Answers {
    void add(String answer);
  }

  private final Variables variables;
  private final Answers answers;
  private UnitAddress unit = new UnitAddress(0, 0);
  private byte[] address = unit.field();
  private int cdbLength;

  ScsiSteps(Variables variables, Answers answers) {
    this.variables = variables;
    this.answers = answers;
    variables.set("sense_size", 96);
    variables.set("cdb_size", 32);
  }

  /** Which queue a driver of a host uses at first. */
  static int firstQueue(ScsiText text) {
    return text == ScsiText.APRIL_2011 ? 0 : FIRST_REQUEST_QUEUE;
  }

  boolean has(String verb) {
    return VERBS.contains(verb);
  }

  /** The unit that the script turned to last. */
  UnitAddress unit() {
    return unit;
  }

  void run(String verb, List<String> words, Line line, Driver driver, Hands hands)
      throws IOException {
    int equals = words.indexOf("=");
    List<String> asked = equals < 0 ? words : words.subList(0, equals);
    List<String> expected = equals < 0 ? List.of() : words.subList(equals + 1, words.size());
    switch (verb) {
      case "to" -> turnTo(words.get(0));
      case "command" -> driver.request(command(asked, driver.text()));
      case "send" -> {
        driver.request(command(asked, driver.text()));
        driver.chain(
            driver.text() == ScsiText.APRIL_2011
                ? List.of("out", "8", "out", Integer.toString(cdbLength), "out", "*", "in", "*")
                : List.of("out", "*", "in", "*"));
        driver.notifyDevice();
        driver.awaitUsed(variables.evaluate("$head")); // slower ones may be out
        expectResult(expected, driver);
      }
      case "control" -> driver.request(ScsiRequests.raw(content(words), in(words)));
      case "tmf" -> {
        Options options = new Options(asked, variables, "tag");
        String name = options.first();
        control(ScsiRequests.function(address, name, options, variables), driver);
        expectResponse(expected, driver);
      }
      case "an-query", "an-subscribe" -> {
        int type = verb.equals("an-query") ? AN_QUERY : AN_SUBSCRIBE;
        int events = (int) variables.evaluate(asked.get(0));
        control(ScsiRequests.notification(type, address, events), driver);
        expectResponse(expected, driver);
      }
      case "event-buffer" -> {
        int length = words.isEmpty() ? EVENT_SIZE : (int) variables.evaluate(words.get(0));
        driver.request(ScsiRequests.event(length));
        driver.onQueue(
            EVENT_QUEUE,
            () -> {
              driver.chain(List.of("in", "*"));
              driver.notifyDevice();
            });
      }
      case "plug" -> hands.plug(driver.number(), Host.Unit.parse(line));
      case "unplug" -> hands.unplug(driver.number(), UnitAddress.parse(words.get(0)));
      case "eject" -> hands.eject(driver.number(), unit);
      case "insert" -> hands.insert(driver.number(), unit, Disk.parse(line));
      default -> throw line.error("no such command");
    }
  }

  private void turnTo(String where) {
    if (where.startsWith("hex=")) {
      address = ScsiRequests.address(where.substring("hex=".length()));
    } else {
      unit = UnitAddress.parse(where);
      address = unit.field();
    }
  }

  /** {@code NAME [lba= length= ...]} or {@code cdb=HEX}, {@code [in=BYTES] [CONTENT...]}. */
  private Request command(List<String> words, ScsiText text) {
    List<String> content = words.stream().filter(Bytes::isContent).toList();
    Options options =
        new Options(
            words.stream().filter(word -> !Bytes.isContent(word)).toList(),
            variables,
            "cdb",
            "lba",
            "length",
            "options",
            "page",
            "subpage",
            "in",
            "tag",
            "attr",
            "barrier");
    byte[] cdb =
        options.has("cdb")
            ? HexFormat.of().parseHex(options.text("cdb"))
            : Cdb.valueOf(options.first()).bytes(options);
    cdbLength = cdb.length;
    byte[] out = Bytes.parse(content, 0, variables);
    return ScsiRequests.command(text, address, cdb, out, options, variables);
  }

  private byte[] content(List<String> words) {
    return Bytes.parse(words.stream().filter(Bytes::isContent).toList(), 0, variables);
  }

  private int in(List<String> words) {
    return (int)
        new Options(words.stream().filter(w -> !Bytes.isContent(w)).toList(), variables, "in")
            .number("in", 0);
  }

  private static void control(Request request, Driver driver) throws IOException {
    driver.request(request);
    driver.onQueue(
        CONTROL_QUEUE,
        () -> {
          driver.chain(List.of("out", "*", "in", "*"));
          driver.notifyDevice();
          driver.awaitUsed(-1);
        });
  }

  /** {@code [OUTCOME [residual=N]]}: a residual of 0 where it was GOOD, if none is named. */
  void expectResult(List<String> words, Driver driver) throws IOException {
    ScsiResult result = ScsiResult.of(driver.text(), driver.written());
    Options options = new Options(words, variables, "residual");
    boolean counts = result.outcome().equals("GOOD") || options.has("residual");
    String actual = result.outcome() + (counts ? " residual=" + result.residual() : "");
    answers.add(actual);
    if (!words.isEmpty()) {
      String residual = counts ? " residual=" + options.number("residual", 0) : "";
      check(actual, options.first() + residual);
    }
  }

  /** {@code [RESPONSE [EVENT_ACTUAL]]} of the control request that came back last. */
  void expectResponse(List<String> words, Driver driver) throws IOException {
    String response = driver.text().response(driver.status());
    byte[] data = driver.data();
    String actual =
        data.length == Integer.BYTES
            ? " 0x%x".formatted(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).getInt())
            : "";
    answers.add(response + actual);
    if (!words.isEmpty()) {
      String number = words.size() > 1 ? " 0x%x".formatted(variables.evaluate(words.get(1))) : "";
      check(response + (words.size() > 1 ? actual : ""), words.get(0) + number);
    }
  }

  /** {@code [CONTENT...]}: sense data of the command that came back last. */
  void expectSense(List<String> content, Driver driver) throws IOException {
    String sense = ScsiResult.of(driver.text(), driver.written()).sense();
    if (content.isEmpty()) {
      answers.add(sense);
    } else {
      byte[] expected = Bytes.parse(content, sense.length() / 2, variables);
      check(sense, HexFormat.of().formatHex(expected));
    }
  }

  /** {@code NAME [TARGET:LUN reason=N] [missed]} of the buffer that came back next. */
  void expectEvent(List<String> words, Driver driver) throws IOException {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    driver.onQueue(
        EVENT_QUEUE,
        () -> {
          driver.awaitUsed(-1);
          written.writeBytes(driver.written());
        });
    ByteBuffer event = ByteBuffer.wrap(written.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    int type = event.getInt();
    int code = type & ~EVENTS_MISSED;
    List<String> actual = new ArrayList<>();
    actual.add(code < EVENTS.size() ? EVENTS.get(code) : Integer.toString(code));
    if (code != 0) {
      int target = event.getShort() >>> 8 & 0xFF;
      int lun = Short.reverseBytes(event.getShort()) & 0x3FFF;
      event.getInt();
      actual.add(new UnitAddress(target, lun).toString());
      actual.add("reason=0x%x".formatted(event.getInt()));
    }
    if ((type & EVENTS_MISSED) != 0) {
      actual.add("missed");
    }
    answers.add(String.join(" ", actual));
    check(String.join(" ", actual), String.join(" ", words));
  }

  void expectNoEvent(Driver driver) throws IOException {
    driver.onQueue(EVENT_QUEUE, driver::expectNoneUsed);
  }

  private static void check(String actual, String expected) {
    if (!actual.equals(expected)) {
      throw new AssertionError("expected " + expected + ", was " + actual);
    }
  }
}
