package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A serial log")
class SerialLogTest {
  @TempDir Path folder;

  private static void send(SerialLog log, long nanos, String text) throws IOException {
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      log.add(nanos, value);
    }
  }

  private List<SerialReader.Line> lines() throws IOException {
    List<SerialReader.Line> lines = new ArrayList<>();
    SerialReader.read(folder, lines::add);
    return lines;
  }

  @Test
  @DisplayName("knows when each line began")
  void lineTimes() throws IOException {
    try (SerialLog log = new SerialLog(folder)) {
      send(log, 5, "Linux 6.1\r\n");
      send(log, 7_000, "# ");
      send(log, 9_000, "uname\r\n");
      send(log, 10_000, "\u20ac");
    }

    assertThat(lines())
        .containsExactly(
            new SerialReader.Line(5, "Linux 6.1", 0, 23),
            new SerialReader.Line(7_000, "# uname", 11, 23),
            new SerialReader.Line(10_000, "\u20ac", 20, 23));
    assertThat(folder.resolve("serial.log")).hasContent("Linux 6.1\r\n# uname\r\n\u20ac");
  }

  @Test
  @DisplayName("of a guest that sends no line end is read in parts")
  void noLineEnd() throws IOException {
    try (SerialLog log = new SerialLog(folder)) {
      send(log, 1, "x".repeat(10_000));
    }
    assertThat(lines()).extracting(line -> line.text().length()).containsExactly(4096, 4096, 1808);
  }

  @Test
  @DisplayName("of a guest that never stops has an end, and the tail goes on")
  void endless() throws IOException {
    int limit = 100_000;
    try (SerialLog log = new SerialLog(folder, limit)) {
      for (int i = 0; i < limit; i++) {
        log.add(i, i % 2 == 0 ? 'x' : '\n');
      }
      send(log, limit, "the end\n");
      assertThat(log.tail()).endsWith("x\nthe end");
    }
    long both =
        Files.size(folder.resolve("serial.log")) + Files.size(folder.resolve("serial.times"));
    assertThat(both).isBetween((long) limit, limit + 50L);
  }

  @Test
  @DisplayName("gives its last lines")
  void tail() throws IOException {
    try (SerialLog log = new SerialLog(folder)) {
      assertThat(log.tail()).isEmpty();
      for (int i = 1; i <= 1000; i++) {
        send(log, i, "line " + i + "\r\n");
      }
      assertThat(log.tail().lines()).hasSize(10).startsWith("line 991").endsWith("line 1000");
    }
  }

  @Test
  @DisplayName("that is not there has no lines")
  void missing() throws IOException {
    assertThat(lines()).isEmpty();
  }
}
