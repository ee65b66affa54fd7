package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Has QEMU's own programs make images, all in one directory. See {@link Needs#qemuImg}. */
public final class QemuImg {
  private final Path directory;

  /**
   * Where images are made.
   *
   * @param directory of the test's own
   */
  public QemuImg(Path directory) {
    this.directory = directory;
  }

  /**
   * Runs qemu-img.
   *
   * @param arguments names of files are relative to the directory
   * @throws IOException if it can't be run
   */
  public void img(String... arguments) throws IOException {
    run("qemu-img", List.of(arguments));
  }

  /**
   * Runs commands of qemu-io on an image.
   *
   * @param image its name
   * @param commands such as {@code write -z 64k 64k}
   * @throws IOException if it can't be run
   */
  public void io(String image, List<String> commands) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-f", "qcow2", "-d", "unmap", image));
    commands.forEach(command -> arguments.addAll(List.of("-c", command)));
    run("qemu-io", arguments);
  }

  /**
   * Has QEMU read an image.
   *
   * @param image its name
   * @return the content of the disk
   * @throws IOException if it can't
   */
  public byte[] content(String image) throws IOException {
    img("convert", "-f", "qcow2", "-O", "raw", image, "content.raw");
    return Files.readAllBytes(directory.resolve("content.raw"));
  }

  private void run(String program, List<String> arguments) throws IOException {
    List<String> command = Stream.concat(Stream.of(program), arguments.stream()).toList();
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
