package dev.virtio4j.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.LogCapture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The fuzzer's inputs that hold nothing but malformed requests, one for each kind. They are apart
 * from those of {@link BlkFuzzTest}, as the search for new ones would be slow with them.
 */
@DisplayName("Malformed requests")
class MalformedTest {
  private static final Path INPUTS =
      Path.of("src/test/resources/dev/virtio4j/fuzz/MalformedTestInputs");

  private static final int REQUESTS = 10_000;

  /** The most that one action makes. */
  private static final int REQUESTS_OF_ACTION = 256;

  private static final int ACTIONS = REQUESTS / REQUESTS_OF_ACTION + 1;

  private static final int START = 5;
  private static final int QUEUE_OF_16 = 2;
  private static final int READ_ONLY = 1;
  private static final int BLOCKS_OF_4096 = 2;

  @ParameterizedTest
  @EnumSource
  @DisplayName("The corpus has 10,000 of each kind, and device and model agree on all of them")
  void kind(Malformed kind) throws IOException {
    Path file = INPUTS.resolve(kind.name().toLowerCase(Locale.ROOT));
    if ("write".equals(System.getProperty("malformed"))) {
      Files.write(file, input(kind));
    }
    assertThat(file).as("make it anew with -Dmalformed=write").hasBinaryContent(input(kind));
    try (LogCapture log = new LogCapture()) {
      BlkScript script = new BlkScript(Files.readAllBytes(file));
      script.run();
      assertThat(script.malformed().get(kind)).isGreaterThanOrEqualTo(REQUESTS);
      assertThat(log.lines()).as("log lines, which are limited").hasSizeLessThan(REQUESTS);
    }
  }

  private static byte[] input(Malformed kind) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(new byte[] {(byte) host(kind), (byte) device(kind), 0, START, 0});
    for (int i = 0; i < ACTIONS; i++) {
      input.write(BlkScript.MALFORMED_ACTION);
      input.write(List.of(Malformed.values()).indexOf(kind));
      input.write(REQUESTS_OF_ACTION - 1);
    }
    return input.toByteArray();
  }

  /** The disk that such requests are malformed on. */
  private static int host(Malformed kind) {
    return switch (kind) {
      case WRITE_READ_ONLY, DISCARD_READ_ONLY, ZEROES_READ_ONLY -> READ_ONLY;
      case READ_ALIGNMENT,
          WRITE_ALIGNMENT,
          DISCARD_LENGTH,
          DISCARD_ALIGNMENT,
          ZEROES_LENGTH,
          ZEROES_ALIGNMENT ->
          BLOCKS_OF_4096;
      default -> 0;
    };
  }

  /** A small queue where the device goes around it before it sees what is wrong. */
  private static int device(Malformed kind) {
    return kind == Malformed.LOOP ? QUEUE_OF_16 : 0;
  }
}
