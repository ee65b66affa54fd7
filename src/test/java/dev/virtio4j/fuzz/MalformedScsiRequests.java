package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.FuzzDriver.WRITE;

import dev.virtio4j.fuzz.FuzzDriver.Descriptor;
import dev.virtio4j.fuzz.MalformedScsi.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes requests to a SCSI host that are malformed in a given way, each of them another, and counts
 * those that got the answer for that. A host whose units are away, or fail, may give others.
 */
final class MalformedScsiRequests {
  private static final int HEADER = 19;
  private static final int SENSE_SIZE = 96;
  private static final int CDB_SIZE = 32;
  private static final int ANSWER = 12 + SENSE_SIZE;
  private static final int TASK_MANAGEMENT = 24;
  private static final int NOTIFICATION = 16;
  private static final int NOTIFICATION_ANSWER = 5;
  private static final int EVENT = 16;

  private static final int READ_10 = 0x28;
  private static final int WRITE_10 = 0x2A;

  /** Requests that are made available together. */
  private static final int MAX_BATCH = 32;

  /** Descriptors that a request has at most. */
  private static final int MAX_DIRECT = 4;

  private static final byte UNTOUCHED = (byte) 0xEE;

  private static final long FOREVER = 1_000_000_000_000L;

  /** Where the answer to a request is to be, if anywhere. */
  private record Answer(int address, int length) {}

  private final ScsiMachine machine;
  private final FuzzDriver driver;
  private final ScsiSetup setup;
  private final Random random = new Random(8);
  private final Map<MalformedScsi, Integer> counts = new EnumMap<>(MalformedScsi.class);
  private final List<Answer> answers = new ArrayList<>();

  MalformedScsiRequests(ScsiMachine machine, FuzzDriver driver, ScsiSetup setup) {
    this.machine = machine;
    this.driver = driver;
    this.setup = setup;
  }

  /** How many requests of a kind got the answer for that. */
  int count(MalformedScsi kind) {
    return counts.getOrDefault(kind, 0);
  }

  /** Makes some requests of a kind, unless the host has another layout. */
  @SuppressWarnings("EnumOrdinal") // the queues are numbered in that order
  void make(MalformedScsi kind, int count) {
    if (setup.isFirstDraft()) {
      return;
    }
    driver.select(kind.queue().ordinal());
    driver.place();
    machine.configureSizes(SENSE_SIZE, CDB_SIZE);
    int batch = Math.max(1, Math.min(MAX_BATCH, driver.size() / MAX_DIRECT));
    takeUnitAttentions(kind);
    for (int i = 1; i <= count; i++) {
      make(kind);
      if (i % batch == 0 || i == count) {
        flush();
        int expected = (int) answers.stream().filter(answer -> isFor(kind, answer)).count();
        counts.merge(kind, machine.holdsNothing() ? expected : 0, Integer::sum);
        answers.clear();
      }
    }
  }

  private void flush() {
    driver.notifyDevice();
    machine.advance(FOREVER);
  }

  /** So that commands don't end with these. */
  private void takeUnitAttentions(MalformedScsi kind) {
    for (int i = 0; i < 4 && kind.queue() == MalformedScsi.Queue.REQUEST; i++) {
      for (int slot = 0; slot < ScsiSlot.COUNT; slot++) {
        command(machine.slot(slot).address(), new byte[6], 0, 0);
        flush();
      }
    }
    answers.clear();
  }

  private boolean isFor(MalformedScsi kind, Answer answer) {
    byte[] ram = machine.ram();
    byte[] bytes = Arrays.copyOfRange(ram, answer.address, answer.address + answer.length);
    if (kind.response() == Code.UNUSED) {
      byte[] untouched = new byte[answer.length];
      Arrays.fill(untouched, UNTOUCHED);
      return Arrays.equals(bytes, untouched);
    } else if (kind.queue() == MalformedScsi.Queue.CONTROL) {
      return bytes[responseAt(kind, bytes.length)] == kind.response();
    }
    int senseLength = bytes[0] & 0xFF;
    boolean responds = bytes[11] == kind.response();
    if (kind.sense() == 0) {
      return responds && senseLength == 0;
    }
    SenseReader sense = SenseReader.of(Arrays.copyOfRange(bytes, 12, 12 + senseLength));
    return responds && (sense.key() << 16 | sense.code()) == kind.sense();
  }

  /** Where a control request's structure has its response; at the end where it is of none. */
  private static int responseAt(MalformedScsi kind, int room) {
    return switch (kind) {
      case TASK_MANAGEMENT_FUNCTION,
          TASK_MANAGEMENT_LUN_FORM,
          TASK_MANAGEMENT_NO_TARGET,
          TASK_MANAGEMENT_NO_UNIT ->
          0;
      case NOTIFICATION_LUN_FORM, NOTIFICATION_NO_TARGET, NOTIFICATION_NO_UNIT -> 4;
      default -> room - 1;
    };
  }

