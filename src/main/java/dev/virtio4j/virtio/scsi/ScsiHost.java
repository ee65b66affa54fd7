package dev.virtio4j.virtio.scsi;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.ScsiBus;
import dev.virtio4j.scsi.TaskEnd;
import dev.virtio4j.scsi.UnitAttention;
import dev.virtio4j.scsi.UnitCounters;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.DescriptorChain;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.Virtqueue;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The virtio SCSI host (0.9.5, Appendix H), type 8: carries commands, task management and events
 * between a guest and the units of a {@link ScsiBus}. Queue 0 is for control requests, 1 for
 * events, the others for commands; in the draft of April 2011 all are, and each belongs to one
 * unit, in the order of their addresses.
 *
 * <p>Commands don't allocate.
 */
public final class ScsiHost extends VirtioDevice {
  private static final String NAME = "virtio-scsi";

  private static final int CONTROL_QUEUE = 0;
  private static final int EVENT_QUEUE = 1;

  /** The descriptors of a request that are not data: header and response. */
  private static final int OVERHEAD = 2;

  private static final int STATUS_DRIVER_OK = 4;

  // Hints, as QEMU gives them.
  private static final int MAX_SECTORS = 0xFFFF;
  private static final int CMD_PER_LUN = 128;

  private final ScsiOptions options;
  private final Dialect dialect;
  private final byte[] config;
  private final ScsiBus bus;
  private final ControlQueue control;
  private final EventQueue events;
  private final long[] counters = new long[ScsiCounter.values().length];
  private final ArrayDeque<ScsiRequest> pool = new ArrayDeque<>();

  /** The queue that is looked at now, which is published afterwards; null for none. */
  private Virtqueue serving;

  /** Whether a request of another queue has ended since that was published. */
  private boolean endedElsewhere;

  private long senseSize;
  private long cdbSize;
  private Consumer<String> stopListener = line -> {};

  /**
   * Makes a host without units.
   *
   * @param options what the user chose
   */
  public ScsiHost(ScsiOptions options) {
    this(options, Dialect.of(options.spec()));
  }

  private ScsiHost(ScsiOptions options, Dialect dialect) {
    this(options, dialect, config(options, dialect));
  }

  private ScsiHost(ScsiOptions options, Dialect dialect, byte[] config) {
    super(
        NAME, dialect.type, options.spec(), dialect.features, config, queueSizes(options, dialect));
    this.options = options;
    this.dialect = dialect;
    this.config = config;
    bus = new ScsiBus(new BusListener());
    control = new ControlQueue(bus, dialect);
    events = new EventQueue();
    takeSizes();
  }

  private static int[] queueSizes(ScsiOptions options, Dialect dialect) {
    int[] sizes = new int[dialect.firstRequestQueue + options.queues()];
    Arrays.fill(sizes, options.queueSize());
    return sizes;
  }

  private static byte[] config(ScsiOptions options, Dialect dialect) {
    byte[] config = new byte[ScsiConfig.length(dialect)];
    ScsiConfig.NUM_QUEUES.put(config, dialect, options.queues());
    ScsiConfig.SEG_MAX.put(config, dialect, options.queueSize() - OVERHEAD);
    ScsiConfig.MAX_SECTORS.put(config, dialect, MAX_SECTORS);
    ScsiConfig.CMD_PER_LUN.put(config, dialect, CMD_PER_LUN);
    ScsiConfig.EVENT_INFO_SIZE.put(config, dialect, EventQueue.EVENT_SIZE);
    ScsiConfig.MAX_CHANNEL.put(config, dialect, 0);
    ScsiConfig.MAX_TARGET.put(config, dialect, ScsiBus.TARGETS - 1);
    ScsiConfig.MAX_LUN.put(config, dialect, ScsiBus.LUNS - 1);
    putDefaults(config, dialect);
    return config;
  }

  /** The fields that a driver may write. */
  private static void putDefaults(byte[] config, Dialect dialect) {
    ScsiConfig.SENSE_SIZE.put(config, dialect, ScsiConfig.DEFAULT_SENSE_SIZE);
    ScsiConfig.CDB_SIZE.put(config, dialect, ScsiConfig.DEFAULT_CDB_SIZE);
  }

  // The bus, for its owner. All of this runs on the emulator's thread.

  /**
   * Adds a unit, and tells the guest if that is up.
   *
   * @param target 0 to 255
   * @param lun 0 to 16383
   * @param unit the unit, on no other bus
   * @param settings how its tasks are treated
   * @throws IllegalArgumentException with one line if there is one at that address, or there is no
   *     such address
   */
  public void attach(int target, int lun, LogicalUnit unit, UnitSettings settings) {
    bus.attach(target, lun, unit, settings);
    transportReset(target, lun, EventQueue.RESET_RESCAN);
  }

