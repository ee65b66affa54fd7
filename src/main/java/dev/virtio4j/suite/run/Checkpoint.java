package dev.virtio4j.suite.run;

import dev.virtio4j.drive.DriveOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * A saved machine that cases go on from.
 *
 * @param state the saved machine
 * @param drives those that it had then
 */
record Checkpoint(Path state, List<DriveOptions> drives) {
  Checkpoint {
    drives = List.copyOf(drives);
  }
}
