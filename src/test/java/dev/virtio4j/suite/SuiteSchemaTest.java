package dev.virtio4j.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.virtio4j.drive.DriveKey;
import dev.virtio4j.guest.GuestImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The JSON schema, the README and the reader agree")
class SuiteSchemaTest {
  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(VersionFlag.V7).getSchema(SuiteText.schema());

  @TempDir private Path folder;

  private static Set<ValidationMessage> problems(String yaml) throws IOException {
    return SCHEMA.validate(new ObjectMapper(new YAMLFactory()).readTree(yaml));
  }

  private Suite read(String yaml, Map<String, String> set) throws IOException {
    return new SuiteReader(set, null).read(Files.writeString(folder.resolve("s.yaml"), yaml));
  }

  private static JsonNode definition(String name) {
    return SCHEMA.getSchemaNode().path("definitions").path(name);
  }

  private static List<String> properties(String definition) {
    List<String> names = new ArrayList<>();
    definition(definition).path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static List<String> words(JsonNode choice) {
    List<String> words = new ArrayList<>();
    choice.path("anyOf").path(0).path("enum").forEach(word -> words.add(word.asText()));
    return words;
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("on the keys of each map")
  void keys(Section section) {
    assertThat(properties(section.name().toLowerCase(Locale.ROOT)))
        .containsExactlyElementsOf(List.of(section.keys().split(", ")));
  }

  @Test
  @DisplayName("on the keys of a drive, and on words")
  void words() {
    assertThat(properties("drive"))
        .containsExactlyElementsOf(Arrays.stream(DriveKey.values()).map(DriveKey::id).toList());
    assertThat(words(definition("check").path("properties").path("exit")))
        .containsExactlyElementsOf(CheckReader.REASONS);
    assertThat(words(definition("host"))).containsExactly("reference", "jpc", "null");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("on the tables of the README")
  void readme(Section section) throws IOException {
    assertThat(Files.readString(Path.of("README.md")))
        .contains(
            Arrays.stream(SuiteKey.values())
                .filter(key -> key.isOf(section))
                .map(key -> "| `%s` | %s | %s |\n".formatted(key.id(), key.syntax(), key.help()))
                .collect(Collectors.joining()));
  }

  @Test
  @DisplayName("on the example of the README")
  void example() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String example =
        readme
            .substring(readme.indexOf("    name: nightly"))
            .lines()
            .takeWhile(line -> line.isEmpty() || line.startsWith("    "))
            .map(line -> line.isEmpty() ? line : line.substring(4))
            .collect(Collectors.joining("\n"));
    Files.writeString(folder.resolve("common.yaml"), "variables: {}");

    assertThat(problems(example)).isEmpty();
    assertThat(read(example, Map.of()).cases())
        .extracting(Case::id)
        .contains("boots[if=scsi]", "reads[if=virtio]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"old.img", "it's ${odd}.qcow2", "disks/noname"})
  @DisplayName("on the suite to start from, for any image")
  void starter(String image) throws IOException {
    String starter = SuiteText.starter(Path.of(image));

    assertThat(problems(starter)).isEmpty();
    Suite suite = read(starter, Map.of());
    assertThat(suite.cases())
        .extracting(Case::id)
        .containsExactly("boots", "logs-in", "powers-off");
    assertThat(suite.cases().get(0).drives().get(0).files()).containsExactly(folder.resolve(image));
    assertThat(suite.cases().get(0).drives().get(0).value(DriveKey.FORMAT))
        .isEqualTo(image.endsWith("qcow2") ? "qcow2" : "raw");
  }

  @Test
  @DisplayName("on the suite to start from with what its comments offer")
  void starterUncommented() throws IOException {
    String starter =
        SuiteText.starter(Path.of("a.img"))
            .replace("# matrix:", "matrix:")
            .replaceAll("(?m)^#(   \\w+: \\[)", " $1")
            .replaceAll("(?m)^  # (kernel|initrd|append):", "  $1:")
            .replaceAll("(?m)^  firmware:.*$", "");

    assertThat(problems(starter)).isEmpty();
    Case boots = read(starter, Map.of()).find("boots[if=scsi,cache=writethrough]");
    assertThat(boots.start())
        .isEqualTo(
            new Start.Kernel(
                folder.resolve("vmlinuz"),
                folder.resolve("initrd.gz"),
                "root=/dev/vda1 console=ttyS0"));
  }

  @Test
  @DisplayName("on the suite of the demo's guest")
  void demo() throws IOException {
    Path file = Path.of("images/demo-suite.yaml");

    assertThat(problems(Files.readString(file))).isEmpty();
    Suite suite = new SuiteReader(Map.of("guest", "/guest"), null).read(file);
    assertThat(suite.cases()).hasSize(8);
    assertThat(suite.cases().get(0).start())
        .isEqualTo(
            new Start.Kernel(
                Path.of("/guest/vmlinuz"),
                Path.of("/guest/initramfs.cpio"),
                GuestImage.COMMAND_LINE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "{cases: {a: {kernel: k, steps: [wait: 1s]}}, csaes: {}}",
        "{cases: {a b: {kernel: k, steps: [wait: 1s]}}}",
        "{cases: {a: {kernel: [k], steps: [wait: 1s]}}}",
        "{cases: {a: {kernel: k, steps: wait}}}",
        "{cases: {a: {kernel: k, steps: [wait]}}}",
        "{cases: {a: {kernel: k, steps: [wait: soon]}}}",
        "{cases: {a: {kernel: k, steps: [{wait: 1s, send: a}]}}}",
        "{cases: {a: {kernel: k, steps: [{wait: 1s, timeout: 1s}]}}}",
        "{cases: {a: {kernel: k, steps: [timeout: 1s]}}}",
        "{cases: {a: {kernel: k, host: qemu, steps: [wait: 1s]}}}",
        "{cases: {a: {kernel: k, drives: [{flie: a}], steps: [wait: 1s]}}}",
        "{cases: {a: {kernel: k, devices: [{irq: 5}], steps: [wait: 1s]}}}",
        "{cases: {a: {kernel: k, check: [exit: dead]}}}",
        "{cases: {a: {kernel: k, drives: [file=a], steps: [wait: 1s], check: [image: {drive: 0}]}}}",
        "{cases: {a: {kernel: k, drives: [file=a], steps: [wait: 1s], check: [image: {bytes: 00}]}}}",
        "{cases: {a: {kernel: k, drives: [file=a], steps: [wait: 1s], check: [counter: {drive: 0, name: reads}]}}}",
        "{cases: {a: {kernel: k, steps: [wait: 1s], check: [time: {}]}}}",
        "{matrix: {if: []}, cases: {a: {kernel: k, steps: [wait: 1s]}}}",
        "{matrix: {if: scsi}, cases: {a: {kernel: k, steps: [wait: 1s]}}}",
        "{variables: {dir: a}, cases: {a: {kernel: k, steps: [wait: 1s]}}}",
        "{defaults: {steps: []}, cases: {a: {kernel: k, steps: [wait: 1s]}}}",
        "{cases: {a: {from: b, steps: [wait: 1s]}}}"
      })
  @DisplayName("on what is no suite")
  void bad(String yaml) throws IOException {
    assertThat(problems(yaml)).isNotEmpty();
    assertThatThrownBy(() -> read(yaml, Map.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
