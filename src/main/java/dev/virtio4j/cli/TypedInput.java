package dev.virtio4j.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * What comes in on standard input, on its way to COM1. At a terminal, Ctrl-A begins a command as in
 * {@code qemu -nographic}: Ctrl-A x ends the run, Ctrl-A c lets a machine go on that stands still,
 * Ctrl-A Ctrl-A types one Ctrl-A.
 */
final class TypedInput implements Runnable {
  private static final int CTRL_A = 1;

  private final InputStream in;
  private final boolean commands;
  private final Consumer<byte[]> guest;
  private final Runnable quit;
  private final Runnable goOn;
  private boolean afterCtrlA;

  /**
   * Connects standard input.
   *
   * @param in where to read until its end
   * @param commands whether Ctrl-A begins a command
   * @param guest takes what is typed
   * @param quit what Ctrl-A x does
   * @param goOn what Ctrl-A c does
   */
  TypedInput(
      InputStream in, boolean commands, Consumer<byte[]> guest, Runnable quit, Runnable goOn) {
    this.in = in;
    this.commands = commands;
    this.guest = guest;
    this.quit = quit;
    this.goOn = goOn;
  }

  /** Reads on a thread of its own, which does not keep the program from ending. */
  void start() {
    Thread thread = new Thread(this, "standard input");
    thread.setDaemon(true);
    thread.start();
  }

  /** Reads to the end of the input. */
  @Override
  public void run() {
    byte[] buffer = new byte[4096];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        ByteArrayOutputStream typed = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
          take(buffer[i], typed);
        }
        if (typed.size() > 0) {
          guest.accept(typed.toByteArray());
        }
      }
    } catch (IOException e) {
      // A terminal that went away: no more input, as at its end.
    }
  }

  private void take(byte value, ByteArrayOutputStream typed) {
    if (!commands) {
      typed.write(value);
    } else if (afterCtrlA) {
      afterCtrlA = false;
      switch (value) {
        case 'x' -> quit.run();
        case 'c' -> goOn.run();
        case CTRL_A -> typed.write(CTRL_A);
        default -> {}
      }
    } else if (value == CTRL_A) {
      afterCtrlA = true;
    } else {
      typed.write(value);
    }
  }
}
