package dev.virtio4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.virtio4j.testing.Needs;
import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Needs a JPC, which is in no registry: {@code -Djpc.jar=FILE}. */
@DisplayName("@Guest on a real JPC")
class GuestOnJpcIT {
  private static final String KERNEL = GuestTest.FOLDER + "jpc-echo";
  private static final String DISK = GuestTest.FOLDER + "jpc-disk.img";

  private Path jpc;

  @BeforeEach
  void files() throws IOException {
    jpc = Needs.jpc();
    Files.createDirectories(Path.of(GuestTest.FOLDER));
    TestKernel.write(
        Path.of(KERNEL),
        TestKernel.MASK,
        TestKernel.print("ready\r\n"),
        TestKernel.ECHO,
        TestKernel.HALT);
    Files.write(Path.of(DISK), new byte[64 << 10]);
  }

  /** Not found by name, as they need parameters. */
  static final class OnJpc {
    private OnJpc() {}

    @Test
    @Guest(host = "jpc", kernel = KERNEL, memory = "16M", drives = "file=" + DISK + ",if=scsi")
    void saysSo(GuestConsole console) {
      talk(console);
    }

    @Test
    @Guest(kernel = KERNEL, memory = "32M", drives = "file=" + DISK + ",if=scsi")
    void leavesIt(GuestConsole console) {
      talk(console);
    }

    private static void talk(GuestConsole console) {
      console.expect("ready");
      console.send("abc\nde");
      assertThat(console.expect("^de")).contains("abc");
      assertThat(console.run(Duration.ofMillis(100))).isEmpty();
      assertThat(console.monitor("drive list")).hasSize(1);
      assertThat(console.drive(0).size()).isEqualTo(64 << 10);
      Duration before = console.emulatedTime();
      assertThat(console.emulatedTime()).isEqualTo(before);
      console.send("q");
      assertThat(console.expectEnd()).isEqualTo("powered_off");
    }
  }

  private static SummaryGeneratingListener run(Map<String, String> parameters) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(OnJpc.class))
                .configurationParameters(parameters)
                .build(),
            listener);
    return listener;
  }

  @Test
  @DisplayName("where the annotation or a parameter of JUnit says so, with the jar of another")
  void runs() {
    SummaryGeneratingListener both =
        run(Map.of("virtio4j.jpc", jpc.toString(), "virtio4j.host", "jpc"));
    assertThat(both.getSummary().getFailures()).isEmpty();
    assertThat(both.getSummary().getTestsSucceededCount()).isEqualTo(2);
  }
}