  /**
   * Takes a unit away, and tells the guest. Its requests in flight are returned, each with
   * TRANSPORT_FAILURE.
   *
   * @param target 0 to 255
   * @param lun 0 to 16383
   * @throws IllegalArgumentException with one line if there is none at that address
   */
  public void detach(int target, int lun) {
    bus.detach(target, lun);
    control.forget(target, lun);
    transportReset(target, lun, EventQueue.RESET_REMOVED);
    publishAll();
  }

  /**
   * Whether there is a unit.
   *
   * @param target any number
   * @param lun any number
   * @return true if there is one at that address
   */
  public boolean has(int target, int lun) {
    return bus.has(target, lun);
  }

  /**
   * Says who is to know when an error of the host makes the device wait ({@link
   * dev.virtio4j.block.OnError#STOP}). The machine should then stand still before its next
   * instruction.
   *
   * @param listener takes one line that says why
   */
  public void onStop(Consumer<String> listener) {
    stopListener = listener;
  }

  /** After a stop: tries the request that failed again, and goes on. */
  public void resume() {
    bus.resume();
    publishAll();
  }

  /**
   * What the host has done so far.
   *
   * @param counter which count
   * @return its value at this moment
   */
  @SuppressWarnings("EnumOrdinal") // an array, since an EnumMap would box each count
  public long count(ScsiCounter counter) {
    return switch (counter) {
      case CONTROL_REQUESTS -> control.requests();
      case EVENTS -> events.told();
      case EVENTS_MISSED -> events.missed();
      case INTERRUPTS -> interrupts();
      case INTERRUPTS_SUPPRESSED -> suppressedInterrupts();
      default -> counters[counter.ordinal()];
    };
  }

  /**
   * What a unit has done so far.
   *
   * @param target of a unit that is there
   * @param lun likewise
   * @return the counts at this moment
   */
  public UnitCounters counters(int target, int lun) {
    return bus.counters(target, lun);
  }

  private void transportReset(int target, int lun, int reason) {
    boolean wanted = dialect == Dialect.NOVEMBER_2011 || accepted(ScsiFeature.HOTPLUG);
    if (wanted && isUp()) {
      tell(EventQueue.Event.TRANSPORT_RESET, target, lun, reason);
    }
  }

  private void tell(EventQueue.Event event, int target, int lun, int reason) {
    events.tell(event, ScsiAddress.of(target, lun), reason);
    publish(queue(EVENT_QUEUE));
  }

  private boolean isUp() {
    return (status() & STATUS_DRIVER_OK) != 0;
  }

  private boolean accepted(ScsiFeature feature) {
    return (acceptedFeatures() & feature.mask) != 0;
  }

  private final class BusListener implements ScsiBus.Listener {
    @Override
    public void parametersChanged(int target, int lun, UnitAttention attention) {
      if (accepted(ScsiFeature.CHANGE) && isUp()) {
        int reason = attention.code() | attention.qualifier() << 8;
        tell(EventQueue.Event.PARAM_CHANGE, target, lun, reason);
      }
    }

    @Override
    public void asynchronousEvent(int target, int lun, int eventClasses) {
      int wanted = control.subscribed(target, lun) & eventClasses;
      if (wanted != 0) {
        tell(EventQueue.Event.ASYNC_NOTIFY, target, lun, wanted);
      }
    }

    @Override
    public void stopped(String why) {
      stopListener.accept(why);
    }
  }

  // The queues.

  @Override
  protected void connected(EventClock clock) {
    bus.connect(clock, this::publishAll);
  }

  @Override
  protected void serve(Virtqueue queue) {
    serving = queue;
    for (DescriptorChain chain = queue.next(); chain != null; chain = queue.next()) {
      int index = queue.index();
      if (index >= dialect.firstRequestQueue) {
        takeCommand(queue, chain);
      } else if (index == CONTROL_QUEUE) {
        takeControl(chain);
      } else {
        events.take(chain);
      }
    }
    serving = null;
    if (endedElsewhere) {
      publishAll();
    }
  }

  private void takeCommand(Virtqueue queue, DescriptorChain chain) {
    add(ScsiCounter.REQUESTS);
    ScsiRequest request = pool.isEmpty() ? newRequest() : pool.pop();
    try {
      switch (request.parse(queue, chain, senseSize, cdbSize)) {
        case COMMAND -> submit(request);
        case UNREADABLE -> {
          add(ScsiCounter.MALFORMED);
          refuse(request, ScsiResponse.FAILURE);
        }
        case UNANSWERABLE -> {
          add(ScsiCounter.MALFORMED);
          warn(() -> "request returned unused, too short for its response");
          release(request);
        }
      }
    } catch (GuestMemoryException e) {
      add(ScsiCounter.MALFORMED);
      warn(() -> "request failed: " + e.getMessage());
      refuse(request, ScsiResponse.FAILURE);
    }
  }

  private ScsiRequest newRequest() {
    return new ScsiRequest(dialect, this::ended);
  }

