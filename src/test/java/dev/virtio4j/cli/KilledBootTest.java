package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.JavaProgram;
import dev.virtio4j.testing.TestKernel;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own gets a signal of Ctrl-C's kind while its guest runs. */
@DisplayName("virtio4j boot, ended by a signal")
@Timeout(120)
class KilledBootTest {
  @TempDir private Path directory;

  @Test
  @DisplayName("writes figures and profile, and leaves nothing half written")
  void killed() throws Exception {
    TestKernel.write(directory.resolve("kernel"), TestKernel.PRINT_X, TestKernel.LOOP);
    Process program =
        JavaProgram.of(
                List.of(),
                Main.class,
                "boot",
                "--memory=4M",
                "--kernel=" + directory.resolve("kernel"),
                "--stats=" + directory.resolve("stats"),
                "--profile=" + directory.resolve("profile"),
                "--save-on",
                "never",
                directory.resolve("state").toString())
            .start();
    try (BufferedReader errors = program.errorReader()) {
      assertThat(program.getInputStream().read()).isEqualTo('x');
      program.toHandle().destroy(); // the streams stay open
      assertThat(errors.readLine()).isEqualTo("virtio4j: ended by the user; still expected: never");
      assertThat(errors.lines()).hasSize(1);
      assertThat(program.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      program.destroyForcibly();
    }
    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("kernel", "stats", "profile", "profile.folded");
    assertThat(directory.resolve("stats")).content().contains("\"instructions\"");
    assertThat(directory.resolve("profile")).content().contains("\nkernel 00100xxx");
    assertThat(directory.resolve("profile.folded")).content().startsWith("kernel;0010xxxx;");
  }
}
