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

/** As {@link MalformedTest}, for what the SCSI host has of its own. */
@DisplayName("Malformed requests to the SCSI host")
class MalformedScsiTest {
  private static final Path INPUTS =
      Path.of("src/test/resources/dev/virtio4j/fuzz/MalformedScsiTestInputs");

  private static final int REQUESTS = 10_000;

  /** The most that one action makes. */
  private static final int REQUESTS_OF_ACTION = 256;

  private static final int ACTIONS = REQUESTS / REQUESTS_OF_ACTION + 1;

  private static final int QUEUES_OF_256 = 3;
  private static final int START = 3;

  @ParameterizedTest
  @EnumSource
  @DisplayName("The corpus has 10,000 of each kind, and each gets the answer for that")
  void kind(MalformedScsi kind) throws IOException {
    Path file = INPUTS.resolve(kind.name().toLowerCase(Locale.ROOT));
    if ("write".equals(System.getProperty("malformed"))) {
      Files.write(file, input(kind));
    }
    assertThat(file).as("make it anew with -Dmalformed=write").hasBinaryContent(input(kind));
    try (LogCapture log = new LogCapture()) {
      ScsiScript script = new ScsiScript(Files.readAllBytes(file));
      script.run();
      assertThat(script.malformed(kind)).isEqualTo(ACTIONS * REQUESTS_OF_ACTION);
      assertThat(log.lines()).as("log lines, which are limited").hasSizeLessThan(REQUESTS);
    }
  }

  private static byte[] input(MalformedScsi kind) {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    input.writeBytes(new byte[] {QUEUES_OF_256, 0, START, 0});
    for (int i = 0; i < ACTIONS; i++) {
      input.write(ScsiScript.MALFORMED_ACTION);
      input.write(List.of(MalformedScsi.values()).indexOf(kind));
      input.write(REQUESTS_OF_ACTION - 1);
    }
    return input.toByteArray();
  }
}
