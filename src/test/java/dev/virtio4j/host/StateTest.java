package dev.virtio4j.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A saved state")
class StateTest {
  private enum Colour {
    RED,
    GREEN
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final StateWriter out = new StateWriter(new DataOutputStream(bytes));

  private StateReader reader() {
    return new StateReader(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
  }

  private static void assertRefused(ThrowingCallable load, String message) {
    assertThatThrownBy(load).isInstanceOf(StateException.class).hasMessage(message);
  }

  @Test
  @DisplayName("gives back each kind of value, in sections that hold others")
  void values() throws IOException {
    byte[] large = new byte[10_000];
    Arrays.fill(large, (byte) 7);
    out.begin("outer", 3);
    out.flag(true);
    out.i32(-5);
    out.begin("inner", 1);
    out.i64(Long.MIN_VALUE);
    out.text("text");
    out.end();
    out.bytes(new byte[] {1, 2, 3}, 1, 2);
    out.array(large);
    out.constant(Colour.GREEN);
    out.end();

    StateReader in = reader();
    in.begin("outer", 3);
    assertThat(in.flag()).isTrue();
    assertThat(in.i32(-5, -5, "a number")).isEqualTo(-5);
    in.begin("inner", 1);
    assertThat(in.i64(Long.MIN_VALUE, 0, "a number")).isEqualTo(Long.MIN_VALUE);
    assertThat(in.text()).isEqualTo("text");
    in.end();
    byte[] two = new byte[2];
    in.bytes(two);
    assertThat(two).containsExactly(2, 3);
    assertThat(in.array()).isEqualTo(large);
    assertThat(in.constant(Colour.class)).isEqualTo(Colour.GREEN);
    in.end();
  }

  @Test
  @DisplayName("is refused where it has another section, or another version of it")
  void otherSection() throws IOException {
    out.begin("cpu", 2);
    assertRefused(
        () -> reader().begin("disk", 2),
        "the saved state has a section 'cpu' where 'disk' should be");
    assertRefused(
        () -> reader().begin("cpu", 1),
        "the saved state of cpu has version 2, and this program reads version 1");
  }

  @Test
  @DisplayName("is refused where a value is out of bounds, and the message says which")
  void bounds() throws IOException {
    out.i64(5);
    out.i32(5);
    out.flag(true);
    out.text("BLUE");
    assertRefused(
        () -> reader().i64(0, 4, "the index"),
        "the saved state has 5 for the index, which is 0 to 4");
    StateReader in = reader();
    in.i64();
    assertRefused(
        () -> in.i32(6, 7, "the index"), "the saved state has 5 for the index, which is 6 to 7");
    in.flag();
    assertRefused(() -> in.constant(Colour.class), "the saved state has 'BLUE' for a Colour");
  }

  @Test
  @DisplayName("is refused where a truth value is neither, or text is none")
  void garbled() {
    bytes.writeBytes(new byte[] {2, 0, 1, (byte) 0xFF});
    StateReader in = reader();
    assertRefused(in::flag, "the saved state has 2 for a truth value");
    assertRefused(in::text, "the saved state has no text where some should be");
  }

  @Test
  @DisplayName("is refused where a section is longer than what was read of it")
  void longer() throws IOException {
    out.begin("cpu", 1);
    out.i32(1);
    out.end();
    StateReader in = reader();
    in.begin("cpu", 1);
    assertRefused(in::end, "the saved state of cpu has another length than it should");
  }

  @Test
  @DisplayName("is refused where it is cut short, and takes no memory for what is not there")
  void cutShort() throws IOException {
    out.begin("cpu", 1);
    out.i32(Integer.MAX_VALUE);
    StateReader in = reader();
    in.begin("cpu", 1);
    assertRefused(in::array, "the saved state of cpu is cut short");
    assertRefused(in::i64, "the saved state of cpu is cut short");
  }
}
