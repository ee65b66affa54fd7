package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The page of a report")
class PageTest {

  @Test
  @DisplayName("is written")
  void isWritten() throws IOException {
    Path folder = Reports.nightly(Path.of("target", "report-page", "nightly"));
    assertThat(Files.readString(folder.resolve("index.html"))).contains("</html>");
  }
}
