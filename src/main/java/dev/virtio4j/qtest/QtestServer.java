package dev.virtio4j.qtest;

import dev.virtio4j.pc.CpulessPc;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Serves one test program over a pair of streams. */
public final class QtestServer {
  /** As long as the longest write, in hexadecimal digits, with room for its other words. */
  private static final int MAX_LINE = 2 * QtestSession.MAX_TRANSFER + 256;

  private final QtestSession session;
  private final LineReader in;
  private final OutputStream out;

  /**
   * Prepares to serve.
   *
   * @param pc the machine, with all functions plugged in
   * @param in where requests come from; not closed here
   * @param out where replies go, flushed after each; not closed here
   */
  public QtestServer(CpulessPc pc, InputStream in, OutputStream out) {
    session = new QtestSession(pc);
    this.in = new LineReader(in, MAX_LINE);
    this.out = new BufferedOutputStream(out);
  }

  /**
   * Serves on the calling thread until the requests end.
   *
   * @throws IOException if a stream fails
   */
  public void run() throws IOException {
    for (List<String> lines = answerNext(); lines != null; lines = answerNext()) {
      for (String line : lines) {
        out.write(line.getBytes(StandardCharsets.ISO_8859_1));
        out.write('\n');
      }
      out.flush();
    }
  }

  /** What to send after the next request; null at the end of the input. */
  private List<String> answerNext() throws IOException {
    try {
      String line = in.next();
      return line == null ? null : session.execute(line);
    } catch (BadRequestException e) {
      return List.of("FAIL " + e.getMessage());
    }
  }
}
