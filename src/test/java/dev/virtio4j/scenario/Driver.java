package dev.virtio4j.scenario;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The driver of one device: what it has set up, and what it waits for. */
final class Driver {
  private static final int ACKNOWLEDGE = 1;
  private static final int DRIVER = 2;
  private static final int DRIVER_OK = 4;

  /** Every feature but BAD_FEATURE, and EVENT_IDX, which the driver would have to serve. */
  static final long DEFAULT_FEATURES = 0x1FFF_FFFFL;

  private static final int PAGE = 4096;

  /** Where the queues are unless the script says otherwise: the first MiB of extended memory. */
  private static final long TABLES = 0x100000;

  /** Room for a queue of 1024. */
  private static final long TABLE_SPACE = 0x8000;

  /** The most queues of a device that have room. */
  private static final int QUEUES = 4;

  private final Qtest qtest;
  private final Variables variables;
  private final Duration patience;
  private final ChainWriter chains;
  private final Function function;
  private final Device device;
  private final int number;

  /** What the driver has of a queue: its ring, and the chains that did not come back yet. */
  private record Queue(Ring ring, Deque<Chain> outstanding) {}

  private final Map<Integer, Queue> queues = new HashMap<>();
  private int selected;
  private Request request;
  private Chain finished;

  /**
   * Makes the driver of a device.
   *
   * @param chains writes those of all drivers, so that their buffers don't overlap
   * @param device what it is
   * @param number counts the script's devices
   * @param slot its place on PCI bus 0
   * @param patience how long a request may take
   */
  Driver(
      Qtest qtest,
      Variables variables,
      ChainWriter chains,
      Device device,
      int number,
      int slot,
      Duration patience) {
    this.qtest = qtest;
    this.variables = variables;
    this.patience = patience;
    this.chains = chains;
    function = new Function(qtest, slot);
    this.device = device;
    this.number = number;
  }

  Function function() {
    return function;
  }

  int number() {
    return number;
  }

  /** What a SCSI host goes by. */
  ScsiText text() {
    if (device instanceof Host host) {
      return ScsiText.of(host.options().getOrDefault("spec", "default"));
    }
    throw new IllegalArgumentException("this device is no SCSI host");
  }

  /** The queue for requests that a driver uses first; those before it are for something else. */
  int firstQueue() {
    return device instanceof Host ? ScsiSteps.firstQueue(text()) : 0;
  }

  /** Tells the script where things are, when it turns to this device. */
  void name() {
    variables.set("bar", function.bar());
    if (queues.containsKey(selected)) {
      ring().name(variables);
    }
  }

  /** Says which queue is meant from now on. */
  void select(int queue) {
    selected = queue;
    name();
  }

  /** From reset to DRIVER_OK, as the text has it (0.9.5, section 2.2.1). */
  void start(long features, int queueCount) throws IOException {
    function.set("status", 0);
    function.set("status", ACKNOWLEDGE);
    function.set("status", ACKNOWLEDGE | DRIVER);
    function.set("guest-features", function.get("features") & features);
    for (int i = queueCount - 1; i >= 0; i--) {
      selected = i;
      queue();
    }
    select(firstQueue());
    function.set("status", ACKNOWLEDGE | DRIVER | DRIVER_OK);
  }

  /** Something that a driver does. */
  interface Action {
    void run() throws IOException;
  }

  /** Does something on another queue than the one that is selected. */
  void onQueue(int other, Action action) throws IOException {
    int before = selected;
    selected = other;
    action.run();
    selected = before;
  }

  void queue() throws IOException {
    queue(TABLES + TABLE_SPACE * (QUEUES * number + selected));
  }

  /** Clears the memory of the selected queue and tells the device where it is. */
  void queue(long address) throws IOException {
    function.set("queue-select", selected);
    Ring ring = new Ring(qtest, (int) function.get("queue-size"), address);
    function.set("queue-address", address / PAGE);
    queues.put(selected, new Queue(ring, new ArrayDeque<>()));
    name();
  }

  void request(Request next) {
    request = next;
  }

  void chain(List<String> words) throws IOException {
    queue(selected).outstanding.add(chains.write(ring(), request, words));
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

  /** Notifies the device of the selected queue. */
  void notifyDevice() throws IOException {
    function.set("queue-notify", selected);
  }

  /**
   * Waits until the device returns a chain.
   *
   * @param head its head; -1 for the one that is out longest
   * @return how many bytes it says it wrote
   */
  long awaitUsed(long head) throws IOException {
    Ring ring = ring();
    Deque<Chain> outstanding = queue(selected).outstanding;
    if (head < 0 && outstanding.isEmpty()) {
      throw new IllegalArgumentException("no chain is out");
    }
    int wanted = head < 0 ? outstanding.peek().head() : (int) head;
    long deadline = System.nanoTime() + patience.toNanos();
    ring.poll();
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
    if (!ring().arrived().isEmpty()) {
      throw new AssertionError("used: chains and lengths " + ring().arrived());
    }
  }

  byte[] written() throws IOException {
    return finished().written(qtest);
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

  private Queue queue(int index) {
    Queue queue = queues.get(index);
    if (queue == null) {
      throw new IllegalArgumentException("there is no queue yet");
    }
    return queue;
  }

  private Ring ring() {
    return queue(selected).ring;
  }
}
