package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Host.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The user of QEMU, at its monitor. */
final class QemuHands implements Hands {
  /** Numbers in JSON; what else a unit has is text. */
  private static final Set<String> NUMBERS =
      Set.of(
          "channel",
          "scsi-id",
          "lun",
          "logical_block_size",
          "physical_block_size",
          "min_io_size",
          "opt_io_size",
          "cyls",
          "heads",
          "secs");

  private final Path directory;
  private final Path monitor;

  /**
   * How many drives were added: each has a name of its own, since one that is gone stays a while.
   */
  private int added;

  QemuHands(Path directory, Path monitor) {
    this.directory = directory;
    this.monitor = monitor;
  }

  @Override
  public void resize(int device, long bytes) throws IOException {
    resize("d" + device, bytes);
  }

  @Override
  public void resize(int device, UnitAddress unit, long bytes) throws IOException {
    resize(QemuMachine.name(device, unit), bytes);
  }

  private void resize(String drive, long bytes) throws IOException {
    execute("block_resize", "\"device\": \"%s\", \"size\": %d".formatted(drive, bytes));
  }

  @Override
  public void plug(int device, Unit unit) throws IOException {
    String node = "added" + added++;
    Path image = Files.write(directory.resolve(node), unit.medium().content());
    execute(
        "blockdev-add",
        "\"node-name\": \"%s\", \"driver\": \"raw\", \"read-only\": %b, \"discard\": \"unmap\", "
                .formatted(node, unit.medium().readOnly())
            + "\"file\": {\"driver\": \"file\", \"filename\": \"%s\"}".formatted(image));
    Map<String, String> properties = QemuMachine.unitProperties(device, unit);
    properties.put("drive", node);
    execute(
        "device_add",
        "\"driver\": \"%s\", ".formatted(unit.kind().qemu)
            + properties.entrySet().stream()
                .map(
                    property ->
                        (NUMBERS.contains(property.getKey()) ? "\"%s\": %s" : "\"%s\": \"%s\"")
                            .formatted(property.getKey(), property.getValue()))
                .collect(Collectors.joining(", ")));
  }

  @Override
  public void unplug(int device, UnitAddress unit) throws IOException {
    execute("device_del", "\"id\": \"u%s\"".formatted(QemuMachine.name(device, unit)));
  }

  @Override
  public void eject(int device, UnitAddress unit) throws IOException {
    execute("eject", "\"id\": \"u%s\", \"force\": true".formatted(QemuMachine.name(device, unit)));
  }

  @Override
  public void insert(int device, UnitAddress unit, Disk medium) throws IOException {
    Path image = Files.write(directory.resolve(QemuMachine.name(device, unit)), medium.content());
    execute(
        "blockdev-change-medium",
        "\"id\": \"u%s\", \"filename\": \"%s\", \"format\": \"raw\", \"read-only-mode\": \"read-only\""
            .formatted(QemuMachine.name(device, unit), image));
  }

  private void execute(String command, String arguments) throws IOException {
    try (Qmp qmp = new Qmp(monitor)) {
      qmp.execute(command, arguments);
      qmp.execute("query-status", ""); // the device learns of it in a bottom half, before this
    }
  }
}
