package dev.virtio4j.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.drive.Drives;
import dev.virtio4j.drive.OpenImage;
import dev.virtio4j.testing.TestKernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest writes a sector to a disk for which the host has no space, with werror=stop. */
@DisplayName("With werror=stop a full disk")
@Timeout(60)
class StandStillTest {
  private static final String STANDS_STILL =
      "drive0 disk.img: No space left on device; the machine stands still: mend that, ";

  @TempDir private Path directory;
  private final StringBuilder serial = new StringBuilder();
  private final List<String> notes = new ArrayList<>();
  private final byte[] content = new byte[4096];
  private Drives drives;
  private BootRun run;

  /** What the user does where a note asks for a key. */
  private Runnable answer;

  /** A disk on which the host has space only after some attempts. */
  private static final class FullDisk implements BlockBackend {
    private final BlockBackend disk;
    private int failures;

    FullDisk(byte[] content, int failures) {
      disk = new MemoryBackend(content, false);
      this.failures = failures;
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      if (failures > 0) {
        failures--;
        throw new IOException("No space left on device");
      }
      disk.write(position, from);
    }

    @Override
    public long size() {
      return disk.size();
    }

    @Override
    public void read(long position, ByteBuffer into) throws IOException {
      disk.read(position, into);
    }

    @Override
    public void zero(long position, long length, boolean mayUnmap) throws IOException {
      disk.zero(position, length, mayUnmap);
    }

    @Override
    public void resize(long size) throws IOException {
      disk.resize(size);
    }

    @Override
    public void flush() throws IOException {
      disk.flush();
    }

    @Override
    public boolean isReadOnly() {
      return disk.isReadOnly();
    }

    @Override
    public void close() throws IOException {
      disk.close();
    }
  }

  @BeforeEach
  void kernel() throws IOException {
    TestKernel.write(directory.resolve("kernel"), TestKernel.WRITE_SECTOR, TestKernel.HALT);
  }

  private Machine powerOn(IntConsumer sink) {
    MachineOptions options =
        new MachineOptions(
            8 << 20, null, null, directory.resolve("kernel"), null, "", List.of(), false, false);
    try {
      Machine machine = new ReferenceHost().make(options, Boot.read(options), drives, sink);
      machine.boot();
      return machine;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Prepares a run whose host has space only after some attempts. */
  private void prepare(int failures) throws BadInputException {
    DriveOptions options = DriveOptions.parse("id=drive0,file=disk.img,werror=stop");
    OpenImage image = new OpenImage(options.files(), new FullDisk(content, failures));
    drives = new Drives(List.of(), List.of(new Drive(options, image)), false);
    run =
        new BootRun(
            this::powerOn,
            List.of(),
            value -> serial.append((char) value),
            note -> {
              notes.add(note);
              if (note.endsWith("Ctrl-A c")) {
                answer.run();
              }
            });
    answer = run::goOn;
  }

  private BootRun.Result run(int failures, Duration retry) throws BadInputException {
    prepare(failures);
    return run.run(null, retry);
  }

  @Test
  @DisplayName("stops the machine until there is space, and the guest can't tell")
  void goesOn() throws BadInputException {
    BootRun.Result undisturbed = run(0, Duration.ofMillis(1));
    assertThat(notes).isEmpty();
    assertThat(serial).hasToString("0");
    serial.setLength(0);

    BootRun.Result result = run(3, Duration.ofMillis(1));
    assertThat(notes)
        .containsExactly(STANDS_STILL + "it tries again by itself", "the machine goes on");
    assertThat(serial).hasToString("0");
    assertThat(new String(content, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("data");
    assertThat(result.reason()).isEqualTo(undisturbed.reason());
    assertThat(result.instructions()).isEqualTo(undisturbed.instructions());
    assertThat(result.emulatedTime()).isEqualTo(undisturbed.emulatedTime());
    assertThat(drives.list().get(0).counters().counts().get("writes")).isEqualTo(1);
    assertThat(drives.list().get(0).counters().counts().get("errors")).isZero();
  }

  @Test
  @DisplayName("waits for a key at a terminal, and says so again while there is no space")
  void goesOnAtKey() throws BadInputException {
    BootRun.Result result = run(2, null);
    String line = STANDS_STILL + "then press Ctrl-A c";
    assertThat(notes).containsExactly(line, line, "the machine goes on");
    assertThat(serial).hasToString("0");
    assertThat(result.exitStatus()).isZero();
  }

  @Test
  @DisplayName("does not keep a run from its timeout")
  void timeout() throws BadInputException {
    prepare(Integer.MAX_VALUE);
    BootRun.Result result = run.run(Duration.ofMillis(50), Duration.ofMillis(1));
    assertThat(result.exitStatus()).isEqualTo(3);
    assertThat(notes).containsExactly(STANDS_STILL + "it tries again by itself");
    assertThat(serial.toString()).isEmpty();
  }

  @Test
  @DisplayName("does not keep a user from ending the run")
  void quit() throws BadInputException {
    prepare(Integer.MAX_VALUE);
    answer = run::quit;
    BootRun.Result result = run.run(null, null);
    assertThat(result.reason()).isEqualTo("ended by the user");
    assertThat(serial.toString()).isEmpty();
  }
}