  private void make(MalformedScsi kind) {
    ScsiSlot disk = machine.slot(0);
    switch (kind) {
      case NO_HEADER -> send(readables(random(random.nextInt(HEADER))), ANSWER + some());
      case CDB_CUT_OFF ->
          send(
              readables(header(disk.address(), test(), random.nextInt(CDB_SIZE))), ANSWER + some());
      case NO_ROOM -> send(readables(header(disk.address(), test())), random.nextInt(ANSWER));
      case HEADER_NOT_RAM -> send(notRam(HEADER + CDB_SIZE, 0), ANSWER);
      case CDB_NOT_RAM -> {
        List<Descriptor> chain = readables(header(disk.address(), test(), 0));
        chain.addAll(notRam(CDB_SIZE, 0));
        send(chain, ANSWER);
      }
      case RESPONSE_NOT_RAM -> {
        List<Descriptor> chain = readables(header(disk.address(), test()));
        chain.add(new Descriptor(notRam(ANSWER), ANSWER, WRITE));
        submit(chain);
        answers.add(new Answer(0, 0));
      }
      case DATA_IN_NOT_RAM -> {
        List<Descriptor> chain = readables(header(disk.address(), medium(READ_10, block(), 1)));
        chain.add(room(ANSWER));
        chain.addAll(notRam(512, WRITE));
        submit(chain);
      }
      case DATA_OUT_NOT_RAM -> {
        List<Descriptor> chain = readables(header(disk.address(), medium(WRITE_10, block(), 1)));
        chain.addAll(notRam(512, 0));
        send(chain, ANSWER);
      }
      case BOTH_DIRECTIONS -> command(disk.address(), test(), 1 + some(), 1 + some());
      case LUN_FORM -> command(badForm(), test(), 0, some());
      case NO_TARGET -> command(address(3 + random.nextInt(253), some()), test(), 0, some());
      case ROOM_TOO_SMALL -> {
        int blocks = 1 + random.nextInt(3);
        int room = random.nextInt(512 * blocks);
        command(disk.address(), medium(READ_10, random.nextInt(20), blocks), 0, room);
      }
      case DATA_TOO_SHORT -> {
        int blocks = 1 + random.nextInt(3);
        int sent = random.nextInt(512 * blocks);
        command(disk.address(), medium(WRITE_10, random.nextInt(20), blocks), sent, 0);
      }
      case NO_UNIT -> command(address(1, random.nextInt(300)), test(), 0, some());
      case OPERATION_CODE -> {
        byte[] cdb = random(16);
        cdb[0] |= (byte) 0xC0; // operation codes of vendors, of which there are none
        command(disk.address(), cdb, 0, some());
      }
      case SERVICE_ACTION -> {
        byte[] cdb = random(16);
        cdb[0] = (byte) 0x9E;
        cdb[1] = (byte) random.nextInt(0x10);
        command(disk.address(), cdb, 0, some());
      }
      case RESERVED_BIT -> {
        byte[] cdb = medium(READ_10, block(), 1);
        cdb[random.nextBoolean() ? 6 : 9] |= (byte) (0x20 << random.nextInt(3));
        command(disk.address(), cdb, 0, 512);
      }
      case READ_PAST_END -> command(disk.address(), medium(READ_10, past(), 1), 0, 512);
      case WRITE_PAST_END -> command(disk.address(), medium(WRITE_10, past(), 1), 512, 0);
      case WRITE_READ_ONLY ->
          command(machine.slot(2).address(), medium(WRITE_10, block(), 1), 512, 0);
      case CONTROL_NO_ROOM -> {
        submit(readables(random(random.nextInt(40))));
        answers.add(new Answer(0, 0));
      }
      case CONTROL_EMPTY -> send(readables(random(random.nextInt(4))), 1 + some());
      case CONTROL_TYPE -> {
        byte[] request = random(4 + random.nextInt(40));
        request[1 + random.nextInt(3)] |= 1;
        send(readables(request), 1 + some());
      }
      case CONTROL_NOT_RAM -> send(notRam(TASK_MANAGEMENT, 0), 1);
      case TASK_MANAGEMENT_CUT_OFF ->
          control(0, 4 + random.nextInt(TASK_MANAGEMENT - 4), disk.address(), 1 + some());
      case TASK_MANAGEMENT_FUNCTION -> {
        byte[] request = taskManagement(disk.address());
        request[4 + random.nextInt(4)] |= (byte) 0x80;
        send(readables(request), 1 + some());
      }
      case TASK_MANAGEMENT_LUN_FORM -> send(readables(taskManagement(badForm())), 1);
      case TASK_MANAGEMENT_NO_TARGET ->
          send(readables(taskManagement(address(3 + random.nextInt(253), some()))), 1);
      case TASK_MANAGEMENT_NO_UNIT ->
          send(readables(taskManagement(address(1, random.nextInt(300)))), 1);
      case NOTIFICATION_CUT_OFF ->
          control(subtype(), 4 + random.nextInt(NOTIFICATION - 4), disk.address(), 5 + some());
      case NOTIFICATION_NO_ROOM ->
          control(subtype(), NOTIFICATION, disk.address(), 1 + random.nextInt(4));
      case NOTIFICATION_LUN_FORM ->
          control(subtype(), NOTIFICATION, badForm(), NOTIFICATION_ANSWER);
      case NOTIFICATION_NO_TARGET ->
          control(
              subtype(),
              NOTIFICATION,
              address(3 + random.nextInt(253), some()),
              NOTIFICATION_ANSWER);
      case NOTIFICATION_NO_UNIT ->
          control(subtype(), NOTIFICATION, address(1, random.nextInt(300)), NOTIFICATION_ANSWER);
      case EVENT_NO_ROOM -> {
        submit(readables(random(random.nextInt(EVENT))));
        answers.add(new Answer(0, 0));
      }
    }
  }

