package dev.virtio4j.cli;

import dev.virtio4j.guest.GuestCache;
import dev.virtio4j.guest.GuestImage;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: boots Debian's kernel from a virtio disk and checks the disk. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Boots Debian from a virtio disk and checks the disk.",
      "The guest, Debian's i386 kernel with busybox, reads, checks and writes a disk of",
      "64 MiB on the legacy virtio block device; then the host checks it. The guest is",
      "fetched first where that was not done."
    })
final class DemoCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--keep", paramLabel = "FILE", description = "make the disk here and keep it")
  private Path keep;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "15m",
      description = "wall-clock time after which to end (15m)")
  private Duration timeout;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    if (keep != null && Files.exists(keep)) {
      throw new BadInputException(keep + ": exists already; --keep names a new file");
    }
    GuestImage guest = guest();
    Path disk = keep;
    if (disk == null) {
      disk = Files.createTempFile("virtio4j-demo", ".img");
      disk.toFile().deleteOnExit(); // after Ctrl-C, too
    }
    Demo demo = Demo.run(guest, disk, timeout, console::serial, console::note);
    demo.summary().forEach(line -> console.note("demo: " + line));
    return demo.passed() ? ExitStatus.OK : ExitStatus.FAILED;
  }

  private GuestImage guest() throws BadInputException {
    GuestCache cache = GuestCache.ofUser(System.getenv());
    try {
      Optional<GuestImage> cached = cache.image();
      return cached.isPresent() ? cached.get() : GuestCommand.fetch(cache, console);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }
}
