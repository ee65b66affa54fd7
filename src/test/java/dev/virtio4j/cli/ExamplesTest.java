package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.report.Shard;
import dev.virtio4j.report.Shards;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine.ParseResult;

@DisplayName("The examples")
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("examples");

  /** All documents of a YAML file. */
  private static List<Object> yaml(String name) throws IOException {
    Load load = new Load(LoadSettings.builder().setLabel(name).build());
    String text = Files.readString(EXAMPLES.resolve(name));
    return StreamSupport.stream(load.loadAllFromString(text).spliterator(), false).toList();
  }

  /** A value deep in maps and lists: keys, and numbers for the places in lists. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // another type fails the test
  private static <T> T at(Object yaml, Object... path) {
    Object value = yaml;
    for (Object key : path) {
      value = key instanceof Integer i ? ((List<?>) value).get(i) : ((Map<?, ?>) value).get(key);
      assertThat(value).as("%s of %s", key, List.of(path)).isNotNull();
    }
    return (T) value;
  }

  /** What the command line takes a command for; fails the test if it does not know an option. */
  private static ParseResult parse(List<String> words) {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new ByteArrayOutputStream(),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
    ParseResult result = Main.commandLine(console).parseArgs(words.toArray(String[]::new));
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    return result;
  }

  private static String option(ParseResult command, String name) {
    return command.matchedOption(name).originalStringValues().get(0);
  }

  private static List<String> commands(String text, String program) {
    return text.lines()
        .map(String::strip)
        .filter(line -> line.startsWith(program + " "))
        .map(line -> line.substring(program.length() + 1).replace("\"", ""))
        .toList();
  }

  @Test
  @DisplayName("for Kubernetes give each pod its shard, and merge the report of each")
  void kubernetes() throws IOException {
    List<Object> jobs = yaml("kubernetes-job.yaml");
    Object container = at(jobs.get(0), "spec", "template", "spec", "containers", 0);
    int completions = at(jobs.get(0), "spec", "completions");
    Map<String, String> variable = at(container, "env", 0);
    List<String> reports = new ArrayList<>();
    for (int i = 0; i < completions; i++) {
      String index = String.valueOf(i);
      List<String> args = at(container, "args");
      ParseResult test =
          parse(args.stream().map(arg -> arg.replace("$(JOB_COMPLETION_INDEX)", index)).toList());
      assertThat(test.commandSpec().name()).isEqualTo("test");
      Map<String, String> environment =
          Map.of("JOB_COMPLETION_INDEX", index, variable.get("name"), variable.get("value"));
      assertThat(Shards.parse(option(test, "--shard"), environment))
          .isEqualTo(new Shard(i + 1, completions));
      reports.add(option(test, "--report"));
    }

    List<String> args = at(jobs.get(1), "spec", "template", "spec", "containers", 0, "args");
    ParseResult merge = parse(args);
    assertThat(merge.commandSpec().name()).isEqualTo("merge");
    assertThat(merge.matchedPositional(0).originalStringValues()).isEqualTo(reports);
  }

  @Test
  @DisplayName("for GitHub Actions run each shard of the matrix, and merge them")
  void gitHub() throws IOException {
    Object workflow = yaml("github-actions.yml").get(0);
    List<Integer> shards = at(workflow, "jobs", "shard", "strategy", "matrix", "shard");
    assertThat(shards).isEqualTo(IntStream.rangeClosed(1, shards.size()).boxed().toList());
    for (int shard : shards) {
      ParseResult test = parse(words(run(workflow, "shard", Map.of("matrix.shard", shard))));
      assertThat(option(test, "--shard")).isEqualTo(new Shard(shard, shards.size()).toString());
    }

    ParseResult merge = parse(words(run(workflow, "report", Map.of())));
    assertThat(merge.commandSpec().name()).isEqualTo("merge");
    assertThat(merge.matchedPositional(0).originalStringValues())
        .containsExactly(at(workflow, "jobs", "report", "steps", 2, "with", "path") + "/*");
  }

  /** The command of a job, with the values of its expressions. */
  private static String run(Object workflow, String job, Map<String, Object> values) {
    Collection<Map<String, Object>> steps = at(workflow, "jobs", job, "steps");
    String text =
        steps.stream()
            .filter(step -> step.containsKey("run"))
            .map(step -> (String) step.get("run"))
            .findFirst()
            .orElseThrow();
    for (Map.Entry<String, Object> value : values.entrySet()) {
      text = text.replace("${{ " + value.getKey() + " }}", value.getValue().toString());
    }
    return commands(text, "./virtio4j").get(0);
  }

  private static List<String> words(String command) {
    return List.of(command.split(" +"));
  }

  @Test
  @DisplayName("for Bazel take the shard from it")
  void bazel() throws IOException {
    String script = Files.readString(EXAMPLES.resolve("nightly_test.sh"));
    ParseResult test = parse(words(commands(script, "java -jar virtio4j.jar").get(0)));
    assertThat(option(test, "--shard")).isEqualTo(Shards.AUTO);
    assertThat(option(test, "--report")).isEqualTo("$TEST_UNDECLARED_OUTPUTS_DIR");
    assertThat(EXAMPLES.resolve("BUILD.bazel"))
        .content()
        .contains("shard_count = 4", "nightly_test.sh");
  }
}
