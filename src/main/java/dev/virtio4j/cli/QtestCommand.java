package dev.virtio4j.cli;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import dev.virtio4j.machine.ReferenceHost;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.plugin.PluginDevices;
import dev.virtio4j.qtest.QtestServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qtest}: the machine without a CPU, driven by a test program. */
@Command(
    name = "qtest",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    customSynopsis = "virtio4j qtest [OPTION]...",
    description = {
      "Serves QEMU's qtest protocol on a machine without a CPU, whose PCI bus and",
      "devices are those of boot. Requests come on standard input; its end ends the run."
    })
final class QtestCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private HardwareOptions hardware;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = {
        "connect to the unix socket on which the test program",
        "listens, as 'qemu -qtest unix:PATH' does"
      })
  private Path socket;

  QtestCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws BadInputException {
    try (PluginDevices devices = hardware.openDevices(console);
        Drives drives = Drives.open(hardware.drives(), false)) {
      devices.list().forEach(device -> drives.plugAlso(device::powerOn));
      CpulessPc pc = powerOn(drives);
      try {
        serve(pc);
      } finally {
        drives.flush();
      }
      return ExitStatus.OK;
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }

  private CpulessPc powerOn(Drives drives) throws BadInputException {
    int memoryBytes = hardware.memoryBytes();
    try {
      CpulessPc pc = ReferenceHost.withMemory(memoryBytes, () -> new CpulessPc(memoryBytes));
      drives.plugInto(
          pc.guestMemory(), pc.clock(), pc::plug, () -> console.note(drives.waitsFor()));
      return pc;
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e);
    }
  }

  private void serve(CpulessPc pc) throws IOException {
    if (socket == null) {
      new QtestServer(pc, console.in(), console.out()).run();
      return;
    }
    try (SocketChannel channel = connect()) {
      new QtestServer(pc, Channels.newInputStream(channel), Channels.newOutputStream(channel))
          .run();
    }
  }

  private SocketChannel connect() throws IOException {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new IOException(
          socket + ": " + e.getMessage() + "; the test program must listen there already", e);
    }
  }
}
