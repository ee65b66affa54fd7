package dev.virtio4j.cli;

import dev.virtio4j.pc.LinuxKernel;
import dev.virtio4j.pc.ReferencePc;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.IntConsumer;

/**
 * What a run keeps from one power-on of the machine to the next: the kernel and initrd as they were
 * read, and the open drives. Everything that can be refused is refused before the first power-on
 * runs, so no image is touched by then.
 */
final class MachineSetup implements Closeable {
  private final MachineOptions options;
  private final LinuxKernel kernel;
  private final byte[] initrd;
  private final Drives drives;

  private MachineSetup(MachineOptions options) throws IOException {
    this.options = options;
    kernel = LinuxKernel.read(options.kernel());
    initrd = options.initrd() == null ? null : readInitrd(options.initrd(), options.memoryBytes());
    drives = Drives.open(options.drives(), options.snapshot());
  }

  /**
   * Reads the kernel and the initrd, and opens the drives.
   *
   * @param options what the user wants
   * @return the set-up; to be closed
   * @throws BadInputException if a file is not as it should be
   */
  static MachineSetup open(MachineOptions options) throws BadInputException {
    try {
      return new MachineSetup(options);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private static byte[] readInitrd(Path file, int memoryBytes) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file; --initrd names an initial RAM disk");
    }
    if (Files.size(file) > memoryBytes) {
      throw new IOException(file + ": larger than the machine's memory; raise --memory");
    }
    return Files.readAllBytes(file);
  }

  /**
   * Makes a machine with the drives, and loads the kernel.
   *
   * @param serial takes the bytes of the serial line
   * @return the machine, about to run the kernel's first instruction
   * @throws IllegalArgumentException if something does not fit the machine, or the machine the host
   */
  Machine powerOn(IntConsumer serial) {
    ReferencePc pc = makePc(serial);
    drives.plugInto(pc.guestMemory(), pc.clock(), pc::plug, pc::pause);
    if (options.realtime()) {
      pc.paceToWallClock();
    }
    pc.boot(kernel, initrd, options.commandLine());
    return new PoweredPc(pc, drives);
  }

  private ReferencePc makePc(IntConsumer serial) {
    long startSeconds =
        options.realtime() ? Instant.now().getEpochSecond() : ReferencePc.DEFAULT_START_SECONDS;
    int memoryBytes = options.memoryBytes();
    return HardwareOptions.make(
        memoryBytes, () -> new ReferencePc(memoryBytes, startSeconds, serial));
  }

  /** The drives, open. */
  Drives drives() {
    return drives;
  }

  @Override
  public void close() throws IOException {
    drives.close();
  }
}