  private void submit(ScsiRequest request) {
    long address = dialect == Dialect.APRIL_2011 ? unitOf(request.queue()) : request.address();
    if (!ScsiAddress.isValid(address) || !bus.hasTarget(ScsiAddress.target(address))) {
      add(ScsiCounter.BAD_TARGET);
      refuse(request, ScsiResponse.BAD_TARGET);
    } else if (request.goesBothWays() && !accepted(ScsiFeature.INOUT)) {
      refuse(request, ScsiResponse.FAILURE);
    } else {
      bus.submit(request.begin(), ScsiAddress.target(address), ScsiAddress.lun(address));
    }
  }

  /** In the first draft each queue belongs to a unit; 0, which is no address, for none. */
  private long unitOf(Virtqueue queue) {
    int left = queue.index();
    for (int target = 0; target < ScsiBus.TARGETS; target++) {
      int units = bus.units(target);
      if (left < units) {
        return ScsiAddress.of(target, bus.lun(target, left));
      }
      left -= units;
    }
    return 0;
  }

  /** Takes the sizes over that the driver may have written. */
  private void takeSizes() {
    if (config.length > 0) {
      senseSize = ScsiConfig.SENSE_SIZE.get(config, dialect);
      cdbSize = ScsiConfig.CDB_SIZE.get(config, dialect);
    }
  }

  private void takeControl(DescriptorChain chain) {
    try {
      if (!control.execute(chain)) {
        add(ScsiCounter.MALFORMED);
        warn(() -> "control request returned unused, there is no room for its response");
      }
    } catch (GuestMemoryException e) {
      add(ScsiCounter.MALFORMED);
      warn(() -> "control request failed: " + e.getMessage());
    }
    chain.complete();
  }

  private void refuse(ScsiRequest request, ScsiResponse why) {
    add(ScsiCounter.FAILED);
    try {
      request.refuse(why);
    } catch (GuestMemoryException e) {
      warn(() -> "response lost: " + e.getMessage());
    }
    release(request);
  }

  private void ended(ScsiRequest request, TaskEnd end) {
    if (end != TaskEnd.COMPLETE) {
      add(ScsiCounter.FAILED);
    }
    IOException failure = request.hostFailure();
    if (failure != null) {
      warn(() -> "command failed on the host: " + failure);
    }
    try {
      request.respond(end);
    } catch (GuestMemoryException e) {
      warn(() -> "response lost: " + e.getMessage());
    }
    release(request);
  }

  private void release(ScsiRequest request) {
    endedElsewhere |= request.queue() != serving;
    request.complete();
    pool.push(request);
  }

  @SuppressWarnings("EnumOrdinal") // as above
  private void add(ScsiCounter counter) {
    counters[counter.ordinal()]++;
  }

  private void publishAll() {
    endedElsewhere = false;
    for (int i = 0; i < dialect.firstRequestQueue + options.queues(); i++) {
      publish(queue(i));
    }
  }

  @Override
  protected void abandon(Virtqueue queue) {
    int index = queue.index();
    if (index >= dialect.firstRequestQueue) {
      bus.giveUp(carrier -> ((ScsiRequest) carrier).queue() == queue);
    } else if (index == EVENT_QUEUE) {
      events.abandon();
    }
  }

  @Override
  protected void resetConfig() {
    putDefaults(config, dialect);
    takeSizes();
    control.reset();
    bus.reset();
  }

  @Override
  protected void configWritten(int offset, int value) {
    if (ScsiConfig.SENSE_SIZE.has(dialect, offset) || ScsiConfig.CDB_SIZE.has(dialect, offset)) {
      config[offset] = (byte) value;
      takeSizes();
    }
  }

  @Override
  protected void saveType(StateWriter out) throws IOException {
    for (long counter : counters) {
      out.i64(counter);
    }
    control.save(out);
    if (dialect.firstRequestQueue > EVENT_QUEUE) {
      events.save(out);
    }
    bus.save(out);
  }

  @Override
  protected void loadType(StateReader in) throws IOException {
    for (int i = 0; i < counters.length; i++) {
      counters[i] = in.i64(0, Long.MAX_VALUE, "a counter");
    }
    byte[] expected = config(options, dialect);
    for (int i = 0; i < config.length; i++) {
      if (config[i] != expected[i]
          && !ScsiConfig.SENSE_SIZE.has(dialect, i)
          && !ScsiConfig.CDB_SIZE.has(dialect, i)) {
        throw in.wrong("is of a SCSI host with other options");
      }
    }
    takeSizes();
    control.load(in);
    if (dialect.firstRequestQueue > EVENT_QUEUE) {
      events.load(in, queue(EVENT_QUEUE));
    }
    bus.load(in, state -> newRequest().load(state, this::requestQueue));
  }

  /** A queue for commands; null if the number is not of one. */
  private Virtqueue requestQueue(int index) {
    boolean is =
        index >= dialect.firstRequestQueue && index < dialect.firstRequestQueue + options.queues();
    return is ? queue(index) : null;
  }
}
