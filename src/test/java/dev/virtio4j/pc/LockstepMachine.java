package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.pc.cpu.Cpu;
import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.InterruptController;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pc.memory.PortDevice;
import dev.virtio4j.testing.States;
import java.io.IOException;
import java.util.Random;

/**
 * A machine that runs a {@link RandomProgram} with paging, under the handlers of lockstep.s. At
 * random times, which its seed gives, an interrupt strikes, or a device writes to code or to the
 * page table; a device at port E9h writes to code when the program writes to its port.
 *
 * <pre>
 *    1000  page directory, page tables, GDT, IDT, TSS, handlers, what they note: up to A000
 *   20000  the program; its pages, the data and the stacks can be not present or read-only
 *   30000  data
 *   38000  stacks
 *  100000  all of it once more, and again from 80000000 on
 *  800000  a large page of RAM and of nothing, where CR4.PSE is set
 * </pre>
 */
final class LockstepMachine {
  static final int HANDLERS = 0x7000;

  private static final byte[] HANDLER_CODE = CpuImage.program("lockstep.hex");
  private static final int DIRECTORY = 0x1000;
  private static final int TABLE = 0x2000;
  private static final int TOP_TABLE = 0x3000;
  private static final int GDT = 0x5000;
  private static final int IDT = 0x5800;
  private static final int TSS = 0x6000;

  /** The handlers' data; see lockstep.s. */
  private static final int VARIABLES = 0x9000;

  private static final int VECTORS = 0x38;
  private static final int STUB = 16;
  private static final int INTERRUPT = 0x20;
  private static final int PORT = 0xE9;
  private static final int FIRST_PAGE = RandomProgram.CODE >>> 12;
  private static final int DATA_PAGE = RandomProgram.DATA >>> 12;

  /** Stacks, downwards: of ring 3, of ring 0, of the handlers. */
  private static final int USER_STACK = 0x38F80;

  private static final int SYSTEM_STACKS = 0x39000;
  private static final int SYSTEM_STACK = 0x3AF80;
  private static final int HANDLER_STACK = 0x3D000;
  private static final int ALL_RIGHTS = 7;

  // spotless:off
  private static final long[] DESCRIPTORS = {
    0,
    0x00CF9B000000FFFFL, // 08: code of ring 0
    0x00CF93000000FFFFL, // 10: data of ring 0
    0x00CFFB000000FFFFL, // 1B: code of ring 3
    0x00CFF3000000FFFFL, // 23: data of ring 3
    0x0040F30300000FFFL, // 2B: data, from 30000h, 4 KiB
    0x0043F30000000FFFL, // 33: data up to 30FFFh
    0x00C0F70000000030L, // 3B: data from 31000h up, expand-down
    0x00CFF1000000FFFFL, // 43: data, read-only
    0x008F9B000000FFFFL, // 48: code of 16 bits, ring 0
    0x00439B000000FFFFL, // 50: code with a limit, ring 0
    0x008FFB000000FFFFL, // 5B: code of 16 bits, ring 3
    0x0043FB000000FFFFL, // 63: code with a limit, ring 3
    0x00008B0060000067L, // 68: the TSS
  };
  // spotless:on

  private static final int[] DATA_SELECTORS = {0x23, 0x2B, 0x33, 0x3B, 0x43, 0};

  private final RandomProgram program;
  private final int hotAfter;
  private final TranslatedClasses classes;
  private final Random events;

  /** An event comes after so many instructions at most. */
  private final int distance;

  /** Of how many interrupts one has the program go on with another function. */
  private final int nextFunction;

  private ReferencePc pc;
  private EventClock.Timer timer;
  private boolean interrupting;

  /**
   * Makes one that is about to run.
   *
   * @param seed for the rights of pages and such, and the events
   */
  LockstepMachine(
      RandomProgram program, byte[] image, long seed, int hotAfter, TranslatedClasses classes) {
    this.program = program;
    this.hotAfter = hotAfter;
    this.classes = classes;
    events = new Random(seed);
    int often = events.nextInt(3);
    distance = new int[] {60, 600, 3000}[often];
    nextFunction = new int[] {16, 4, 1}[often];
    make();
    pc.memory().write(RandomProgram.CODE, image, 0, image.length);
    setUp();
    nextEvent();
  }