  // Requests.

  private void command(long address, byte[] cdb, int out, int in) {
    byte[] header = header(address, cdb);
    send(readables(Arrays.copyOf(header, header.length + out)), ANSWER + in);
  }

  private byte[] header(long address, byte[] cdb) {
    return header(address, cdb, CDB_SIZE);
  }

  private byte[] header(long address, byte[] cdb, int cdbSize) {
    return littleEndian(HEADER + cdbSize)
        .putLong(address)
        .putLong(random.nextLong())
        .putShort(HEADER - 3, (short) 0)
        .position(HEADER)
        .put(cdb, 0, Math.min(cdb.length, cdbSize))
        .array();
  }

  private static ByteBuffer littleEndian(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** TEST UNIT READY. */
  private static byte[] test() {
    return new byte[6];
  }

  private static byte[] medium(int code, int block, int count) {
    return ByteBuffer.allocate(10)
        .put((byte) code)
        .put((byte) 0)
        .putInt(block)
        .put((byte) 0)
        .putShort((short) count)
        .array();
  }

  /** One of the functions that don't reset anything. */
  private byte[] taskManagement(long address) {
    return littleEndian(TASK_MANAGEMENT)
        .putInt(0)
        .putInt(random.nextInt(2))
        .putLong(address)
        .putLong(random.nextLong())
        .array();
  }

  /** AN_QUERY or AN_SUBSCRIBE. */
  private int subtype() {
    return 1 + random.nextInt(2);
  }

  private void control(int type, int length, long address, int room) {
    byte[] request = littleEndian(NOTIFICATION).putInt(type).putLong(address).array();
    if (type == 0) {
      request = taskManagement(address);
    }
    send(readables(Arrays.copyOf(request, length)), room);
  }

  /** Adds room for an answer. */
  private void send(List<Descriptor> sent, int room) {
    List<Descriptor> chain = new ArrayList<>(sent);
    if (room > 0) {
      chain.add(room(room));
    } else {
      answers.add(new Answer(0, 0));
    }
    submit(chain);
  }

  private void submit(List<Descriptor> chain) {
    if (chain.size() > MAX_DIRECT || random.nextBoolean()) {
      driver.makeAvailable(driver.describe(List.of(driver.describeIndirect(chain))));
    } else {
      driver.makeAvailable(driver.describe(chain));
    }
  }

  // Buffers.

  private List<Descriptor> readables(byte[] bytes) {
    int address = driver.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      machine.store(address + i, 1, bytes[i]);
    }
    int first = random.nextInt(bytes.length + 1);
    List<Descriptor> pieces = new ArrayList<>();
    pieces.add(new Descriptor(address, first, 0));
    pieces.add(new Descriptor(address + first, bytes.length - first, 0));
    return pieces;
  }

  private Descriptor room(int length) {
    int address = driver.allocate(length);
    Arrays.fill(machine.ram(), address, address + length, UNTOUCHED);
    answers.add(new Answer(address, length));
    return new Descriptor(address, length, WRITE);
  }

  /** A buffer that is not wholly RAM. */
  private List<Descriptor> notRam(int length, int flags) {
    return List.of(new Descriptor(notRam(length), length, flags));
  }

  private long notRam(int length) {
    return switch (random.nextInt(4)) {
      case 0 -> -length;
      case 1 -> RAM_SIZE + random.nextInt(1 << 30);
      case 2 -> random.nextLong() | Long.MIN_VALUE;
      default -> (long) RAM_SIZE << random.nextInt(46);
    };
  }

  // Numbers.

  private int some() {
    return random.nextInt(64);
  }

  private int block() {
    return random.nextInt(SECTORS);
  }

  private int past() {
    return SECTORS + (random.nextInt() >>> (1 + random.nextInt(30)));
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static long address(int target, int lun) {
    return 1 | target << 8 | (0x40 | lun >> 8) << 16 | (lun & 0xFFL) << 24;
  }

  /** A field "lun" that has not the form of the text. */
  private long badForm() {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextLong() & ~0xFFL;
      case 1 -> address(0, 0) | 1L << (32 + random.nextInt(32));
      default -> address(0, 0) | 0x80_0000L; // no such form of a LUN
    };
  }
}
