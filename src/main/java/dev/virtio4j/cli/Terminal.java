package dev.virtio4j.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The controlling terminal in raw mode: each key goes to the guest at once, Ctrl-C too. It is put
 * back when this is closed, and when the program is ended by a signal.
 */
final class Terminal implements AutoCloseable {
  /** {@code opost}: a line feed of ours still begins a line at its start. */
  private static final String RAW = "stty raw -echo opost";

  private final String settings;
  private final Thread hook = new Thread(this::restore, "terminal");

  private Terminal(String settings) {
    this.settings = settings;
  }

  /**
   * Makes the terminal raw.
   *
   * @return the terminal; nothing if standard input and output are not both one, or where there is
   *     no {@code stty}
   */
  static Optional<Terminal> raw() {
    if (!is(0) || !is(1)) {
      return Optional.empty();
    }
    String settings = shell("stty -g").strip();
    if (settings.isEmpty()) {
      return Optional.empty();
    }
    Terminal terminal = new Terminal(settings);
    Runtime.getRuntime().addShutdownHook(terminal.hook);
    shell(RAW);
    return Optional.of(terminal);
  }

  /**
   * Whether a standard stream of this program is a terminal.
   *
   * @param descriptor 0, 1 or 2
   * @return false if it is not, or nobody can tell
   */
  static boolean is(int descriptor) {
    try {
      return new ProcessBuilder("test", "-t", String.valueOf(descriptor))
              .inheritIO()
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * How wide the terminal is.
   *
   * @return columns; 0 if nobody can tell
   */
  static int columns() {
    String rowsAndColumns = shell("stty size").strip();
    return rowsAndColumns.matches("\\d+ [1-9]\\d{1,3}")
        ? Integer.parseInt(rowsAndColumns.substring(rowsAndColumns.indexOf(' ') + 1))
        : 0;
  }

  @Override
  public void close() {
    restore();
    SignalWatch.remove(hook);
  }

  private void restore() {
    shell("stty " + settings);
  }

  /** Runs a command on the terminal; its output, or nothing if it failed. */
  private static String shell(String command) {
    try {
      Process process = new ProcessBuilder("sh", "-c", command + " </dev/tty 2>/dev/null").start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
