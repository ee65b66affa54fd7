package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;
import static dev.virtio4j.fuzz.BlkLockstep.SECTORS;
import static dev.virtio4j.fuzz.FuzzDriver.INDIRECT;
import static dev.virtio4j.fuzz.FuzzDriver.WRITE;
import static dev.virtio4j.fuzz.ModelChain.MAX_DESCRIPTORS;
import static dev.virtio4j.fuzz.ModelDisk.RANGE;
import static dev.virtio4j.fuzz.ModelRequest.BARRIER;
import static dev.virtio4j.fuzz.ModelRequest.DISCARD;
import static dev.virtio4j.fuzz.ModelRequest.FLUSH;
import static dev.virtio4j.fuzz.ModelRequest.GET_ID;
import static dev.virtio4j.fuzz.ModelRequest.IN;
import static dev.virtio4j.fuzz.ModelRequest.OUT;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD_OUT;
import static dev.virtio4j.fuzz.ModelRequest.WRITE_ZEROES;

import dev.virtio4j.fuzz.FuzzDriver.Descriptor;
import dev.virtio4j.virtio.SpecProfile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.function.ToIntFunction;

/**
 * Makes requests that are malformed in a given way, each of them another. They are that by intent;
 * whether one is, the model says: a read-only disk for one has no writes past its end.
 */
final class MalformedRequests {
  private static final int PAGE = 4096;
  private static final int RAM_PAGES = RAM_SIZE / PAGE;

  /** So many descriptors a request has at most in the table of its queue. */
  private static final int MAX_DIRECT = 4;

  private final BlkLockstep machine;
  private final FuzzDriver driver;
  private final BlkSetup setup;
  private final Random random = new Random(5);
  private final int size;
  private final int sectorsPerBlock;

  /** The longest chain that is allowed, where {@link #tooLong} needs it. */
  private Descriptor longTable;

  MalformedRequests(BlkLockstep machine, FuzzDriver driver, BlkSetup setup) {
    this.machine = machine;
    this.driver = driver;
    this.setup = setup;
    size = setup.queueSize();
    sectorsPerBlock = setup.blockSize() / ModelDisk.SECTOR;
  }

  /** Makes some requests of a kind, and notifies the device of them. */
  void make(Malformed kind, int count) {
    int batch = kind.breaksRing() ? 1 : Math.max(1, size / (2 * MAX_DIRECT));
    driver.place();
    longTable = null;
    for (int i = 1; i <= count; i++) {
      make(kind);
      if (i % batch == 0 || i == count) {
        driver.notifyDevice();
      }
      if (kind.breaksRing()) {
        driver.place();
      }
    }
  }

