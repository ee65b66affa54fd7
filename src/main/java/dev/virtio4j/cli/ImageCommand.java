package dev.virtio4j.cli;

import static dev.virtio4j.drive.DiskImage.OVERLAY;
import static dev.virtio4j.drive.DiskImage.QCOW2;
import static dev.virtio4j.drive.DiskImage.RAW;

import dev.virtio4j.block.BaseImage;
import dev.virtio4j.block.OverlayCheck;
import dev.virtio4j.block.OverlayFile;
import dev.virtio4j.block.OverlayInfo;
import dev.virtio4j.block.RawFile;
import dev.virtio4j.drive.DiskImage;
import dev.virtio4j.drive.Sizes;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code image}: makes the files that drives are in, and looks after overlays. */
@Command(
    name = "image",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes disk images, and looks after overlays.")
final class ImageCommand {
  private final Console console;
  @Spec private CommandSpec spec;

  ImageCommand(Console console) {
    this.console = console;
  }

  /**
   * Makes an image.
   *
   * @param format of the image
   * @param base what an overlay lies over; null for none
   * @param baseFormat how that is written
   * @param size of the disk; null for that of the base
   * @param file to make
   * @return the exit status
   * @throws BadInputException if it can't be made
   */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Makes an image of zeroes, or one that reads as its base. Never overwrites.")
  int create(
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = OVERLAY,
              description = "overlay or raw (overlay)")
          String format,
      @Option(names = "--base", paramLabel = "FILE", description = "what the overlay lies over")
          Path base,
      @Option(
              names = "--base-format",
              paramLabel = "FORMAT",
              defaultValue = RAW,
              description = "raw or qcow2 (raw)")
          String baseFormat,
      @Option(
              names = "--size",
              paramLabel = "SIZE",
              description = "of the disk: 512, 64k, 4M, 1G (that of the base)")
          String size,
      @Parameters(paramLabel = "FILE", description = "the file to make") Path file)
      throws BadInputException {
    boolean raw = oneOf(List.of(OVERLAY, RAW), "--format", format).equals(RAW);
    if (raw && base != null) {
      throw new BadInputException("--base: only for --format=overlay");
    }
    if (size == null && base == null) {
      throw new BadInputException("--size is missing: an image without a base needs one");
    }
    return run(
        () -> {
          long given = size == null ? 0 : Sizes.parse(size);
          if (raw) {
            RawFile.create(file, given);
          } else if (base == null) {
            OverlayFile.create(file, given, Optional.empty());
          } else {
            try (BaseImage below = open(base, baseFormat)) {
              long baseSize = below.disk().size();
              OverlayFile.create(file, size == null ? baseSize : given, Optional.of(below));
            }
          }
        });
  }

  /**
   * Shows what an image is.
   *
   * @param format of the image
   * @param file the image
   * @return the exit status
   * @throws BadInputException if it is none
   */
  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      description = "Shows what an image is, and the space that it takes.")
  int info(
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = OVERLAY,
              description = "overlay or raw (overlay); never guessed")
          String format,
      @Parameters(paramLabel = "FILE", description = "the image") Path file)
      throws BadInputException {
    boolean raw = oneOf(List.of(OVERLAY, RAW), "--format", format).equals(RAW);
    return run(
        () -> {
          if (raw) {
            try (RawFile disk = RawFile.open(file, true)) {
              print("format: raw");
              print("disk: " + disk.size() + " bytes");
              print("file: " + disk.size() + " bytes, " + onHost(disk.spaceOnHost()));
            }
          } else {
            print(OverlayFile.info(file));
          }
        });
  }

  private void print(OverlayInfo info) {
    print("format: overlay");
    print("disk: " + info.size() + " bytes");
    if (info.baseName().isEmpty()) {
      print("base: none");
    } else {
      print(
          "base: then named '%s', %d bytes, modified at %s"
              .formatted(info.baseName(), info.baseSize(), info.baseTime()));
    }
    print(
        "written: %d clusters of %d bytes, and %d of zeroes"
            .formatted(info.dataClusters(), info.clusterSize(), info.zeroClusters()));
    print("file: " + info.fileSize() + " bytes, " + onHost(info.spaceOnHost()));
    if (info.committing()) {
      print("its commit has not ended; repeat virtio4j image commit");
    }
  }

  private static String onHost(OptionalLong space) {
    return space.isPresent()
        ? space.getAsLong() + " on the host"
        : "the host can't tell how much of it is holes";
  }

  /**
   * Merges an overlay into its base.
   *
   * @param base the raw base
   * @param file the overlay
   * @return the exit status
   * @throws BadInputException if they are not as they should be, or can't be written
   */
  @Command(
      name = "commit",
      mixinStandardHelpOptions = true,
      description = {
        "Writes what is in an overlay into its raw base, and empties the overlay.",
        "If that is cut short, repeat it: until then the overlay can't be used."
      })
  int commit(
      @Option(
              names = "--base",
              required = true,
              paramLabel = "FILE",
              description = "what the overlay lies over, a raw image")
          Path base,
      @Parameters(paramLabel = "OVERLAY", description = "the overlay") Path file)
      throws BadInputException {
    return run(
        () -> {
          try (BaseImage below = new BaseImage(base, RawFile.open(base, false));
              ProgressDisplay display = new ProgressDisplay(console.err(), Terminal.is(2))) {
            OverlayFile.commit(
                file, below, (done, total) -> display.report("committing", done, total));
          }
        });
  }

  /**
   * Checks an overlay.
   *
   * @param file the overlay
   * @return the exit status: 1 if something is wrong with it
   * @throws BadInputException if it is none
   */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = {
        "Checks an overlay: its header, its log, and that no cluster is used twice.",
        "Exit status 1: something is wrong with it."
      })
  int check(@Parameters(paramLabel = "OVERLAY", description = "the overlay") Path file)
      throws BadInputException {
    OverlayCheck[] check = new OverlayCheck[1];
    run(() -> check[0] = OverlayFile.check(file));
    check[0].findings().forEach(this::print);
    check[0].problems().forEach(line -> print("problem: " + line));
    return check[0].problems().isEmpty() ? ExitStatus.OK : ExitStatus.FAILED;
  }

  /**
   * Writes an overlay anew.
   *
   * @param base what it lies over; null if that is not to be compared
   * @param baseFormat how that is written
   * @param file the overlay
   * @return the exit status
   * @throws BadInputException if it is none, or there is no room for another
   */
  @Command(
      name = "compact",
      mixinStandardHelpOptions = true,
      description = {
        "Writes an overlay anew, into a file beside it that takes its place when it is whole:",
        "without unused clusters, zeroes, and what is the same in the base if it is named."
      })
  int compact(
      @Option(names = "--base", paramLabel = "FILE", description = "what the overlay lies over")
          Path base,
      @Option(
              names = "--base-format",
              paramLabel = "FORMAT",
              defaultValue = RAW,
              description = "raw or qcow2 (raw)")
          String baseFormat,
      @Parameters(paramLabel = "OVERLAY", description = "the overlay") Path file)
      throws BadInputException {
    return run(
        () -> {
          try (BaseImage below = base == null ? null : open(base, baseFormat);
              ProgressDisplay display = new ProgressDisplay(console.err(), Terminal.is(2))) {
            OverlayFile.compact(
                file,
                Optional.ofNullable(below),
                (done, total) -> display.report("compacting", done, total));
          }
        });
  }

  /** Work on files that refuses what is not as it should be. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException, BadInputException;
  }

  private static int run(Work work) throws BadInputException {
    try {
      work.run();
      return ExitStatus.OK;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(e);
    }
  }

  private static String oneOf(List<String> allowed, String option, String value)
      throws BadInputException {
    if (!allowed.contains(value)) {
      throw new BadInputException(
          "%s=%s: use %s".formatted(option, value, String.join(" or ", allowed)));
    }
    return value;
  }

  private static BaseImage open(Path base, String format) throws IOException, BadInputException {
    return new DiskImage(base, oneOf(List.of(RAW, QCOW2), "--base-format", format), null)
        .openBase();
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
  }
}
