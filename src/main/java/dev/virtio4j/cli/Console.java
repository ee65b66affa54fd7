package dev.virtio4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;

/**
 * The three standard streams. Standard output is the guest's serial line or the answer that was
 * asked for; what we have to say meanwhile goes to standard error.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 */
record Console(InputStream in, OutputStream out, PrintStream err) {

  /**
   * Those of this program. Standard output has no buffer: a prompt of the guest is seen at once.
   *
   * @return the streams
   */
  static Console system() {
    return new Console(System.in, new FileOutputStream(FileDescriptor.out), System.err);
  }

  /**
   * Says something to the user.
   *
   * @param line one line
   */
  void note(String line) {
    err.println("virtio4j: " + line);
  }

  /**
   * Shows a byte of the serial line.
   *
   * @param value the byte in the low 8 bits
   * @throws UncheckedIOException if nobody reads standard output any more
   */
  void serial(int value) {
    try {
      out.write(value);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("standard output: " + e.getMessage(), e);
    }
  }
}