  private void make(Malformed kind) {
    switch (kind) {
      case AVAILABLE_INDEX -> driver.bumpIndex(size + 1 + random.nextInt(0xFFFF - size));
      case AVAILABLE_RING_NOT_RAM -> {
        int tablePages = 16 * size / PAGE; // whole ones before the available ring
        int first = RAM_PAGES - random.nextInt(tablePages + 1);
        driver.place(random.nextBoolean() ? first : first + random.nextInt(1 << 30));
      }
      case HEAD -> driver.makeAvailable(size + random.nextInt(0x10000 - size));
      case USED_RING_NOT_RAM -> {
        driver.place(RAM_PAGES - ModelQueue.usedOffset(size) / PAGE);
        submit(good());
      }
      case NEXT -> direct(chain -> size + random.nextInt(0x10000 - size));
      case NEXT_IN_INDIRECT_TABLE ->
          indirect((length, at) -> length + random.nextInt(0x10000 - length));
      case LOOP -> direct(chain -> chain.get(random.nextInt(chain.size())));
      case LOOP_IN_INDIRECT_TABLE -> indirect((length, at) -> random.nextInt(at + 1));
      case TOO_LONG -> tooLong();
      case READABLE_AFTER_WRITABLE -> {
        List<Descriptor> chain = good();
        chain.add(1 + random.nextInt(chain.size()), room(1 + random.nextInt(20)));
        chain.add(readable(new byte[random.nextInt(20)]));
        submit(chain);
      }
      case NESTED_INDIRECT_TABLE -> {
        List<Descriptor> chain = some(1 + random.nextInt(4));
        int flags = INDIRECT | random.nextInt(2) * WRITE;
        Descriptor nested = new Descriptor(random.nextInt(RAM_SIZE), random.nextInt(256), flags);
        chain.add(random.nextInt(chain.size() + 1), nested);
        submitDirect(List.of(driver.describeIndirect(chain)));
      }
      case INDIRECT_TABLE_EMPTY -> submitTable(random.nextLong(), 0);
      case INDIRECT_TABLE_LENGTH -> {
        int length = (random.nextInt() & -16) + 1 + random.nextInt(15);
        submitTable(random.nextInt(RAM_SIZE), length & 0xFFFF_FFFFL);
      }
      case INDIRECT_TABLE_NOT_RAM -> submitTable(notRam(16), 16L * (1 + random.nextInt(1 << 28)));
      case NO_HEADER -> {
        List<Descriptor> chain = readables(new byte[random.nextInt(ModelRequest.HEADER)]);
        chain.add(room(1 + random.nextInt(600)));
        submit(chain);
      }
      case NO_STATUS -> submit(readables(new byte[random.nextInt(64)]));
      case HEADER_NOT_RAM -> {
        List<Descriptor> chain = notRam(ModelRequest.HEADER, 0);
        chain.add(room(1 + random.nextInt(600)));
        submit(chain);
      }
      case STATUS_NOT_RAM -> {
        List<Descriptor> chain = good();
        chain.set(chain.size() - 1, new Descriptor(notRam(1), 1, WRITE));
        submit(chain);
      }
      case UNKNOWN_TYPE -> request(unknownType(), random.nextLong(), List.of(room(5)));
      case READ_DATA_NOT_RAM -> request(IN, sector(), notRam(setup.blockSize(), WRITE));
      case WRITE_DATA_NOT_RAM -> request(OUT, sector(), notRam(setup.blockSize(), 0));
      case ID_DATA_NOT_RAM -> request(GET_ID, random.nextLong(), notRam(20, WRITE));
      case DISCARD_DATA_NOT_RAM -> request(DISCARD, random.nextLong(), notRam(RANGE, 0));
      case ZEROES_DATA_NOT_RAM -> request(WRITE_ZEROES, random.nextLong(), notRam(RANGE, 0));
      case READ_LENGTH -> request(IN, sector(), anywhere(oddLength(), WRITE));
      case READ_ALIGNMENT -> request(IN, oddSector(), anywhere(setup.blockSize(), WRITE));
      case READ_PAST_END -> request(IN, sectorPastEnd(), anywhere(setup.blockSize(), WRITE));
      case WRITE_LENGTH -> request(OUT, sector(), anywhere(oddLength(), 0));
      case WRITE_ALIGNMENT -> request(OUT, oddSector(), anywhere(setup.blockSize(), 0));
      case WRITE_PAST_END -> request(OUT, sectorPastEnd(), anywhere(setup.blockSize(), 0));
      case WRITE_READ_ONLY -> request(OUT, random.nextLong(), anywhere(random.nextInt(PAGE), 0));
      case DISCARD_EMPTY,
          DISCARD_PART_OF_RANGE,
          DISCARD_TOO_MANY,
          DISCARD_TOO_LARGE,
          DISCARD_LENGTH,
          DISCARD_ALIGNMENT,
          DISCARD_PAST_END,
          DISCARD_FLAGS,
          DISCARD_READ_ONLY ->
          request(DISCARD, random.nextLong(), ranges(kind));
      case ZEROES_EMPTY,
          ZEROES_PART_OF_RANGE,
          ZEROES_TOO_MANY,
          ZEROES_TOO_LARGE,
          ZEROES_LENGTH,
          ZEROES_ALIGNMENT,
          ZEROES_PAST_END,
          ZEROES_FLAGS,
          ZEROES_READ_ONLY ->
          request(WRITE_ZEROES, random.nextLong(), ranges(kind));
      case SCSI_NO_CDB -> scsi(new byte[0], List.of(room(ModelScsi.TAIL + random.nextInt(600))));
      case SCSI_NO_ROOM -> scsi(cdb(), List.of(room(random.nextInt(ModelScsi.TAIL))));
      case SCSI_NOT_RAM -> scsi(cdb(), notRam(ModelScsi.TAIL, WRITE));
      case SCSI_ILLEGAL_REQUEST -> {
        byte[] cdb = new byte[1 + random.nextInt(20)];
        random.nextBytes(cdb);
        cdb[0] |= (byte) 0xC0; // operation codes of vendors, of which there are none
        scsi(cdb, List.of(room(ModelScsi.TAIL + random.nextInt(600))));
      }
    }
  }

