package dev.virtio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.guest.TestGuest;
import dev.virtio4j.testing.JavaProgram;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills virtio4j while Debian writes files, each time on the same disk. The seed decides after how
 * many files; the last moment is the machine's. To repeat a run: {@code -Dcrash.seed=…}.
 */
@DisplayName("Debian with ext4, after virtio4j was killed")
class KilledGuestIT {
  private static final int KILLS = 4;
  private static final int MOST_FILES = 20;
  private static final int MOST_EXTRA_NANOS = 200_000_000;
  private static final long SEED = Long.getLong("crash.seed", System.nanoTime());

  private static final long DISK_BYTES = 32L << 20;
  private static final String FORMAT = "/sbin/mke2fs -q -t ext4 /dev/vda\n";

  /** Recovers and checks the file system, says what is in it, and writes files without end. */
  private static final String SCRIPT =
      """
      mount -t ext4 /dev/vda /mnt
      dmesg | grep -q 'EXT4-fs (vda): recovery complete' && echo "recovered"
      for file in $(ls /mnt | grep file); do
        echo "found $file $(md5sum < /mnt/$file)"
      done
      umount /mnt
      /sbin/e2fsck -f -n /dev/vda && echo "clean"
      mount -t ext4 /dev/vda /mnt
      number=$(ls /mnt | grep -c file)
      echo "writing"
      while true; do
        number=$((number + 1))
        file=file$number
        yes "This is file $number." | head -c $((number * 7919 % 100000)) > /mnt/$file
        sync /mnt/$file
        echo "synced $file $(md5sum < /mnt/$file)"
      done
      """;

  /** What the script says of a file: a line that the kill has cut short is none. */
  private static final Pattern FILE =
      Pattern.compile("(found|synced) (file\\d+) (\\p{XDigit}{32})  -");

  @TempDir private Path directory;
  private Path disk;

  @Test
  @DisplayName("replays its journal, finds no fault, and has every file that it had synced")
  void recovers() throws Exception {
    disk = directory.resolve("disk");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(DISK_BYTES);
    }
    Random random = new Random(SEED);
    Map<String, String> synced = new HashMap<>();
    for (int kill = 0; kill <= KILLS; kill++) {
      String script = kill == 0 ? FORMAT + SCRIPT : SCRIPT;
      int files = kill == KILLS ? 0 : 1 + random.nextInt(MOST_FILES);
      List<String> said = bootAndKill(script, files, random.nextInt(MOST_EXTRA_NANOS));
      String run = "kill %d, -Dcrash.seed=%d, %s".formatted(kill, SEED, String.join("\n", said));
      assertThat(said).as(run).contains("clean");
      assertThat(said.contains("recovered")).as(run).isEqualTo(kill > 0);
      assertThat(files("found", said)).as(run).containsAllEntriesOf(synced);
      synced.putAll(files("synced", said));
    }
  }

  /** Boots, and kills the whole program some time after that many files are synced. */
  private List<String> bootAndKill(String script, int files, int extraNanos) throws Exception {
    TestGuest guest = TestGuest.of(script, directory);
    Path errors = directory.resolve("errors");
    Process program =
        JavaProgram.of(
                List.of(),
                Main.class,
                "boot",
                "--kernel=" + guest.kernel(),
                "--initrd=" + guest.initramfs(),
                "--append=" + TestGuest.COMMAND_LINE,
                "--drive=file=" + disk)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader serial = program.inputReader()) {
      List<String> said = new ArrayList<>();
      readUntil("writing", 1, serial, said);
      readUntil("synced .*", files, serial, said);
      LockSupport.parkNanos(extraNanos);
      assertThat(program.isAlive()).as(() -> said + read(errors)).isTrue();
      program.toHandle().destroyForcibly(); // unlike Process.destroyForcibly, leaves the pipe open
      readUntil("", Integer.MAX_VALUE, serial, said);
      return said;
    } finally {
      program.destroyForcibly().waitFor();
    }
  }

  private static void readUntil(String regex, int times, BufferedReader from, List<String> lines)
      throws IOException {
    int left = times;
    for (String line; left > 0 && (line = from.readLine()) != null; ) {
      lines.add(line.strip());
      left -= line.strip().matches(regex) ? 1 : 0;
    }
  }

  /** Checksums by name. */
  private static Map<String, String> files(String verb, List<String> said) {
    Map<String, String> files = new HashMap<>();
    for (String line : said) {
      Matcher file = FILE.matcher(line);
      if (file.matches() && file.group(1).equals(verb)) {
        files.put(file.group(2), file.group(3));
      }
    }
    return files;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