  ReferencePc pc() {
    return pc;
  }

  byte[] state() {
    return States.save(pc, timer);
  }

  /** Goes on as another machine that takes the state over. */
  void restore() throws IOException {
    byte[] state = state();
    make();
    States.load(state, pc, timer);
    pc.cpu().setInterruptRequest(interrupting);
  }

  private void make() {
    pc = new ReferencePc(PhysicalMemory.MIN_SIZE, 0, character -> {}, hotAfter, classes);
    timer = pc.clock().timer(this::event);
    pc.cpu()
        .setInterruptController(
            new InterruptController() {
              @Override
              public int acknowledge() {
                interrupt(false);
                return events.nextInt(nextFunction) == 0 ? RandomProgram.NEXT_FUNCTION : INTERRUPT;
              }

              @Override
              public int irq(int vector) {
                return 0;
              }
            });
    pc.ports()
        .map(
            PORT,
            4,
            new PortDevice() {
              @Override
              public int read(int port, int width) {
                return PORT;
              }

              @Override
              public void write(int port, int width, int value) {
                writeByDevice();
              }
            });
  }

  // --- events
  // --------------------------------------------------------------------------------------

  private void nextEvent() {
    timer.at(pc.clock().now() + 1 + events.nextInt(distance));
  }

  private void event() {
    switch (events.nextInt(6)) {
      case 0 -> writeByDevice();
      case 1 -> {
        // nobody flushes the TLB
        int page = tableEntry(events);
        int place = (page - TABLE) << 10 & 0xFF000;
        pc.memory().store32(page, (events.nextInt(4) == 0 ? place ^ 0x1000 : place) | rights());
      }
      default -> interrupt(true);
    }
    nextEvent();
  }

  private void interrupt(boolean requested) {
    interrupting = requested;
    pc.cpu().setInterruptRequest(requested);
  }

  private void writeByDevice() {
    pc.memory().store8(writable(), events.nextInt());
  }

  /** A byte that events may write. */
  private int writable() {
    return program.writesCode
        ? program.operand(events)
        : RandomProgram.DATA + events.nextInt(0x4000);
  }

  /** The address of the entry of a page of the program or its data, in the page table. */
  static int tableEntry(Random random) {
    boolean ofCode = random.nextInt(4) == 0;
    int page = (ofCode ? FIRST_PAGE : DATA_PAGE) + random.nextInt(4);
    return TABLE + 4 * (page + (random.nextInt(3) == 0 ? RandomProgram.ALIAS >>> 12 : 0));
  }

  /** The selector of a data segment of ring 3, or a null selector. */
  static int dataSelector(Random random) {
    return DATA_SELECTORS[random.nextInt(DATA_SELECTORS.length)];
  }

  // --- what is there at first
  // ----------------------------------------------------------------------

  private void setUp() {
    pages();
    descriptors();
    variables();
    PhysicalMemory memory = pc.memory();
    memory.write(HANDLERS, HANDLER_CODE, 0, HANDLER_CODE.length);
    byte[] data = new byte[0x4000];
    events.nextBytes(data);
    memory.write(RandomProgram.DATA, data, 0, data.length);
    for (int above = 0; above < 0x80; above += 4) {
      // where the last RET goes
      memory.store32(USER_STACK + above, RandomProgram.CODE + RandomProgram.SIZE - 2);
      memory.store32(SYSTEM_STACK + above, RandomProgram.CODE + RandomProgram.SIZE - 2);
    }
    pc.ports().write(0x21, 1, 0xFF);
    Cpu cpu = pc.cpu();
    pc.enterFlat(HANDLERS + STUB * RandomProgram.NEXT_FUNCTION);
    cpu.setRegister(Registers.ESP, HANDLERS);
    CpuInside.setControlRegister(cpu, 3, DIRECTORY);
    CpuInside.setControlRegister(cpu, 4, events.nextBoolean() ? CpuInside.CR4_PSE : 0);
    CpuInside.setControlRegister(
        cpu,
        0,
        CpuInside.CR0_PG
            | CpuInside.CR0_PE
            | (events.nextBoolean() ? CpuInside.CR0_WP : 0)
            | (events.nextBoolean() ? CpuInside.CR0_NE : 0));
  }