  /** A CDB of READ (10), or of something. */
  private byte[] cdb() {
    byte[] cdb = new byte[10];
    if (random.nextBoolean()) {
      random.nextBytes(cdb);
    } else {
      cdb[0] = 0x28;
      cdb[5] = (byte) sector();
      cdb[8] = 1;
    }
    return cdb;
  }

  private void scsi(byte[] cdb, List<Descriptor> room) {
    List<Descriptor> chain = header(random.nextBoolean() ? SCSI_CMD : SCSI_CMD_OUT, 0);
    chain.add(readable(cdb));
    chain.addAll(room);
    chain.add(room(1));
    submit(chain);
  }

  /** The data of DISCARD and WRITE_ZEROES. */
  private List<Descriptor> ranges(Malformed kind) {
    return switch (kind) {
      case DISCARD_EMPTY, ZEROES_EMPTY -> readables(new byte[0]);
      case DISCARD_PART_OF_RANGE, ZEROES_PART_OF_RANGE ->
          readables(new byte[RANGE * random.nextInt(8) + 1 + random.nextInt(RANGE - 1)]);
      case DISCARD_TOO_MANY, ZEROES_TOO_MANY ->
          anywhere(RANGE * (ModelDisk.MAX_RANGES + 1 + random.nextInt(64)), 0);
      case DISCARD_TOO_LARGE, ZEROES_TOO_LARGE ->
          ranges(
              random.nextLong(),
              ModelDisk.MAX_RANGE_SECTORS + 1 + (random.nextInt() >>> 1),
              random.nextInt());
      case DISCARD_LENGTH, ZEROES_LENGTH ->
          ranges(sector(), 1 + random.nextInt(7), random.nextInt());
      case DISCARD_ALIGNMENT, ZEROES_ALIGNMENT ->
          ranges(oddSector(), sectorsPerBlock, random.nextInt());
      case DISCARD_PAST_END, ZEROES_PAST_END ->
          ranges(sectorPastEnd(), sectorsPerBlock, random.nextInt());
      case DISCARD_FLAGS, ZEROES_FLAGS ->
          ranges(sector(), sectorsPerBlock, random.nextInt() | 2 << random.nextInt(31));
      default -> ranges(sector(), sectorsPerBlock, 0);
    };
  }

  /** Some good ranges, and one more. */
  private List<Descriptor> ranges(long sector, long sectors, int flags) {
    int good = random.nextInt(3);
    ByteBuffer bytes = ByteBuffer.allocate(RANGE * (good + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < good; i++) {
      bytes.putLong(sector()).putInt(sectorsPerBlock).putInt(0);
    }
    bytes.putLong(sector).putInt((int) sectors).putInt(flags);
    return readables(bytes.array());
  }

  /**
   * A chain whose last descriptor goes on where it should not.
   *
   * @param next where, by the numbers of the chain's descriptors
   */
  private void direct(ToIntFunction<List<Integer>> next) {
    List<Descriptor> chain = some(1 + random.nextInt(MAX_DIRECT));
    int head = driver.describe(chain);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      numbers.add((head + i) % size);
    }
    int last = numbers.get(chain.size() - 1);
    Descriptor descriptor = chain.get(chain.size() - 1);
    driver.describe(driver.table(), last, descriptor, true, next.applyAsInt(numbers));
    driver.makeAvailable(head);
  }

  /**
   * An indirect table with a descriptor that goes on where it should not.
   *
   * @param next where, by the length of the table and the place in it
   */
  private void indirect(IntBinaryOperator next) {
    List<Descriptor> chain = some(1 + random.nextInt(8));
    Descriptor table = driver.describeIndirect(chain);
    int at = random.nextInt(chain.size());
    int wrong = next.applyAsInt(chain.size(), at);
    driver.describe(table.address(), at, chain.get(at), true, wrong);
    submitDirect(List.of(table));
  }

  /** More descriptors than a chain may have: in an indirect table, and before or behind it. */
  private void tooLong() {
    if (longTable == null) {
      Descriptor empty = new Descriptor(0, 0, 0);
      longTable = driver.describeIndirect(Collections.nCopies(MAX_DESCRIPTORS, empty));
    }
    List<Descriptor> chain = readables(new byte[1 + random.nextInt(8)]);
    chain.add(random.nextInt(chain.size() + 1), longTable);
    submitDirect(chain);
  }

  private void submitTable(long address, long length) {
    List<Descriptor> chain = some(random.nextInt(MAX_DIRECT));
    chain.add(new Descriptor(address, length, INDIRECT | random.nextInt(2) * WRITE));
    submitDirect(chain);
  }

