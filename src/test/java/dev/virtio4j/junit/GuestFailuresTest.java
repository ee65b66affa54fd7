package dev.virtio4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

@DisplayName("A test with a guest that fails")
class GuestFailuresTest {
  private static final String KERNEL = GuestTest.FOLDER + "failing";

  @BeforeAll
  static void makeKernel() throws IOException {
    Files.createDirectories(Path.of(GuestTest.FOLDER));
    TestKernel.write(Path.of(KERNEL), TestKernel.print("Hello\n"), TestKernel.HALT);
  }

  /** Tests that fail; not found by name. */
  static final class Failing {
    private Failing() {}

    @Test
    @Guest(kernel = KERNEL, memory = "4M")
    void wrong(GuestConsole console) {
      console.expect("Bye");
    }

    @Test
    @Guest(kernel = GuestTest.FOLDER + "none")
    void noKernel(GuestConsole console) {}

    @Test
    @Guest
    void nothingToBoot(GuestConsole console) {}

    @Test
    @Guest(host = "jpc", kernel = KERNEL)
    void noJpc(GuestConsole console) {}

    @Test
    @Guest(host = "qemu", kernel = KERNEL)
    void noHost(GuestConsole console) {}

    @Test
    void noGuest(GuestConsole console) {}
  }

  /** Likewise. */
  @Guest(kernel = KERNEL, memory = "4M")
  static final class FailingBefore {
    private FailingBefore() {}

    @BeforeEach
    void fails(GuestConsole console) {
      console.expect("Bye");
    }

    @Test
    void test() {}
  }

  private static Map<String, Throwable> failuresOf(Class<?> tests) {
    Map<String, Throwable> failures = new ConcurrentHashMap<>();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build(),
            new TestExecutionListener() {
              @Override
              public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                result
                    .getThrowable()
                    .ifPresent(failure -> failures.put(test.getDisplayName(), failure));
              }
            });
    return failures;
  }

  @Test
  @DisplayName("shows the serial log with the failure, or says in a line what is wrong with @Guest")
  void failures() {
    Map<String, Throwable> failures = failuresOf(Failing.class);

    Throwable wrong = failures.get("wrong(GuestConsole)");
    assertThat(wrong).hasMessageStartingWith("'Bye' did not come; the guest powered off");
    assertThat(wrong.getSuppressed())
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo("the guest sent on its serial line:\nHello\n");
    assertThat(failures.get("noKernel(GuestConsole)"))
        .hasMessageContaining("@Guest: ")
        .hasMessageContaining(GuestTest.FOLDER + "none");
    assertThat(failures.get("nothingToBoot(GuestConsole)"))
        .hasMessageContaining("@Guest: give kernel or firmware to boot, or restore");
    assertThat(failures.get("noJpc(GuestConsole)"))
        .hasMessageContaining("@Guest: host jpc needs -Dvirtio4j.jpc=JAR, the jar of a JPC");
    assertThat(failures.get("noHost(GuestConsole)"))
        .hasMessageContaining("@Guest: 'qemu' is not reference or jpc");
    assertThat(failures.get("noGuest(GuestConsole)")).hasMessageContaining("No ParameterResolver");
  }

  @Test
  @DisplayName("in what is before the test, likewise")
  void before() {
    assertThat(failuresOf(FailingBefore.class).values())
        .singleElement()
        .satisfies(
            failure -> assertThat(failure.getSuppressed()[0]).hasMessageEndingWith(":\nHello\n"));
  }
}
