package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Standard input")
class TypedInputTest {
  private final StringBuilder guest = new StringBuilder();
  private int quits;
  private int resumptions;

  private void type(String text, boolean terminal) {
    new TypedInput(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
            terminal,
            bytes -> guest.append(new String(bytes, StandardCharsets.ISO_8859_1)),
            () -> quits++,
            () -> resumptions++)
        .run();
  }

  @Test
  @DisplayName("goes to the guest as it is when it is piped")
  void piped() {
    type("a\u0001x\r\u00ff\u0003", false);
    assertThat(guest).hasToString("a\u0001x\r\u00ff\u0003");
    assertThat(quits).isZero();
  }

  @Test
  @DisplayName("ends the run at Ctrl-A x on a terminal")
  void quit() {
    type("ls\r\u0001x", true);
    assertThat(guest).hasToString("ls\r");
    assertThat(quits).isEqualTo(1);
  }

  @Test
  @DisplayName("lets a machine go on that stands still at Ctrl-A c on a terminal")
  void goOn() {
    type("\u0001cc", true);
    assertThat(guest).hasToString("c");
    assertThat(resumptions).isEqualTo(1);
  }

  @Test
  @DisplayName("sends Ctrl-A for two of them, and drops other commands")
  void commands() {
    type("\u0001\u0001x\u0001?\u0003", true);
    assertThat(guest).hasToString("\u0001x\u0003");
    assertThat(quits).isZero();
  }
}
