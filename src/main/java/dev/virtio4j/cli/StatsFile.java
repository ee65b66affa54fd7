package dev.virtio4j.cli;

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
   * @throws BadInputException if it can't be written, or is one of those
   */
  void check(List<Path> inputs) throws BadInputException {
    try {
      for (Path input : inputs) {
        if (Files.exists(path) && Files.isSameFile(path, input)) {
          throw new BadInputException(
              path + ": the machine needs this file; --stats names another one");
        }
      }
      Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw new BadInputException(e);
    }
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
