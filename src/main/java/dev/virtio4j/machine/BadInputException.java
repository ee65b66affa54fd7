package dev.virtio4j.machine;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Something that the user can mend: its message is one line that names the thing. */
public final class BadInputException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Names what is wrong.
   *
   * @param message the line
   */
  public BadInputException(String message) {
    super(message);
  }

  /**
   * Takes over what setting up the run refused.
   *
   * @param cause an {@link IOException} or {@link IllegalArgumentException}
   */
  public BadInputException(Exception cause) {
    super(oneLine(cause), cause);
  }

  private static String oneLine(Exception cause) {
    String text = Objects.requireNonNullElse(cause.getMessage(), cause.toString());
    if (cause instanceof NoSuchFileException) {
      text = "no such file: " + text;
    } else if (cause instanceof AccessDeniedException) {
      text = "permission denied: " + text;
    } else if (cause.getClass() != IOException.class && cause instanceof FileSystemException) {
      text = text.contains(":") ? text : cause.getClass().getSimpleName() + ": " + text;
    }
    return text.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
