package dev.virtio4j.scenario;

import dev.virtio4j.testing.Needs;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** QEMU's virtio-blk-pci on its pc machine. */
final class QemuMachine implements Machine {

  private static final String ERRORS = "errors";
  private static final String QMP = "qmp";

  /** After so long a process hangs. */
  private static final int SECONDS = 60;

  @Override
  public boolean isOurs() {
    return false;
  }

  @Override
  public Duration patience() {
    return Duration.ofSeconds(10);
  }

  @Override
  public String toString() {
    return "QEMU";
  }

  @Override
  public Qtest.Channel start(List<Disk> disks) throws IOException {
    Path directory = Files.createTempDirectory("scenario");
    List<String> command =
        new ArrayList<>(
            List.of(
                Needs.QEMU,
                "-machine",
                "pc",
                "-m",
                Integer.toString(MEMORY_MIB),
                "-S",
                "-display",
                "none",
                "-nodefaults",
                "-qtest",
                "stdio",
                "-qtest-log",
                "none",
                "-qmp",
                "unix:%s,server=on,wait=off".formatted(directory.resolve(QMP))));
    for (int i = 0; i < disks.size(); i++) {
      Disk disk = disks.get(i);
      Path image = directory.resolve("d" + i);
      Files.write(image, disk.content());
      command.add("-drive");
      command.add(
          "file=%s,if=none,id=d%d,format=raw%s%s%s"
              .formatted(
                  image,
                  i,
                  disk.readOnly() ? ",readonly=on" : "",
                  disk.options().containsKey("discard") ? "" : ",discard=unmap",
                  properties(disk, Disk.DRIVE_PROPERTIES)));
      command.add("-device");
      // Without ioeventfd a notify is served before its OUT is answered.
      command.add(
          "virtio-blk-pci,disable-modern=on,vectors=0,ioeventfd=off,drive=d%d".formatted(i)
              + properties(disk, Disk.PROPERTIES)
              + defaultPhysicalBlockSize(disk));
    }
    Process process =
        new ProcessBuilder(command).redirectError(directory.resolve(ERRORS).toFile()).start();
    return new ProcessChannel(process, directory);
  }

  private static String properties(Disk disk, Set<String> names) {
    return disk.options().entrySet().stream()
        .filter(option -> names.contains(option.getKey()))
        .map(option -> ",%s=%s".formatted(option.getKey(), option.getValue()))
        .collect(Collectors.joining());
  }

  /** QEMU's own is 512, which is refused where a logical block is larger. */
  private static String defaultPhysicalBlockSize(Disk disk) {
    return disk.options().containsKey("physical_block_size")
        ? ""
        : ",physical_block_size=" + disk.number("logical_block_size", Disk.SECTOR);
  }

  private static final class ProcessChannel implements Qtest.Channel {
    private final Process process;
    private final Path directory;
    private final Writer toProcess;
    private final BufferedReader fromProcess;
    private final CompletableFuture<Void> watchdog;

    ProcessChannel(Process process, Path directory) {
      this.process = process;
      this.directory = directory;
      toProcess = process.outputWriter(StandardCharsets.US_ASCII);
      fromProcess = process.inputReader(StandardCharsets.US_ASCII);
      watchdog =
          CompletableFuture.runAsync(
              process::destroyForcibly,
              CompletableFuture.delayedExecutor(SECONDS, TimeUnit.SECONDS));
    }

    @Override
    public void send(String line) {
      try {
        toProcess.write(line + "\n");
        toProcess.flush();
      } catch (IOException e) {
        // It is gone: receive says so.
        process.destroyForcibly();
      }
    }

    @Override
    public String receive() throws IOException {
      String line = fromProcess.readLine();
      if (line == null) {
        throw new EOFException("QEMU is gone: " + Files.readString(directory.resolve(ERRORS)));
      }
      return line;
    }

    @Override
    public void resize(int disk, long bytes) throws IOException {
      try (Qmp qmp = new Qmp(directory.resolve(QMP))) {
        qmp.execute("block_resize", "\"device\": \"d%d\", \"size\": %d".formatted(disk, bytes));
        qmp.execute("query-status", ""); // the device learns of it in a bottom half, before this
      }
    }

    @Override
    public void close() throws IOException {
      watchdog.cancel(false);
      process.destroyForcibly().onExit().join();
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }
}
