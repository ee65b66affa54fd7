package dev.virtio4j.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import dev.virtio4j.testing.MonitorClient;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** A {@code boot --monitor} in a thread of its own, and a client of its monitor. */
final class MonitoredBoot implements Closeable {
  private final Path directory;
  private final Serial serial = new Serial();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final Thread thread;
  private final MonitorClient client;
  private volatile int exitStatus = -1;

  /** What the guest prints; whoever reads it can wait for more. */
  private static final class Serial extends OutputStream {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean ended;

    @Override
    public synchronized void write(int value) {
      bytes.write(value);
      notifyAll();
    }

    synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized String text() {
      return bytes.toString(US_ASCII);
    }

    synchronized void await(String text) throws InterruptedException {
      while (!text().contains(text) && !ended) {
        wait();
      }
      assertThat(text()).contains(text);
    }
  }

  /**
   * Boots, waits until the guest printed something, and connects if it runs.
   *
   * @param directory stands in place of {@code @}; gets the socket
   * @param printed what the guest prints first; empty to wait for the monitor alone
   * @param args of {@code boot}
   */
  MonitoredBoot(Path directory, String printed, String... args)
      throws IOException, InterruptedException {
    this.directory = directory;
    String[] all =
        Stream.concat(Stream.of("boot", "--memory=4M", "--monitor=@/monitor"), Arrays.stream(args))
            .map(this::there)
            .toArray(String[]::new);
    Console console =
        new Console(InputStream.nullInputStream(), serial, new PrintStream(errors, true, UTF_8));
    thread =
        new Thread(
            () -> {
              exitStatus = Main.run(console, all);
              serial.end();
            });
    thread.start();
    serial.await(printed);
    client = connected();
  }

  /** A client as soon as there is a monitor; null if the run ends before. */
  private MonitorClient connected() {
    while (thread.isAlive()) {
      try {
        return client();
      } catch (IOException e) {
        Thread.onSpinWait(); // not yet
      }
    }
    return null;
  }

  private String there(String text) {
    return text.replace("@", directory.toString());
  }

  /** Makes one more client. */
  MonitorClient client() throws IOException {
    return new MonitorClient(directory.resolve("monitor"));
  }

  /** What the monitor answers; {@code @} stands for the directory in both. */
  String ask(String command) throws IOException {
    return client.ask(there(command)).replace(directory.toString(), "@");
  }

  /** What {@code stats} answers. */
  JsonObject stats() throws IOException, JsonParserException {
    return JsonParser.object().from(ask("stats").replaceFirst("\nok$", ""));
  }

  /** Waits for what the guest prints. */
  void await(String text) throws InterruptedException {
    serial.await(text);
  }

  /** Waits for the end. */
  int exitStatus() throws InterruptedException {
    thread.join();
    return exitStatus;
  }

  String serial() {
    return serial.text();
  }

  /** Standard error, with {@code @} for the directory. */
  String errors() {
    return errors.toString(UTF_8).replace(directory.toString(), "@");
  }

  /** Ends the run if it has not ended, and waits for that. */
  @Override
  public void close() throws IOException {
    try (MonitorClient last = client) {
      if (last != null) {
        last.ask("quit");
      }
    } catch (IOException e) {
      // it has ended
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