  /** A request that nothing is wrong with. */
  private List<Descriptor> good() {
    int type = random.nextBoolean() ? IN : FLUSH;
    List<Descriptor> chain = header(type, sector());
    if (type == IN) {
      chain.add(room(setup.blockSize()));
    }
    chain.add(room(1));
    return chain;
  }

  /** A header, data, and room for the status. */
  private void request(int type, long sector, List<Descriptor> data) {
    List<Descriptor> chain = header(type, sector);
    chain.addAll(data);
    chain.add(room(1));
    submit(chain);
  }

  private List<Descriptor> header(int type, long sector) {
    int code = random.nextInt(4) == 0 ? type ^ BARRIER : type;
    return readables(
        ByteBuffer.allocate(ModelRequest.HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(code)
            .putInt(random.nextInt())
            .putLong(sector)
            .array());
  }

  private void submit(List<Descriptor> chain) {
    if (chain.size() > MAX_DIRECT || random.nextBoolean()) {
      submitDirect(List.of(driver.describeIndirect(chain)));
    } else {
      submitDirect(chain);
    }
  }

  private void submitDirect(List<Descriptor> chain) {
    driver.makeAvailable(driver.describe(chain));
  }

  // Buffers

  /** So many, all to read or all to write. */
  private List<Descriptor> some(int count) {
    int flags = random.nextInt(2) * WRITE;
    List<Descriptor> chain = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chain.add(new Descriptor(random.nextInt(RAM_SIZE), random.nextInt(32), flags));
    }
    return chain;
  }

  /** These bytes in one buffer or two. */
  private List<Descriptor> readables(byte[] bytes) {
    int first = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1);
    List<Descriptor> pieces = new ArrayList<>();
    pieces.add(readable(Arrays.copyOf(bytes, first)));
    if (first < bytes.length) {
      pieces.add(readable(Arrays.copyOfRange(bytes, first, bytes.length)));
    }
    return pieces;
  }

  private Descriptor readable(byte[] bytes) {
    long address = driver.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      machine.store(address + i, 1, bytes[i]);
    }
    return new Descriptor(address, bytes.length, 0);
  }

  /** Room for the device to write. */
  private Descriptor room(int length) {
    return new Descriptor(driver.allocate(length), length, WRITE);
  }

  private List<Descriptor> anywhere(int length, int flags) {
    return List.of(new Descriptor(random.nextInt(RAM_SIZE), length, flags));
  }

  /** A buffer that is not wholly RAM, and perhaps a good one before it. */
  private List<Descriptor> notRam(int length, int flags) {
    int good = random.nextBoolean() ? 0 : random.nextInt(length);
    List<Descriptor> pieces = new ArrayList<>();
    if (good > 0) {
      pieces.add(new Descriptor(driver.allocate(good), good, flags));
    }
    pieces.add(new Descriptor(notRam(length - good), length - good, flags));
    return pieces;
  }

  /** Where no buffer of that length is wholly RAM. */
  private long notRam(int length) {
    return switch (random.nextInt(5)) {
      case 0 -> RAM_SIZE - random.nextInt(length);
      case 1 -> RAM_SIZE + random.nextInt(1 << 30);
      case 2 -> random.nextLong() | Long.MIN_VALUE;
      case 3 -> -length - random.nextInt(1000);
      default -> (long) RAM_SIZE << random.nextInt(46);
    };
  }

  // Numbers

  private int unknownType() {
    int type;
    do {
      type = random.nextInt() >> random.nextInt(32);
    } while (ModelRequest.isKnown(type & ~BARRIER, SpecProfile.DEFAULT));
    return type;
  }

  /** Where a block begins. */
  private long sector() {
    return (long) sectorsPerBlock * random.nextInt(SECTORS / sectorsPerBlock);
  }

  /** Where none does, unless each sector is a block. */
  private long oddSector() {
    return sectorsPerBlock == 1 ? sector() : sector() + 1 + random.nextInt(sectorsPerBlock - 1);
  }

  private long sectorPastEnd() {
    long sector =
        switch (random.nextInt(3)) {
          case 0 -> SECTORS + random.nextInt(100);
          case 1 -> (Long.MAX_VALUE - random.nextInt(1000)) >> random.nextInt(50);
          default -> random.nextLong() | Long.MIN_VALUE;
        };
    return sector & -sectorsPerBlock;
  }

  /** Not whole blocks. */
  private int oddLength() {
    return setup.blockSize() * random.nextInt(3) + 1 + random.nextInt(setup.blockSize() - 1);
  }
}
