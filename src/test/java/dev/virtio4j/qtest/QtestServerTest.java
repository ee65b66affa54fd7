package dev.virtio4j.qtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.CpulessPc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The qtest server")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QtestServerTest {
  private final CpulessPc pc = new CpulessPc(32 << 20);

  private static ByteArrayInputStream ascii(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String serve(InputStream requests) throws IOException {
    ByteArrayOutputStream replies = new ByteArrayOutputStream();
    new QtestServer(pc, requests, replies).run();
    return replies.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  @DisplayName("answers line by line until the input ends; half a line is nothing")
  void lines() throws IOException {
    assertThat(serve(ascii("endianness\ninb 0x500\nwriteb 0x1000 0x1")))
        .isEqualTo("OK little\nOK 0x00ff\n");
    assertThat(pc.guestMemory().load8(0x1000)).isZero();
    assertThat(serve(ascii(""))).isEmpty();
  }

  @Test
  @DisplayName("answers an empty line, a carriage return, a zero and a letter past ASCII with FAIL")
  void oddBytes() throws IOException {
    assertThat(serve(ascii("\nendianness\r\n\0\n\u00E9\nendianness\n")))
        .isEqualTo(
            """
            FAIL Unknown command ''
            FAIL Unknown command 'endianness\r'
            FAIL Unknown command '\0'
            FAIL Unknown command '\u00E9'
            OK little
            """);
  }

  @Test
  @DisplayName("answers before the next request comes")
  void flushes() throws IOException {
    ByteArrayOutputStream replies = new ByteArrayOutputStream();
    List<String> beforeEach = new ArrayList<>();
    InputStream requests =
        new InputStream() {
          @Override
          public int read(byte[] into, int offset, int length) {
            beforeEach.add(replies.toString(StandardCharsets.US_ASCII));
            return beforeEach.size() > 2 ? -1 : ascii("endianness\n").read(into, offset, length);
          }

          @Override
          public int read() {
            throw new AssertionError("reads byte by byte");
          }
        };
    new QtestServer(pc, requests, replies).run();
    assertThat(beforeEach).containsExactly("", "OK little\n", "OK little\nOK little\n");
  }

  @Test
  @DisplayName("takes and gives 16 MiB in one line")
  void largest() throws IOException {
    String bytes = "5A".repeat(QtestSession.MAX_TRANSFER);
    String replies =
        serve(ascii("write 0x1000000 0x1000000 0x" + bytes + "\nread 0x1000000 0x1000000\n"));
    assertThat(replies.equals("OK\nOK 0x" + bytes.toLowerCase(Locale.ROOT) + "\n")).isTrue();
  }

  @Test
  @DisplayName("passes over a line that is longer than any request can be")
  void endless() throws IOException {
    byte[] part = new byte[1 << 20];
    Arrays.fill(part, (byte) '0');
    InputStream line = ascii("inb ");
    for (int i = 0; i < 40; i++) {
      line = new SequenceInputStream(line, new ByteArrayInputStream(part));
    }
    assertThat(serve(new SequenceInputStream(line, ascii("\nendianness\n"))))
        .isEqualTo("FAIL the line has more than 33554688 bytes\nOK little\n");
  }
}
