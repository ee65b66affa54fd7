package dev.virtio4j.cli;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Report;
import dev.virtio4j.machine.SaveTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The file of {@code --stats}.
 *
 * @param path where it is
 */
record StatsFile(Path path) {

  /**
   * Makes sure, before the guest runs, that the file can be written when it ends.
   *
   * @param inputs the files that the machine is made of
   * @param saved where it is to be saved; null if it is not
   * @throws BadInputException if it can't be written, or is one of those
   */
  void check(List<Path> inputs, SaveTarget saved) throws BadInputException {
    try {
      for (Path input : inputs) {
        if (is(input)) {
          throw new BadInputException(
              path + ": the machine needs this file; --stats names another one");
        }
      }
      if (saved != null && is(saved.file())) {
        throw new BadInputException(
            path + ": the machine is to be saved there; --stats names another file");
      }
      Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  /** Whether this is the same file, also if it does not exist yet. */
  private boolean is(Path other) throws IOException {
    if (Files.exists(path) && Files.exists(other)) {
      return Files.isSameFile(path, other);
    }
    Path directory = path.toAbsolutePath().getParent();
    return directory != null
        && Files.exists(directory)
        && path.getFileName().equals(other.getFileName())
        && Files.isSameFile(directory, other.toAbsolutePath().getParent());
  }

  /**
   * Writes the figures of a run in place of what the file had.
   *
   * @param report the figures
   * @throws BadInputException if that fails
   */
  void write(Report report) throws BadInputException {
    try {
      Files.writeString(path, report.json());
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }
}
