package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a test needs of the machine that it runs on. Where it is missing, the test is skipped, and
 * says loudly why; where the environment has {@code CI=true}, it fails instead.
 */
public final class Needs {
  /** The program that tests compare with. */
  public static final String QEMU = "qemu-system-i386";

  private Needs() {}

  /** The test compares with QEMU. */
  public static void qemu() {
    program(QEMU, "qemu-system-x86");
  }

  /** The test has qemu-img and qemu-io make images. */
  public static void qemuImg() {
    program("qemu-img", "qemu-utils");
    program("qemu-io", "qemu-utils");
  }

  /**
   * The test boots SeaBIOS.
   *
   * @param image the name of the image
   * @return where it is
   */
  public static Path seaBios(String image) {
    return file("/usr/share/seabios/" + image, "seabios");
  }

  /**
   * The test uses a file of the system's.
   *
   * @param path where it is
   * @param debianPackage who has it
   * @return where it is
   */
  public static Path file(String path, String debianPackage) {
    Path file = Path.of(path);
    if (!Files.isRegularFile(file)) {
      throw missing(file + " is not there (Debian package " + debianPackage + ")");
    }
    return file;
  }

  /**
   * The test runs a program.
   *
   * @param name its name
   * @param debianPackage who has it
   */
  public static void program(String name, String debianPackage) {
    boolean installed =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    if (!installed) {
      throw missing(name + " is not on the PATH (Debian package " + debianPackage + ")");
    }
  }

  /**
   * The test runs guests on a real JPC.
   *
   * @return the jar of {@code -Djpc.jar=FILE}
   */
  public static Path jpc() {
    String jar = System.getProperty("jpc.jar");
    if (jar == null) {
      throw skip("guests on a real JPC, which is in no registry: -Djpc.jar=FILE");
    }
    return Path.of(jar);
  }

  /**
   * Something else is missing: does not return.
   *
   * @param what it, and what can be done about it
   * @return nothing; for {@code throw}
   */
  public static RuntimeException missing(String what) {
    if ("true".equals(System.getenv("CI"))) {
      return fail(what);
    }
    return skip(what);
  }

  /**
   * Skips the test on any machine of this kind, also under CI: does not return.
   *
   * @param why what keeps it from being tested here
   * @return nothing; for {@code throw}
   */
  public static RuntimeException skip(String why) {
    System.err.println("NOT TESTED: " + why);
    return abort(why);
  }
}
