package dev.virtio4j.drive;

import java.util.Optional;
import java.util.function.Consumer;

/** Whether a device waits for the host, as with {@code werror=stop}. */
final class HostWait {
  private final Runnable resume;
  private String waitsFor;

  /**
   * Watches a device.
   *
   * @param name what the user is told
   * @param onStop has the device say why it waits, in one line
   * @param resume lets the device try again
   * @param pause makes the machine stand still
   */
  HostWait(String name, Consumer<Consumer<String>> onStop, Runnable resume, Runnable pause) {
    this.resume = resume;
    onStop.accept(
        why -> {
          waitsFor = name + ": " + why;
          pause.run();
        });
  }

  /** What the device waits for; nothing if it does not wait. */
  Optional<String> waitsFor() {
    return Optional.ofNullable(waitsFor);
  }

  /**
   * Lets the device try again, if it waits.
   *
   * @return whether it waits no longer
   */
  boolean resume() {
    if (waitsFor != null) {
      waitsFor = null;
      resume.run();
    }
    return waitsFor == null;
  }
}
