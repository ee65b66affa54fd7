package dev.virtio4j.scenario;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** QEMU's monitor, as far as scripts need it: a line of JSON asks, one answers. */
final class Qmp implements Closeable {
  private final SocketChannel socket;
  private final BufferedReader answers;

  /** Connects to a monitor, and ends the negotiation. */
  Qmp(Path path) throws IOException {
    socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
    answers = new BufferedReader(Channels.newReader(socket, StandardCharsets.UTF_8));
    execute("qmp_capabilities", "");
  }

  /**
   * Executes a command.
   *
   * @param arguments the members of a JSON object
   * @throws AssertionError if QEMU refuses it; says why
   */
  void execute(String command, String arguments) throws IOException {
    String line = "{\"execute\": \"%s\", \"arguments\": {%s}}\n".formatted(command, arguments);
    socket.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));
    String answer = answers.readLine();
    while (answer != null && !answer.startsWith("{\"return\"")) { // the greeting, and events
      if (answer.startsWith("{\"error\"")) {
        throw new AssertionError(command + " is answered by " + answer);
      }
      answer = answers.readLine();
    }
    if (answer == null) {
      throw new EOFException("QEMU's monitor is gone");
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
