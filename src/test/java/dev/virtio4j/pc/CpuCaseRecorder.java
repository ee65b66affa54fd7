package dev.virtio4j.pc;

import dev.virtio4j.pc.CpuCase.Setting;
import dev.virtio4j.pc.CpuCaseFile.Recorded;
import dev.virtio4j.pc.CpuInputs.Input;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes the files of cases: assembles runner.s and the plans with GNU as and runs the cases on
 * QEMU. How to run it, and what a plan looks like, stands in src/test/resources/cpu/README.md.
 */
final class CpuCaseRecorder {
  private final Path directory;

  private CpuCaseRecorder(Path directory) {
    this.directory = directory;
  }

  /** The only argument is the directory with the plans. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    CpuCaseRecorder recorder = new CpuCaseRecorder(Path.of(arguments[0]));
    switch (arguments.length > 1 ? arguments[1] : "") {
      case "runner" -> {
        recorder.assemble("runner", 0x100000);
        recorder.assemble("lockstep", LockstepMachine.HANDLERS);
      }
      default -> recorder.recordAll();
    }
  }

  /** Makes NAME.hex from NAME.s, to run at an address. */
  private void assemble(String name, int address) throws IOException, InterruptedException {
    String source = Files.readString(directory.resolve(name + ".s"));
    byte[] image = assemble(source, Integer.toString(address));
    StringBuilder hex = new StringBuilder();
    for (int at = 0; at < image.length; at += 48) {
      hex.append(HexFormat.of().formatHex(image, at, Math.min(at + 48, image.length))).append('\n');
    }
    Files.writeString(directory.resolve(name + ".hex"), hex);
  }

  private void recordAll() throws IOException, InterruptedException {
    List<Path> plans;
    try (var files = Files.list(directory)) {
      plans = files.filter(file -> file.toString().endsWith(".plan")).sorted().toList();
    }
    for (Path plan : plans) {
      List<Recorded> recorded = record(new Plan(Files.readString(plan)).cases());
      String name = plan.getFileName().toString().replace(".plan", ".cases");
      Files.writeString(directory.resolve(name), CpuCaseFile.format(recorded));
      System.out.println(name + ": " + recorded.size() + " cases");
    }
  }

  /** Fills in what QEMU does where the plan itself doesn't say what to expect. */
  private static List<Recorded> record(List<Recorded> planned)
      throws IOException, InterruptedException {
    List<CpuCase> cases =
        planned.stream().filter(one -> one.expected() == null).map(Recorded::test).toList();
    Iterator<CpuOutcome> outcomes = CpuImage.runOnQemu(cases).iterator();
    return planned.stream()
        .map(
            one ->
                one.expected() == null
                    ? new Recorded(one.test(), outcomes.next().defined(one.test()))
                    : one)
        .toList();
  }

  private byte[] assemble(String source, String address) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("assemble");
    Path object = work.resolve("object");
    Path image = work.resolve("image");
    Path text = Files.writeString(work.resolve("source.s"), source);
    try {
      run("as", "--32", "-I", directory.toString(), "-o", object.toString(), text.toString());
      run(
          "ld",
          "-m",
          "elf_i386",
          "-e",
          "0",
          "--oformat",
          "binary",
          "-Ttext=" + address,
          "-o",
          image.toString(),
          object.toString());
      return Files.readAllBytes(image);
    } finally {
      for (Path file : List.of(object, image, text, work)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int status = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException(command[0] + " ended with " + status);
    }
  }

  /** One file of instructions and inputs. */
  private final class Plan {
    private final StringBuilder prelude = new StringBuilder(".include \"layout.s\"\n.text\n");
    private final Map<String, String> lists = new HashMap<>();
    private final List<Code> codes = new ArrayList<>();
    private Setting setting = Setting.USER;
    private int undefined;
    private String expected;
    private List<CpuInputs> inputs = List.of(CpuInputs.parse(""));

    private record Code(
        String source, Setting setting, int undefined, List<CpuInputs> inputs, String expected) {}

    Plan(String text) {
      // A line that begins with white space continues the one before.
      for (String line : text.replaceAll("(?m)#.*$", "").split("\n(?!\\s)", -1)) {
        take(line.stripTrailing());
      }
    }

    private void take(String line) {
      String[] words = line.split("\\s+", 2);
      switch (words[0]) {
        case "" -> {}
        case "setting" -> setting = Setting.parse(words[1]);
        case "undefined" -> undefined = Flags.parse(words[1]);
        case "expect" -> expected = words.length > 1 ? words[1] : "";
        case "let" -> lists.put('$' + words[1].split("=", 2)[0], words[1].split("=", 2)[1]);
        case "inputs" -> inputs = expandInputs(words.length > 1 ? words[1] : "");
        case ".macro", ".set" -> prelude.append(line).append('\n');
        default -> {
          for (String source : expandBraces(line.replaceAll("(?m)^\\s+", ""))) {
            codes.add(new Code(source, setting, undefined, inputs, expected));
          }
          expected = null;
        }
      }
    }

    /** All combinations of the listed values. */
    private List<CpuInputs> expandInputs(String text) {
      List<Map<Input, Integer>> all = List.of(Map.of());
      for (String item : text.strip().split("\\s+", -1)) {
        if (item.isEmpty()) {
          continue;
        }
        String[] parts = item.split("=", 2);
        Input input = Input.valueOf(parts[0].toUpperCase(Locale.ROOT));
        List<Map<Input, Integer>> next = new ArrayList<>();
        for (Map<Input, Integer> some : all) {
          for (String value : lists.getOrDefault(parts[1], parts[1]).split(",", -1)) {
            Map<Input, Integer> more = new EnumMap<>(Input.class);
            more.putAll(some);
            more.put(input, CpuInputs.parseValue(input, value));
            next.add(more);
          }
        }
        all = next;
      }
      return all.stream().map(CpuInputs::new).toList();
    }

    /** As the shell does; the choices may also be separated by vertical bars. */
    private List<String> expandBraces(String text) {
      int close = text.indexOf('}');
      if (close < 0) {
        return List.of(text);
      }
      int open = text.lastIndexOf('{', close);
      List<String> all = new ArrayList<>();
      String choices = text.substring(open + 1, close);
      for (String choice : choices.split(choices.contains("|") ? "\\|" : ",", -1)) {
        all.addAll(
            expandBraces(text.substring(0, open) + choice.strip() + text.substring(close + 1)));
      }
      return all;
    }

    List<Recorded> cases() throws IOException, InterruptedException {
      StringBuilder source = new StringBuilder(prelude);
      for (int i = 0; i < codes.size(); i++) {
        source.append(
            ".long .Lend%d - .Lcase%d\n.Lcase%d:\n0: %s\n.Lend%d:\n.code32\n"
                .formatted(i, i, i, codes.get(i).source, i));
      }
      ByteBuffer bytes =
          ByteBuffer.wrap(assemble(source.toString(), "0")).order(ByteOrder.LITTLE_ENDIAN);
      List<Recorded> cases = new ArrayList<>();
      for (Code code : codes) {
        byte[] machineCode = new byte[bytes.getInt()];
        bytes.get(machineCode);
        String hex = HexFormat.of().formatHex(machineCode);
        for (CpuInputs some : code.inputs) {
          CpuCase test = new CpuCase(code.source, hex, code.setting, code.undefined, some);
          cases.add(
              new Recorded(
                  test, code.expected == null ? null : CpuOutcome.parse(test, code.expected)));
        }
      }
      return cases;
    }
  }
}
