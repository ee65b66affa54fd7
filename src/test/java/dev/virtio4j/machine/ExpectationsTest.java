package dev.virtio4j.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("--expect")
class ExpectationsTest {

  private static Expectations expect(String... expressions) {
    return new Expectations(Arrays.stream(expressions).map(Pattern::compile).toList());
  }

  /** Feeds a text; how many bytes it took until all was met, or -1. */
  private static int metAfter(Expectations expectations, String text) {
    int count = 0;
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      expectations.accept(value);
      count++;
      if (expectations.met()) {
        return count;
      }
    }
    return -1;
  }

  @Test
  @DisplayName("finds a prompt on a line that is not finished")
  void prompt() {
    assertThat(metAfter(expect("^login: $"), "Debian\r\nlogin: ")).isEqualTo(15);
  }

  @Test
  @DisplayName("takes the expressions in their order only")
  void order() {
    assertThat(metAfter(expect("one", "two"), "two\none\n")).isEqualTo(-1);
    assertThat(metAfter(expect("one", "two"), "one\ntwo\n")).isEqualTo(7);
  }

  @Test
  @DisplayName("searches the same line on after the end of a match")
  void sameLine() {
    assertThat(metAfter(expect("a", "a", "b"), "ab")).isEqualTo(-1);
    assertThat(metAfter(expect("a", "a", "b"), "aab")).isEqualTo(3);
  }

  @Test
  @DisplayName("does not match across lines, and ^ is the start of a line")
  void lines() {
    assertThat(metAfter(expect("one.two"), "one\ntwo\n")).isEqualTo(-1);
    assertThat(metAfter(expect("^two"), "one two\n")).isEqualTo(-1);
    assertThat(metAfter(expect("^two"), "one\r\ntwo")).isEqualTo(8);
  }

  @Test
  @DisplayName("finds an empty line")
  void emptyLine() {
    assertThat(metAfter(expect("one", "^$"), "one\r\n\r\n")).isEqualTo(7);
  }

  @Test
  @DisplayName("reads UTF-8, whatever bytes come before")
  void utf8() {
    assertThat(metAfter(expect("grün"), "\u00ff grün")).isEqualTo(8);
    Expectations expectations = expect("grün");
    expectations.accept(0xC3);
    expectations.accept(0xFF);
    assertThat(metAfter(expectations, "grün")).isEqualTo(5);
  }

  @Test
  @DisplayName("searches the later part of a line without end")
  void longLine() {
    assertThat(metAfter(expect("x", "end"), "x" + "-".repeat(20_000) + "end")).isEqualTo(20_004);
  }

  @Test
  @DisplayName("names what it waits for")
  void names() {
    Expectations expectations = expect("one", "two");
    metAfter(expectations, "one");
    assertThat(expectations.next()).hasToString("two");
  }
}
