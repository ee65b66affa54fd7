package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clusters are small here, so that a few sectors are in several of them and the log is in many, and
 * the file is one that can tell what a crash would leave of it.
 */
@DisplayName("an overlay after a crash")
class OverlayCrashTest {
  private static final int SECTORS = 37;
  private static final int MOST_SECTORS = 50;

  private Random random;
  private MemoryBackend base;

  @ParameterizedTest(name = "history {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  @DisplayName("holds what was flushed, at whatever step of whatever history it crashed")
  void everyCut(int seed) throws IOException {
    begin(seed);
    crashEverywhere(newFile(9 + seed % 3), 60, false);
  }

  @ParameterizedTest(name = "history {0}")
  @ValueSource(ints = {11, 12, 13, 14, 15, 16})
  @DisplayName("holds what was flushed, also where writes to the host's file failed before")
  void everyCutWithFailures(int seed) throws IOException {
    begin(seed);
    crashEverywhere(newFile(9 + seed % 3), 60, true);
  }

  @Test
  @DisplayName("takes no record that a crash left behind the log's end for a new one")
  void tornLog() throws IOException {
    begin(1);
    SimulatedFile file = newFile(9);
    Overlay disk = open(file);
    writeSectors(disk, 5, 2, 8);
    disk.flush();
    // The power failed in that flush: of the three records, that of sector 5 is lost.
    SimulatedFile left = file.afterKill(file.changeCount(), 0);
    int end = new OverlayScan(left).log().end();
    left.write(512 + end - 3 * LogKind.RECORD_SIZE, ByteBuffer.allocate(LogKind.RECORD_SIZE));
    Overlay reopened = open(left);
    byte[][] before = OverlayHistory.content(reopened);
    // The guest does the same again, but for sectors 2 and 8.
    writeSectors(reopened, 5);
    reopened.flush();

    byte[][] after = OverlayHistory.content(open(left));
    assertThat(after[2]).isEqualTo(before[2]);
    assertThat(after[8]).isEqualTo(before[8]);
  }

  @Test
  @DisplayName("has the size that it had, when resizing failed and a later flush did not")
  void failedResize() throws IOException {
    begin(1);
    SimulatedFile file = newFile(9);
    Overlay disk = open(file);
    writeSectors(disk, 30);
    disk.flush();
    file.failNextWrite();
    assertThatThrownBy(() -> disk.resize(10 * 512)).isInstanceOf(IOException.class);
    byte[][] before = OverlayHistory.content(disk);
    disk.flush();

    assertThat(OverlayHistory.content(open(file))).isDeepEqualTo(before);
  }

  private static void writeSectors(Overlay disk, int... sectors) throws IOException {
    for (int sector : sectors) {
      byte[] bytes = new byte[512];
      Arrays.fill(bytes, (byte) sector);
      disk.write(sector * 512L, ByteBuffer.wrap(bytes));
    }
  }

  private void begin(int seed) {
    random = new Random(seed);
    byte[] bytes = new byte[SECTORS * 512];
    random.nextBytes(bytes);
    base = new MemoryBackend(bytes, true);
  }

  private SimulatedFile newFile(int clusterBits) throws IOException {
    SimulatedFile file = new SimulatedFile(new byte[0]);
    new OverlayHeader(clusterBits, random.nextLong(), SECTORS * 512, SECTORS * 512, 0, "base")
        .write(file);
    return file;
  }

  private Overlay open(SimulatedFile file) throws IOException {
    return Overlay.of(OverlayScan.sound(file), file, base);
  }

  /** Lets a history happen, and crashes it after each of its steps and within them. */
  private void crashEverywhere(SimulatedFile file, int steps, boolean failures) throws IOException {
    Overlay disk = open(file);
    OverlayHistory history = new OverlayHistory(file, disk, random);
    int opened = file.changeCount();
    if (failures) {
      file.failWrites(random);
    }
    for (int i = 0; i < steps; i++) {
      history.step(MOST_SECTORS);
    }
    for (int cut = opened; cut < file.changeCount(); cut++) {
      int length = file.length(cut);
      for (int bytes : new int[] {0, 1, length / 2, length - 1}) {
        if (bytes == 0 || (bytes > 0 && bytes < length)) {
          check(history, file.afterKill(cut, bytes), cut, failures || bytes > 0);
        }
      }
      for (int share = 0; share <= 3; share++) {
        check(history, file.afterPowerFailure(cut, random, share), cut, failures);
      }
    }
  }

  private void check(OverlayHistory history, SimulatedFile left, int cut, boolean torn)
      throws IOException {
    history.assertHoldsAfterCrash(open(left), cut, torn);
    if (random.nextInt(40) == 0) {
      goOn(left, 2);
    }
  }

  /** Uses what a crash left, and crashes again, and so on. */
  private void goOn(SimulatedFile file, int crashes) throws IOException {
    OverlayHistory history = new OverlayHistory(file, open(file), random);
    int opened = file.changeCount();
    for (int i = 0; i < 12; i++) {
      history.step(MOST_SECTORS);
    }
    assertThat(new OverlayScan(file).problems()).isEmpty();
    for (int i = 0; i < 6 && file.changeCount() > opened; i++) {
      int cut = opened + random.nextInt(file.changeCount() - opened);
      SimulatedFile left =
          random.nextBoolean()
              ? file.afterKill(cut, random.nextInt(Math.max(1, file.length(cut))))
              : file.afterPowerFailure(cut, random, random.nextInt(5));
      history.assertHoldsAfterCrash(open(left), cut, true);
      if (crashes > 1) {
        goOn(left, crashes - 1);
      }
    }
  }
}
