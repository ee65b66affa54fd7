package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Monitor;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The unix domain socket of {@code --monitor}: each line that a client sends is a command, and gets
 * an answer. Any number of clients may be connected, each served by a thread of its own.
 */
final class MonitorSocket implements Closeable {
  /** What a unix socket's address has room for on Linux, less the NUL at its end. */
  private static final int MAX_PATH_BYTES = 107;

  /** The type in a file's mode, and that of a socket (stat(2)). */
  private static final int S_IFMT = 0170000;

  private static final int S_IFSOCK = 0140000;

  /** How long a client may take, at the end of the run, to read an answer. */
  private static final long LAST_ANSWER_MILLIS = 1000;

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<Thread, SocketChannel> clients = new ConcurrentHashMap<>();
  private final CompletableFuture<String> ended = new CompletableFuture<>();

  private MonitorSocket(Path path, ServerSocketChannel server) {
    this.path = path;
    this.server = server;
  }

  /**
   * Makes the socket, for its owner alone. A client can connect from now on, and is answered from
   * {@link #serve} on.
   *
   * @param path where; a socket that nobody listens on any more is replaced
   * @return the socket; to be closed, which removes its file
   * @throws BadInputException if it can't be made, or there is something else
   */
  static MonitorSocket open(Path path) throws BadInputException {
    if (path.toString().getBytes(UTF_8).length > MAX_PATH_BYTES) {
      throw new BadInputException(
          path
              + ": longer than the "
              + MAX_PATH_BYTES
              + " bytes of a unix socket; name a shorter one");
    }
    try {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
      removeStale(path, address);
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        server.bind(address);
        path.toFile().deleteOnExit(); // after Ctrl-C, too
        if (hasView("posix")) {
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        }
      } catch (IOException e) {
        server.close();
        throw e;
      }
      return new MonitorSocket(path, server);
    } catch (IOException e) {
      throw new BadInputException(path + ": no socket can be made there: " + e.getMessage());
    }
  }

  /** Removes a socket that was left behind; refuses anything else that is there. */
  private static void removeStale(Path path, UnixDomainSocketAddress address)
      throws IOException, BadInputException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!isSocket(path)) {
      throw new BadInputException(
          path + ": is there already, and no socket; --monitor replaces nothing else");
    }
    try {
      SocketChannel.open(address).close();
    } catch (ConnectException e) {
      Files.delete(path);
      return;
    }
    throw new BadInputException(path + ": another program listens there; name another path");
  }

  private static boolean isSocket(Path path) throws IOException {
    return hasView("unix")
        && ((Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & S_IFMT)
            == S_IFSOCK;
  }

  private static boolean hasView(String name) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains(name);
  }

  /**
   * Begins to answer.
   *
   * @param monitor takes a line without its end, and who is to have the answer, at once or later
   */
  void serve(BiConsumer<String, Consumer<String>> monitor) {
    start(() -> accept(monitor));
  }

  private static Thread start(Runnable work) {
    Thread thread = new Thread(work, "monitor");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void accept(BiConsumer<String, Consumer<String>> monitor) {
    try {
      while (true) {
        SocketChannel client = server.accept();
        clients.put(start(() -> serve(client, monitor)), client);
        if (ended.isDone()) { // close may not have seen this one
          client.close();
        }
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(SocketChannel client, BiConsumer<String, Consumer<String>> monitor) {
    try (client) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(client), UTF_8));
      OutputStream out = Channels.newOutputStream(client);
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        monitor.accept(line, answer::complete);
        CompletableFuture.anyOf(answer, ended).join();
        out.write((answer.isDone() ? answer.join() : ended.join()).getBytes(UTF_8));
      }
    } catch (IOException e) {
      // the client went away
    }
    clients.remove(Thread.currentThread());
  }

  /** Lets clients have the answers that there are, then closes the socket and removes its file. */
  @Override
  public void close() throws IOException {
    ended.complete(Monitor.error("the run has ended"));
    Files.deleteIfExists(path);
    server.close();
    for (Map.Entry<Thread, SocketChannel> client : clients.entrySet()) {
      try (SocketChannel channel = client.getValue()) {
        channel.shutdownInput();
        client.getKey().join(LAST_ANSWER_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IOException e) {
        // closed by its own thread
      }
    }
  }
}
