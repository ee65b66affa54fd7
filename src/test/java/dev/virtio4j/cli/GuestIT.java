package dev.virtio4j.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Debian, asked about its drives, answers as in the scenario")
class GuestIT {
  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "properties",
        "file-system",
        "write-cache",
        "zeroes",
        "resize",
        "scsi",
        "scsi-commands"
      })
  void scenario(String name) throws Exception {
    GuestScenario.load(name).run(directory);
  }
}
