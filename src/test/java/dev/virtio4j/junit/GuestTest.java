package dev.virtio4j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The kernels are small programs, which are written before the first test. */
@Guest(kernel = GuestTest.ECHO, memory = "4M")
@DisplayName("@Guest gives a test the console of a guest")
class GuestTest {
  static final String FOLDER = "target/junit-guest/";
  static final String ECHO = FOLDER + "echo";
  static final String WRITE = FOLDER + "write";
  static final String DISK = FOLDER + "disk.img";

  /** Of 64 KiB of zeros. */
  private static final String ZEROS =
      "de2f256064a0af797747c2b97505dc0b9f3df0de4f489eac731c23ae9ca9cc31";

  private GuestConsole early;

  @BeforeAll
  static void makeFiles() throws IOException {
    Files.createDirectories(Path.of(FOLDER));
    TestKernel.write(
        Path.of(ECHO), TestKernel.print("ready\r\n"), TestKernel.ECHO, TestKernel.HALT);
    TestKernel.write(
        Path.of(WRITE), TestKernel.WRITE_SECTOR, TestKernel.print(" done"), TestKernel.IDLE);
    Files.write(Path.of(DISK), new byte[64 << 10]);
  }

  @BeforeEach
  void remember(GuestConsole console) {
    early = console;
  }

  @Test
  @DisplayName("to type and to wait for what comes, to the end")
  void talks(GuestConsole console) {
    assertThat(console.expect("ready")).isEqualTo("ready");
    console.send("abc\nde");
    assertThat(console.expect("c$")).isEqualTo("\r\nabc");
    assertThat(console.expect("^de")).isEqualTo("\nde");
    console.send("q");
    assertThat(console.expectEnd()).isEqualTo("powered_off");
    assertThat(console.serial()).isEqualTo("ready\r\nabc\ndeq");
  }

  @Test
  @DisplayName("which is one for a test and what is around it, and another for each test")
  void onePerTest(GuestConsole console) {
    assertThat(console).isSameAs(early);
    assertThat(console.serial()).isEmpty();
  }

  @Test
  @DisplayName("that stands still while nobody waits, so that its time is the same each time")
  void standsStill(GuestConsole console) {
    console.expect("ready");
    Duration before = console.emulatedTime();
    assertThat(console.serial()).isEqualTo("ready");
    assertThat(console.emulatedTime()).isEqualTo(before);
    assertThat(console.run(Duration.ofMillis(3))).isEqualTo("\r\n");
    assertThat(console.emulatedTime().minus(before))
        .isBetween(Duration.ofMillis(3), Duration.ofMillis(3).plusNanos(1000));
  }

  @Test
  @DisplayName("and says what did not come, and why")
  void failures(GuestConsole console) {
    assertThatThrownBy(() -> console.expect("nothing", Duration.ofMillis(5)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("'nothing' did not come; 5 ms of the guest's time are over");
    console.send("q");
    assertThatThrownBy(() -> console.expect("more"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("'more' did not come; the guest powered off");
    assertThatThrownBy(() -> console.expect("later"))
        .hasMessageStartingWith("'later' did not come; the guest powered off");
    assertThatThrownBy(() -> console.run(Duration.ofMillis(1)))
        .hasMessageStartingWith("the guest powered off");
  }

  @Test
  @DisplayName("that can be closed early, and then only tells what it sent")
  void closed(GuestConsole console) {
    console.expect("ready");
    console.close();
    assertThat(console.serial()).isEqualTo("ready");
    assertThatThrownBy(() -> console.send("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the guest was closed");
  }

  @Test
  @Guest(
      kernel = WRITE,
      memory = "4M",
      drives = {"file=" + DISK, "file=" + DISK + ",if=scsi,id=second,readonly=on"})
  @DisplayName("with its drives as the guest sees them; the images stay as they are")
  void drives(GuestConsole console) throws IOException {
    GuestDrive first = console.drive(0);
    assertThat(first.sha256()).isEqualTo(ZEROS);
    assertThat(first.size()).isEqualTo(64 << 10);

    assertThat(console.expect("0 done")).isEqualTo("0 done");

    assertThat(first.bytes(0, 4)).asString().isEqualTo("data");
    assertThat(first.sha256()).isNotEqualTo(ZEROS);
    assertThat(first.counters()).contains(Map.entry("writes", 1L));
    assertThat(console.drive("second").sha256()).isEqualTo(ZEROS);
    assertThat(Files.readAllBytes(Path.of(DISK))).containsOnly(0);
    assertThatThrownBy(() -> first.bytes(65536, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 bytes at 65536: the disk has 65536");
    assertThatThrownBy(() -> console.drive("third").size())
        .hasMessage("no drive has the name third; there are drive0, second");
  }

  @Test
  @Guest(kernel = ECHO, memory = "4M", drives = "file=" + DISK)
  @DisplayName("and a monitor")
  void monitor(GuestConsole console) {
    assertThat(console.monitor("drive list")).singleElement().asString().startsWith("drive0");
    assertThatThrownBy(() -> console.monitor("drive lost"))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("monitor drive lost: error: 'drive lost' is no command");

    console.monitor("stop");
    assertThatThrownBy(() -> console.expect("ready"))
        .hasMessageContaining("stopped by the monitor");
    console.monitor("cont");
    console.expect("ready");
    console.monitor("quit");
    assertThatThrownBy(() -> console.expect("ready")).hasMessageContaining("ended by the user");
    assertThatThrownBy(() -> console.monitor("stats")).hasMessageContaining("ended by the user");
  }

  @Nested
  @DisplayName("in a nested class")
  class Inner {
    private static GuestConsole shared;

    @BeforeAll
    static void boot(GuestConsole console) {
      console.expect("ready");
      shared = console;
    }

    @Test
    @DisplayName("as the class around it says; one of @BeforeAll is for all tests")
    void ofOuter(GuestConsole console) {
      assertThat(console).isSameAs(shared);
      assertThat(console.serial()).isEqualTo("ready");
    }
  }
}
