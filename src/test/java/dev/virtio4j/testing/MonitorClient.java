package dev.virtio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A client of {@code boot --monitor}. */
public final class MonitorClient implements Closeable {
  private final SocketChannel channel;
  private final BufferedReader answers;

  /**
   * Connects.
   *
   * @param socket where the monitor listens
   * @throws IOException if it does not
   */
  public MonitorClient(Path socket) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    answers = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8));
  }

  /**
   * Sends a command and waits for the answer.
   *
   * @param command the command
   * @return the answer, its lines with a line feed between them
   * @throws IOException if the monitor goes away before it
   */
  public String ask(String command) throws IOException {
    send(command);
    return answer();
  }

  /**
   * Sends a command.
   *
   * @param command the command
   * @throws IOException if the monitor went away
   */
  public void send(String command) throws IOException {
    ByteBuffer bytes = UTF_8.encode(command + "\n");
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Waits for an answer.
   *
   * @return the next one, its lines with a line feed between them
   * @throws IOException if the monitor goes away before it
   */
  public String answer() throws IOException {
    StringBuilder answer = new StringBuilder();
    while (true) {
      String line = answers.readLine();
      if (line == null) {
        throw new EOFException("the monitor went away after: " + answer);
      }
      answer.append(line);
      if (line.equals("ok") || line.startsWith("error: ")) {
        return answer.toString();
      }
      answer.append('\n');
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
