package dev.virtio4j.cli;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.LinuxKernel;
import dev.virtio4j.pc.ReferencePc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a machine boots at each power-on, as it was read: it need not be there any more. */
final class LinuxBoot {
  private final LinuxKernel kernel;
  private final byte[] initrd;
  private final String commandLine;

  private LinuxBoot(LinuxKernel kernel, byte[] initrd, String commandLine) {
    this.kernel = kernel;
    this.initrd = initrd;
    this.commandLine = commandLine;
  }

  /**
   * Reads the files.
   *
   * @param options which
   * @return what they hold
   * @throws IOException if one is not as it should be
   */
  static LinuxBoot read(MachineOptions options) throws IOException {
    LinuxKernel kernel = LinuxKernel.read(options.kernel());
    byte[] initrd =
        options.initrd() == null ? null : readInitrd(options.initrd(), options.memoryBytes());
    return new LinuxBoot(kernel, initrd, options.commandLine());
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
   * Loads it into a machine.
   *
   * @param pc the machine
   * @throws IllegalArgumentException if it does not fit
   */
  void boot(ReferencePc pc) {
    pc.boot(kernel, initrd, commandLine);
  }

  void save(StateWriter out) throws IOException {
    out.begin("boot", 1);
    kernel.save(out);
    out.flag(initrd != null);
    if (initrd != null) {
      out.array(initrd);
    }
    out.text(commandLine);
    out.end();
  }

  static LinuxBoot load(StateReader in) throws IOException {
    in.begin("boot", 1);
    LinuxKernel kernel = LinuxKernel.load(in);
    byte[] initrd = in.flag() ? in.array() : null;
    String commandLine = in.text();
    in.end();
    return new LinuxBoot(kernel, initrd, commandLine);
  }
}
