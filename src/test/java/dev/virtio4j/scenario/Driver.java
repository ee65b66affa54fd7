package dev.virtio4j.scenario;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The driver of one block device: what it has set up, and what it waits for. */
final class Driver {
  private static final int ACKNOWLEDGE = 1;
  private static final int DRIVER = 2;
  private static final int DRIVER_OK = 4;

  /** Every feature but BAD_FEATURE, and EVENT_IDX, which the driver would have to serve. */
  static final long DEFAULT_FEATURES = 0x1FFF_FFFFL;

  private static final int PAGE = 4096;

  private final Qtest qtest;
  private final Variables variables;
  private final Duration patience;
  private final ChainWriter chains;
  private final Function function;
  private final long defaultTable;

  private Ring ring;
  private Request request;
  private final Deque<Chain> outstanding = new ArrayDeque<>();
  private Chain finished;

  /**
   * Makes the driver of a device.
   *
   * @param chains writes those of all drivers, so that their buffers don't overlap
   * @param number counts the script's disks
   * @param device on PCI bus 0
   * @param patience how long a request may take
   */
  Driver(
      Qtest qtest,
      Variables variables,
      ChainWriter chains,
      int number,
      int device,
      Duration patience) {
    this.qtest = qtest;
    this.variables = variables;
    this.patience = patience;
    this.chains = chains;
    function = new Function(qtest, device);
    defaultTable = 0x40000 + 0x8000L * number;
  }

  Function function() {
    return function;
  }

  /** Tells the script where things are, when it turns to this device. */
  void name() {
    variables.set("bar", function.bar());
    if (ring != null) {
      ring.name(variables);
    }
  }

  /** From reset to DRIVER_OK, as the text has it (0.9.5, section 2.2.1). */
  void start(long features) throws IOException {
    function.set("status", 0);
    function.set("status", ACKNOWLEDGE);
    function.set("status", ACKNOWLEDGE | DRIVER);
    function.set("guest-features", function.get("features") & features);
    queue(defaultTable);
    function.set("status", ACKNOWLEDGE | DRIVER | DRIVER_OK);
  }

  void queue() throws IOException {
    queue(defaultTable);
  }

  /** Clears the memory of queue 0 and tells the device where it is. */
  void queue(long address) throws IOException {
    function.set("queue-select", 0);
    ring = new Ring(qtest, (int) function.get("queue-size"), address);
    function.set("queue-address", address / PAGE);
    outstanding.clear();
    name();
  }

  void request(Request next) {
    request = next;
  }

  void chain(List<String> words) throws IOException {
    outstanding.add(chains.write(ring(), request, words));
  }

  /** Changes fields of a descriptor that was written. */
  void descriptor(Options options) throws IOException {
    long at =
        options.number("table", ring().table())
            + Ring.DESCRIPTOR_SIZE * variables.evaluate(options.first());
    if (options.has("addr")) {
      qtest.put("writeq", at, options.number("addr", 0));
    }
    if (options.has("len")) {
      qtest.put("writel", at + 8, options.number("len", 0));
    }
    if (options.has("flags")) {
      qtest.put("writew", at + 12, options.number("flags", 0));
    }
    if (options.has("next")) {
      qtest.put("writew", at + 14, options.number("next", 0));
    }
  }

  /** Notifies the device of a queue. */
  void notifyDevice(long queue) throws IOException {
    function.set("queue-notify", queue);
  }

  /**
   * Waits until the device returns a chain.
   *
   * @param head its head; -1 for the one that is out longest
   * @return how many bytes it says it wrote
   */
  long awaitUsed(long head) throws IOException {
    if (head < 0 && outstanding.isEmpty()) {
      throw new IllegalArgumentException("no chain is out");
    }
    int wanted = head < 0 ? outstanding.peek().head() : (int) head;
    long deadline = System.nanoTime() + patience.toNanos();
    ring().poll();
    while (!ring.hasUsed(wanted)) {
      if (System.nanoTime() - deadline >= 0) {
        throw new AssertionError(
            "chain " + wanted + " was not used; others that were: " + ring.arrived());
      }
      ring.poll();
    }
    for (Chain chain : outstanding) {
      if (chain.head() == wanted) {
        finished = chain;
        outstanding.remove(chain);
        break;
      }
    }
    return ring.takeUsed(wanted);
  }

  void expectNoneUsed() throws IOException {
    ring().poll();
    if (!ring.arrived().isEmpty()) {
      throw new AssertionError("used: chains and lengths " + ring.arrived());
    }
  }

  byte[] data() throws IOException {
    return finished().data(qtest);
  }

  int status() throws IOException {
    return finished().status(qtest);
  }

  private Chain finished() {
    if (finished == null) {
      throw new IllegalArgumentException("no chain has come back");
    }
    return finished;
  }

  private Ring ring() {
    if (ring == null) {
      throw new IllegalArgumentException("there is no queue yet");
    }
    return ring;
  }
}