  private int rights() {
    return events.nextInt(3) == 0 ? events.nextInt(8) : ALL_RIGHTS;
  }

  private void pages() {
    PhysicalMemory memory = pc.memory();
    for (int entry = 0; entry < 0x200; entry++) {
      int page = entry & 0xFF;
      boolean ofProgram = page >= FIRST_PAGE && page < SYSTEM_STACKS >>> 12;
      int rights = page == TABLE >>> 12 ? ALL_RIGHTS : ofProgram ? rights() : 3;
      memory.store32(TABLE + 4 * entry, page << 12 | rights);
    }
    memory.store32(DIRECTORY, TABLE | ALL_RIGHTS);
    memory.store32(DIRECTORY + 4 * 0x200, TABLE | ALL_RIGHTS);
    memory.store32(DIRECTORY + 4 * 2, 0x80 | ALL_RIGHTS); // 4 MiB, where CR4.PSE is set
    memory.store32(DIRECTORY + 4 * 0x3FF, TOP_TABLE | ALL_RIGHTS);
    memory.store32(TOP_TABLE + 4 * 0x3FF, RandomProgram.DATA | ALL_RIGHTS);
  }

  private void descriptors() {
    PhysicalMemory memory = pc.memory();
    for (int i = 0; i < DESCRIPTORS.length; i++) {
      memory.store64(GDT + 8 * i, DESCRIPTORS[i]);
    }
    for (int vector = 0; vector < VECTORS; vector++) {
      boolean forAll = vector == 3 || vector == 4 || vector >= 0x30;
      memory.store32(IDT + 8 * vector, 0x08 << 16 | HANDLERS + STUB * vector);
      memory.store32(IDT + 8 * vector + 4, forAll ? 0xEE00 : 0x8E00);
    }
    memory.store32(TSS + 4, HANDLER_STACK); // ESP0
    memory.store32(TSS + 8, 0x10); // SS0
    memory.store16(TSS + 0x66, 0x68); // no map of ports
    pc.cpu().setGdtr(GDT, 8 * DESCRIPTORS.length - 1);
    CpuInside.setIdtr(pc.cpu(), IDT, 8 * VECTORS - 1);
    long task = DESCRIPTORS[DESCRIPTORS.length - 1];
    CpuInside.setTaskRegister(
        pc.cpu(), 8 * (DESCRIPTORS.length - 1), (int) task, (int) (task >>> 32));
  }

  private void variables() {
    PhysicalMemory memory = pc.memory();
    memory.store32(VARIABLES + 0xC, program.ring0 ? 0x08 : 0x1B);
    memory.store32(VARIABLES + 0x10, 0x202 | (events.nextInt(3) == 0 ? CpuInside.IOPL : 0));
    for (int i = 0; i < 16; i++) {
      memory.store32(VARIABLES + 0x100 + 4 * i, writable());
    }
    for (int i = 0; i < 32; i++) {
      memory.store32(VARIABLES + 0x200 + 4 * i, program.function(events));
    }
    for (int i = 0; i < 8; i++) {
      memory.store32(VARIABLES + 0x300 + 4 * i, dataSelector(events));
      memory.store32(VARIABLES + 0x320 + 4 * i, dataSelector(events));
      // in the middle of a page, or near its end
      int offset = events.nextInt(3) == 0 ? 0xF80 : 0x100;
      memory.store32(VARIABLES + 0x340 + 4 * i, RandomProgram.DATA + 0x1000 * (i & 3) + offset);
    }
  }
}
