package dev.virtio4j.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.testing.JavaProgram;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a writer at random moments, over and over on one image. The seed decides what is written
 * and when to kill, counted in flushes; the last millisecond is the machine's. To repeat a run:
 * {@code -Dcrash.seed=…}.
 */
@DisplayName("After a kill at any moment every flushed byte is there, and no sector is torn")
class CrashIT {
  private static final int KILLS = Integer.getInteger("crash.kills", 100);
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());

  /** The most flushes before a kill. */
  private static final int MOST_FLUSHES = 40;

  private static final int MOST_EXTRA_NANOS = 3_000_000;

  private static final List<String> FAST_START =
      List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  @TempDir private Path directory;

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void kills(ImageFormat format) throws Exception {
    Path image = directory.resolve("image");
    format.create(image);
    Random random = new Random(SEED);
    DiskModel model = new DiskModel();
    for (int round = 0; round < KILLS; round++) {
      int flushes = writeAndKill(format, image, round, random);
      WritePlan plan = new WritePlan(SEED, round);
      for (int i = 0; i < flushes; i++) {
        model.flushed(plan.nextBatch());
      }
      model.written(plan.nextBatch());
      try {
        format.check(image);
        try (BlockBackend disk = format.open(image)) {
          model.check(disk);
        }
      } catch (AssertionError e) {
        throw new AssertionError(
            "kill %d after %d flushes, -Dcrash.seed=%d: %s"
                .formatted(round + 1, flushes, SEED, e.getMessage()),
            e);
      }
    }
  }

  /** Returns the number of flushes that were acknowledged. */
  private int writeAndKill(ImageFormat format, Path image, int round, Random random)
      throws Exception {
    Path errors = directory.resolve("errors");
    Process writer =
        JavaProgram.of(
                FAST_START,
                CrashWriter.class,
                format.name(),
                image.toString(),
                String.valueOf(SEED),
                String.valueOf(round))
            .redirectError(errors.toFile())
            .start();
    try (InputStream acknowledged = writer.getInputStream()) {
      int awaited = 1 + random.nextInt(MOST_FLUSHES);
      int seen = acknowledged.readNBytes(awaited).length;
      LockSupport.parkNanos(random.nextInt(MOST_EXTRA_NANOS));
      assertThat(writer.isAlive()).as(() -> "the writer says: " + read(errors)).isTrue();
      writer.toHandle().destroyForcibly(); // unlike Process.destroyForcibly, leaves the pipe open
      return seen + acknowledged.readAllBytes().length;
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
