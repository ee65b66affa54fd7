package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.virtio.pci.VirtioPciFunction;
import dev.virtio4j.virtio.scsi.ScsiHost;
import dev.virtio4j.virtio.scsi.ScsiOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** The driver of a SCSI host: builds requests, control requests and buffers for events. */
public final class ScsiDriver {
  /** Feature bits. */
  public static final int INOUT = 1;

  public static final int HOTPLUG = 2;
  public static final int CHANGE = 4;
  public static final int ALL_FEATURES = INOUT | HOTPLUG | CHANGE;

  /** Responses of 0.9.4 and later. */
  public static final int OK = 0;

  public static final int OVERRUN = 1;
  public static final int ABORTED = 2;
  public static final int BAD_TARGET = 3;
  public static final int RESET = 4;
  public static final int TRANSPORT_FAILURE = 6;
  public static final int FAILURE = 9;
  public static final int FUNCTION_SUCCEEDED = 10;
  public static final int FUNCTION_REJECTED = 11;
  public static final int INCORRECT_LUN = 12;

  /** Task attributes. */
  public static final int SIMPLE = 0;

  public static final int ORDERED = 1;
  public static final int HEAD = 2;

  public static final int SENSE_SIZE = 96;
  public static final int CDB_SIZE = 32;

  public final TestMemory memory = new TestMemory(4 << 20, true);
  public final ManualClock clock = new ManualClock();
  public final ScsiHost host;
  public final LegacyDriver driver;
  public DriverQueue control;
  public DriverQueue events;
  public DriverQueue requests;

  /** A request that was sent. */
  public static final class Sent {
    private final ChainBuilder chain;
    private final int head;

    private Sent(ChainBuilder chain, int head) {
      this.chain = chain;
      this.head = head;
    }

    /** Which descriptor it begins with. */
    public int head() {
      return head;
    }

    private ByteBuffer written() {
      return ByteBuffer.wrap(chain.written()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The field "response" of a command. */
    public int response() {
      return written().get(11) & 0xFF;
    }

    /** The field "status". */
    public int status() {
      return written().get(10) & 0xFF;
    }

    /** The field "residual". */
    public long residual() {
      return Integer.toUnsignedLong(written().getInt(4));
    }

    /** As many bytes of sense data as sense_len says. */
    public byte[] sense() {
      return Arrays.copyOfRange(chain.written(), 12, 12 + written().getInt(0));
    }

    /** Sense key, code and qualifier: "6/29/00"; "-" for no sense data. */
    public String why() {
      byte[] sense = sense();
      return sense.length == 0
          ? "-"
          : "%x/%02x/%02x".formatted(sense[2] & 0xF, sense[12] & 0xFF, sense[13] & 0xFF);
    }

    /** The data that came in. */
    public byte[] data() {
      byte[] written = chain.written();
      return Arrays.copyOfRange(written, 12 + SENSE_SIZE, written.length);
    }

    /** All that the device could write. */
    public byte[] raw() {
      return chain.written();
    }
  }

  /** Makes a host whose function a driver is connected to. */
  public ScsiDriver(ScsiOptions options) {
    host = new ScsiHost(options);
    driver = new LegacyDriver(VirtioPciFunction.of(host, memory, clock), memory);
  }

  /** Initialises the host with three queues. */
  public void start(int features) {
    control = driver.start(features);
    events = driver.placeQueue(1);
    requests = driver.placeQueue(2);
  }

  /** The field "lun". */
  public static long address(int target, int lun) {
    return 1 | target << 8 | (0x40 | lun >> 8) << 16 | (lun & 0xFFL) << 24;
  }

  /** What stands before the CDB, and the CDB. */
  public static byte[] header(long address, long tag, int attribute, String cdb) {
    byte[] bytes = HexFormat.of().parseHex(cdb.replace(" ", ""));
    return ByteBuffer.allocate(19 + CDB_SIZE)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(address)
        .putLong(tag)
        .put((byte) attribute)
        .put((byte) 0)
        .put((byte) 0)
        .put(bytes)
        .array();
  }

  /** Sends a command, and doesn't wait. */
  public Sent send(long address, long tag, int attribute, String cdb, byte[] out, int in) {
    ChainBuilder chain = requests.chain().readable(header(address, tag, attribute, cdb));
    if (out.length > 0) {
      chain.readable(out);
    }
    chain.writable(12 + SENSE_SIZE);
    if (in > 0) {
      chain.writable(in);
    }
    int head = chain.direct();
    requests.notifyDevice();
    return new Sent(chain, head);
  }

  /** Sends a command, which is done at once. */
  public Sent run(int target, int lun, String cdb, byte[] out, int in) {
    Sent sent = send(address(target, lun), 0, SIMPLE, cdb, out, in);
    assertThat(reap()).as("used entry").isEqualTo(sent.head);
    requests.freeBuffers();
    return sent;
  }

  /** Sends a command without data out. */
  public Sent in(int target, int lun, String cdb, int in) {
    return run(target, lun, cdb, new byte[0], in);
  }

  /** The head of the next request that was returned; -1 for none. */
  public int reap() {
    DriverQueue.Used used = requests.reap();
    return used == null ? -1 : used.head();
  }

  /** Does a task management function. */
  public int manage(int function, long address, long tag) {
    byte[] request =
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0)
            .putInt(function)
            .putLong(address)
            .putLong(tag)
            .array();
    return control(request, 1)[0];
  }

  /** Sends a control request. */
  public byte[] control(byte[] request, int room) {
    ChainBuilder chain = control.chain().readable(request).writable(room);
    int head = chain.direct();
    control.notifyDevice();
    DriverQueue.Used used = control.reap();
    assertThat(used).as("used entry of the control queue").isNotNull();
    assertThat(used.head()).isEqualTo(head);
    control.freeBuffers();
    return chain.written();
  }

  /** Gives the device a buffer for an event. */
  public ChainBuilder giveEventBuffer(int length) {
    ChainBuilder chain = events.chain().writable(length);
    chain.direct();
    events.notifyDevice();
    return chain;
  }

  /** An event as text: "event lun reason", the numbers in hexadecimal. */
  public static String event(ChainBuilder chain) {
    ByteBuffer written = ByteBuffer.wrap(chain.written()).order(ByteOrder.LITTLE_ENDIAN);
    return "%x %s %x"
        .formatted(
            written.getInt(0),
            HexFormat.of().formatHex(chain.written(), 4, 12),
            written.getInt(12));
  }
}
