package dev.virtio4j.cli;

import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.SaveTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A file that is written when a run has ended.
 *
 * @param option which option names it
 * @param path where it is
 * @param content what is written, once the run has ended so
 */
record OutputFile(String option, Path path, Function<BootRun.Result, String> content) {

  /**
   * Makes sure, before the guest runs, that files can be written when it ends.
   *
   * @param files the files
   * @param inputs the files that the machine is made of
   * @param saved where it is to be saved; null if it is not
   * @throws BadInputException if one can't be written, or is one of those or of each other
   */
  static void check(List<OutputFile> files, List<Path> inputs, SaveTarget saved)
      throws BadInputException {
    try {
      for (OutputFile file : files) {
        file.checkAgainst(inputs, saved);
        for (OutputFile other : files.subList(0, files.indexOf(file))) {
          file.refuse(other.path, "the file of " + other.option);
        }
      }
      for (OutputFile file : files) {
        Files.newOutputStream(file.path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
            .close();
      }
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private void checkAgainst(List<Path> inputs, SaveTarget saved)
      throws BadInputException, IOException {
    for (Path input : inputs) {
      refuse(input, "the machine needs this file");
    }
    if (saved != null) {
      refuse(saved.file(), "the machine is to be saved there");
    }
  }

  private void refuse(Path other, String why) throws BadInputException, IOException {
    if (is(other)) {
      throw new BadInputException(path + ": " + why + "; " + option + " names another file");
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
   * Writes files, in place of what they had; where one can't be written, the others still.
   *
   * @param files the files
   * @param run how the run went
   * @throws BadInputException if one can't be written
   */
  static void write(List<OutputFile> files, BootRun.Result run) throws BadInputException {
    List<String> failed = new ArrayList<>();
    for (OutputFile file : files) {
      try {
        Files.writeString(file.path, file.content.apply(run));
      } catch (IOException e) {
        String why = new BadInputException(e).getMessage();
        failed.add("%s can't write %s: %s".formatted(file.option, file.path, why));
      }
    }
    if (!failed.isEmpty()) {
      throw new BadInputException(String.join("; ", failed));
    }
  }
}
