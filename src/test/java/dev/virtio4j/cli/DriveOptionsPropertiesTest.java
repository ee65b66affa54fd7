package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.drive.DriveKey;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

@Label("Any --drive")
class DriveOptionsPropertiesTest {
  /** Mostly keys and values that exist, put together anyhow. */
  @Provide
  Arbitrary<String> drives() {
    Arbitrary<String> keys =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.of(DriveKey.values()).map(DriveKey::id)),
            Tuple.of(1, Arbitraries.strings().ofMaxLength(8)));
    Arbitrary<String> values =
        Arbitraries.oneOf(
            Arbitraries.of(DriveKey.values()).flatMap(key -> Arbitraries.of(key.words())),
            Arbitraries.longs().map(String::valueOf),
            Arbitraries.integers()
                .between(0, 5000)
                .flatMap(n -> Arbitraries.of("", "k", "M", "T", "us", "ms", "h").map(u -> n + u)),
            Arbitraries.strings().ofMaxLength(30));
    Arbitrary<String> pairs =
        Combinators.combine(keys, values).as((key, value) -> key + "=" + value);
    return pairs.list().ofMaxSize(6).map(list -> "file=/no such file," + String.join(",", list));
  }

  @Property(tries = 300)
  @Label("is refused in one line with 2, here at the latest where its file is not found")
  void oneLine(@ForAll("drives") String drive) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            new Console(
                InputStream.nullInputStream(),
                ByteArrayOutputStream.nullOutputStream(),
                new PrintStream(err, true, StandardCharsets.UTF_8)),
            "qtest",
            "--drive",
            drive);
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(1).allMatch(line -> line.startsWith("virtio4j: "));
    assertThat(status).isEqualTo(2);
  }
}
