package dev.virtio4j.suite.run;

import dev.virtio4j.block.Sha256;
import dev.virtio4j.drive.Drive;
import dev.virtio4j.drive.Drives;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/** Hashes by which one sees that an image changed, or was changed otherwise in another run. */
final class ImageStates {
  private ImageStates() {}

  /** Those of all drives, by their names. */
  static Map<String, String> of(Drives drives) throws IOException {
    Map<String, String> states = new TreeMap<>();
    for (Drive drive : drives.list()) {
      states.put(drive.name(), of(drive));
    }
    return states;
  }

  /** That of one: the same if and only if a guest could not tell the one from the other. */
  static String of(Drive drive) throws IOException {
    MessageDigest digest = Sha256.start();
    drive.addState(digest);
    return Sha256.end(digest);
  }
}
