package dev.virtio4j.machine;

import dev.virtio4j.drive.Drives;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * JPCs for any number of machines, which may run at the same time. Much of a JPC is static, the
 * size of its memory too, so each thread has one for each size.
 */
public final class JpcHosts implements Host {
  private final JpcOptions options;
  private final ThreadLocal<Map<Integer, Host>> loaded = ThreadLocal.withInitial(HashMap::new);

  /**
   * Makes sure that there is a JPC.
   *
   * @param options which, and how it is to be
   * @throws BadInputException if the file is no JPC, or an option is not as it should be
   */
  public JpcHosts(JpcOptions options) throws BadInputException {
    this.options = options;
    JpcLoader.load(options);
  }

  @Override
  public String id() {
    return "jpc";
  }

  /** {@inheritDoc} It is to be run on the thread that calls this. */
  @Override
  public Machine make(MachineOptions machine, Boot boot, Drives drives, IntConsumer serial) {
    return loaded
        .get()
        .computeIfAbsent(machine.memoryBytes(), bytes -> load())
        .make(machine, boot, drives, serial);
  }

  private Host load() {
    try {
      return JpcLoader.load(options);
    } catch (BadInputException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
