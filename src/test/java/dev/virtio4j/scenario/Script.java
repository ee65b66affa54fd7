package dev.virtio4j.scenario;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scenario: the drives of a machine, and what a driver does with it. The README beside the
 * scripts has the language.
 *
 * @param name the file's name
 * @param title its first line, a comment
 * @param whyOurs why only ours can run it, or empty
 * @param devices the machine's drives and SCSI hosts, at least one
 * @param body what to do
 */
record Script(
    String name, String title, String whyOurs, List<Device> devices, List<Statement> body) {

  /** A step of a script. */
  sealed interface Statement {
    Line line();
  }

  /** A line that does something itself. */
  record Command(Line line) implements Statement {}

  /**
   * Some steps, for each of some values.
   *
   * @param variable its name
   * @param values expressions, or ranges of them: {@code 1..16}
   */
  record Loop(Line line, String variable, List<String> values, List<Statement> body)
      implements Statement {}

  /** Some steps that have a name, to be done where "do" says so. */
  record Definition(Line line, String name, List<Statement> body) implements Statement {}

  /**
   * Where the two machines differ on purpose.
   *
   * @param what the driver did
   * @param why the clause or the reason that ours is as it is
   */
  record Difference(Line line, String what, String why, Side ours, Side qemu)
      implements Statement {}

  /**
   * What one machine does where they differ.
   *
   * @param text for a reader
   * @param body the same, to be run
   */
  record Side(String text, List<Statement> body) {}

  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");
  private static final Pattern FOR = Pattern.compile("for (\\w+) in (.+)");

  /**
   * Reads a script.
   *
   * @throws IllegalArgumentException if the lines are no script; says which
   */
  static Script parse(String name, String text) {
    String[] lines = text.split("\n", -1);
    if (!lines[0].startsWith("# ")) {
      throw new IllegalArgumentException(name + ": the first line is to be a title behind #");
    }
    Deque<Line> left = new ArrayDeque<>();
    for (int i = 0; i < lines.length; i++) {
      String content = COMMENT.matcher(lines[i]).replaceFirst("").strip();
      if (!content.isEmpty()) {
        left.add(new Line(i + 1, content));
      }
    }
    String whyOurs = "";
    if (!left.isEmpty() && left.peek().word(0).equals("ours-only")) {
      whyOurs = left.remove().rest();
    }
    List<Device> devices = devices(left);
    List<Statement> body = parse(left);
    if (!left.isEmpty()) {
      throw left.peek().error("nothing to end here");
    }
    return new Script(name, lines[0].substring(2), whyOurs, List.copyOf(devices), body);
  }

  private static List<Device> devices(Deque<Line> left) {
    List<Device> devices = new ArrayList<>();
    while (!left.isEmpty() && List.of("disk", "host").contains(left.peek().word(0))) {
      Line line = left.remove();
      if (line.word(0).equals("disk")) {
        devices.add(Disk.parse(line));
        continue;
      }
      Host host = Host.parse(line);
      while (!left.isEmpty() && left.peek().word(0).equals("unit")) {
        host.units().add(Host.Unit.parse(left.remove()));
      }
      devices.add(host);
    }
    return devices;
  }

  /** Takes the statements up to the word that ends them, which stays. */
  private static List<Statement> parse(Deque<Line> left) {
    List<Statement> body = new ArrayList<>();
    while (!left.isEmpty() && !List.of("end", "ours", "qemu").contains(left.peek().word(0))) {
      Line line = left.remove();
      body.add(
          switch (line.word(0)) {
            case "for" -> loop(line, left);
            case "define" -> definition(line, left);
            case "differ" -> difference(line, left);
            default -> new Command(line);
          });
    }
    return List.copyOf(body);
  }

  private static Loop loop(Line line, Deque<Line> left) {
    Matcher matcher = FOR.matcher(line.text());
    if (!matcher.matches()) {
      throw line.error("write: for NAME in VALUE...");
    }
    List<Statement> body = parse(left);
    take(line, left, "end");
    return new Loop(
        line, matcher.group(1), Arrays.asList(matcher.group(2).split("\\s+", -1)), body);
  }

  private static Definition definition(Line line, Deque<Line> left) {
    List<Statement> body = parse(left);
    take(line, left, "end");
    return new Definition(line, line.rest(), body);
  }

  private static Difference difference(Line line, Deque<Line> left) {
    String why = take(line, left, "why").rest();
    String ours = take(line, left, "ours").rest();
    List<Statement> onOurs = parse(left);
    String qemu = take(line, left, "qemu").rest();
    List<Statement> onQemu = parse(left);
    take(line, left, "end");
    return new Difference(line, line.rest(), why, new Side(ours, onOurs), new Side(qemu, onQemu));
  }

  private static Line take(Line of, Deque<Line> left, String word) {
    if (left.isEmpty() || !left.peek().word(0).equals(word)) {
      throw of.error("its \"" + word + "\" is missing");
    }
    return left.remove();
  }

  /** All differences that the script has, in their order. */
  List<Difference> differences() {
    return differences(body);
  }

  private static List<Difference> differences(List<Statement> body) {
    List<Difference> found = new ArrayList<>();
    for (Statement statement : body) {
      if (statement instanceof Difference difference) {
        found.add(difference);
      } else if (statement instanceof Loop loop) {
        found.addAll(differences(loop.body()));
      } else if (statement instanceof Definition definition) {
        found.addAll(differences(definition.body()));
      }
    }
    return found;
  }
}
