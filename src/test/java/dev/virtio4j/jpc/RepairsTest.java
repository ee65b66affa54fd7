package dev.virtio4j.jpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.virtio4j.host.GuestMemoryException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.PC;
import org.jpc.emulator.execution.Executable;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;
import org.jpc.emulator.execution.decoder.PeekableInputStream;
import org.jpc.emulator.memory.LinearAddressSpace;
import org.jpc.emulator.memory.PhysicalAddressSpace;
import org.jpc.emulator.processor.ModeSwitchException;
import org.jpc.emulator.processor.Processor;
import org.jpc.emulator.processor.ProcessorException;
import org.jpc.j2se.VirtualClock;
import org.jpc.support.DriveSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A repaired JPC")
class RepairsTest {
  private static final int DIRECTORY = 0x10000;
  private static final int TABLE = 0x11000;

  /** Two pages, one after the other, and one that the tests look at. */
  private static final int PAGE = 0x5000;

  private static final int PRESENT = 1;
  private static final int WRITABLE = 2;
  private static final int LARGE = 0x80;
  private static final int GLOBAL = 0x100;

  private static final int LARGE_PAGE = 4 << 20;

  private static final int PROTECTED_MODE = 1;
  private static final int WRITE_PROTECT = 1 << 16;
  private static final int PAGING = 1 << 31;
  private static final int LARGE_PAGES = 1 << 4;
  private static final int GLOBAL_PAGES = 1 << 7;

  private static final Set<JpcRepair> ALL = EnumSet.allOf(JpcRepair.class);

  private final JpcMachine machine = new JpcMachine();
  private final PC pc = machine.pc;
  private final Processor cpu = pc.getProcessor();
  private final LinearAddressSpace linear =
      (LinearAddressSpace) pc.getComponent(LinearAddressSpace.class);
  private final PhysicalAddressSpace physical =
      (PhysicalAddressSpace) pc.getComponent(PhysicalAddressSpace.class);

  /** Maps the first 4 MiB to themselves, writable, and turns paging on. */
  private void page() {
    Repairs.apply(pc, ALL);
    physical.setDoubleWord(DIRECTORY, TABLE | WRITABLE | PRESENT);
    for (int i = 0; i < 1024; i++) {
      map(i << 12, i << 12, WRITABLE);
    }
    cpu.setCR4(LARGE_PAGES | GLOBAL_PAGES);
    cpu.setCR3(DIRECTORY);
    linear.setPageCacheEnabled(true);
    linear.setSupervisor(true);
    setCr0(PAGING | PROTECTED_MODE);
  }

  private void map(int address, int to, int bits) {
    physical.setDoubleWord(TABLE + (address >>> 10), to | bits | PRESENT);
  }

  private void setCr0(int value) {
    try {
      cpu.setCR0(value);
    } catch (ModeSwitchException e) {
      assertThat(value & PROTECTED_MODE).isNotZero(); // how the CPU's loop is told
    }
  }

  @Test
  @DisplayName(
      "lets a supervisor write to a read-only page while CR0.WP is 0, and not while it is 1")
  void writeProtection() {
    page();
    map(PAGE, PAGE, 0);
    linear.setDoubleWord(PAGE, 1);

    setCr0(PAGING | PROTECTED_MODE | WRITE_PROTECT);

    ProcessorException fault =
        catchThrowableOfType(ProcessorException.class, () -> linear.setDoubleWord(PAGE, 2));
    assertThat(fault.getType()).isEqualTo(ProcessorException.Type.PAGE_FAULT);
    assertThat(fault.getErrorCode()).isEqualTo(3);
    assertThat(linear.getDoubleWord(PAGE)).isEqualTo(1);
    linear.setDoubleWord(PAGE + 0x1000, 7);
    assertThat(physical.getDoubleWord(PAGE + 0x1000)).isEqualTo(7);

    map(PAGE, PAGE, WRITABLE);
    linear.setDoubleWord(PAGE, 3);
    assertThat(physical.getDoubleWord(PAGE)).isEqualTo(3);
  }

  @Test
  @DisplayName("forgets a large page as a whole when INVLPG names one address in it")
  void largePages() {
    page();
    physical.setDoubleWord(DIRECTORY + 4, LARGE | WRITABLE | PRESENT);
    physical.setDoubleWord(PAGE, 11);
    physical.setDoubleWord(LARGE_PAGE + PAGE, 22);
    assertThat(linear.getDoubleWord(LARGE_PAGE + PAGE)).isEqualTo(11);

    physical.setDoubleWord(DIRECTORY + 4, LARGE_PAGE | LARGE | WRITABLE | PRESENT);
    linear.invalidateTLBEntry(LARGE_PAGE + 0x20000);

    assertThat(linear.getDoubleWord(LARGE_PAGE + PAGE)).isEqualTo(22);
    linear.setDoubleWord(LARGE_PAGE + PAGE, 33);
    assertThat(physical.getDoubleWord(LARGE_PAGE + PAGE)).isEqualTo(33);
  }

  @Test
  @DisplayName("keeps global pages when CR3 is loaded, and no others")
  void globalPages() {
    page();
    map(0, 0x20000, GLOBAL);
    map(0x1000, 0x21000, 0);
    physical.setDoubleWord(0x20000, 20);
    physical.setDoubleWord(0x21000, 21);
    physical.setDoubleWord(0x22000, 22);
    linear.getDoubleWord(0);
    linear.getDoubleWord(0x1000);

    map(0, 0x22000, GLOBAL);
    map(0x1000, 0x22000, 0);
    assertThat(linear.getDoubleWord(0x1000)).isEqualTo(21);
    cpu.setCR3(DIRECTORY);

    assertThat(linear.getDoubleWord(0)).isEqualTo(20);
    assertThat(linear.getDoubleWord(0x1000)).isEqualTo(22);
    linear.invalidateTLBEntry(0);
    assertThat(linear.getDoubleWord(0)).isEqualTo(22);
  }

  @Test
  @DisplayName("waits at HLT with interrupts off, whatever is requested, and not with them on")
  void hlt() throws ReflectiveOperationException {
    Repairs.apply(pc, ALL);
    Repairs.apply(pc, ALL);
    Executable hlt = OpcodeTables.protectedMode()[0x2F4].decodeOpcode(0, 0, 0, new Code(0));
    assertThat(hlt.isBranch()).isTrue();
    Runnable waits =
        () -> {
          throw new IllegalStateException("waits");
        };
    machine.clock.timer(waits).at(machine.clock.now() + 1);

    cpu.raiseInterrupt();
    cpu.eflagsInterruptEnable = true;
    hlt.execute(cpu);
    cpu.eflagsInterruptEnable = false;
    assertThatThrownBy(() -> hlt.execute(cpu)).hasMessage("waits");
  }

  @Test
  @DisplayName("has RDPMC: a counter that stays 0")
  void rdpmc() throws ReflectiveOperationException {
    Repairs.apply(pc, ALL);
    cpu.r_eax.set32(1);
    cpu.r_edx.set32(2);
    OpcodeTables.protectedMode()[0x333].decodeOpcode(0, 2, 0, null).execute(cpu);
    assertThat(cpu.r_eax.get32()).isZero();
    assertThat(cpu.r_edx.get32()).isZero();
  }

  @Test
  @DisplayName("has LOCK CMPXCHG8B: it stores ECX:EBX where EDX:EAX was, and else loads EDX:EAX")
  void cmpxchg8b() throws ReflectiveOperationException {
    Repairs.apply(pc, ALL);
    Repairs.apply(pc, ALL);
    Executable cmpxchg8b = lockCmpxchg8bOfEsi();
    physical.setDoubleWord(0, 0x1111_1111);
    physical.setDoubleWord(4, 0x9222_2222);
    cpu.r_ebx.set32(3);
    cpu.r_ecx.set32(4);

    cmpxchg8b.execute(cpu);
    assertThat(cpu.zf()).isFalse();
    assertThat(cpu.r_eax.get32()).isEqualTo(0x1111_1111);
    assertThat(cpu.r_edx.get32()).isEqualTo(0x9222_2222);
    assertThat(physical.getDoubleWord(0)).isEqualTo(0x1111_1111);

    cmpxchg8b.execute(cpu);
    assertThat(cpu.zf()).isTrue();
    assertThat(physical.getDoubleWord(0)).isEqualTo(3);
    assertThat(physical.getDoubleWord(4)).isEqualTo(4);
  }

  @Test
  @DisplayName(
      "has DIV of a dividend with its highest bit set, and divide errors where they belong")
  void div() throws ReflectiveOperationException {
    Repairs.apply(pc, ALL);
    Repairs.apply(pc, ALL);
    Executable byMemory = divide(0x36);
    Executable byEcx = divide(0xF1);
    physical.setDoubleWord(0, 0xF8E8_B400);
    cpu.r_ecx.set32(0xF8E8_B400);

    for (Executable div : List.of(byMemory, byEcx)) {
      cpu.r_edx.set32(0xEFE9_7772);
      cpu.r_eax.set32(0x8898_0200);
      div.execute(cpu);
      assertThat(Integer.toUnsignedLong(cpu.r_eax.get32())).isEqualTo(4_139_722_217L);
      assertThat(Integer.toUnsignedLong(cpu.r_edx.get32())).isEqualTo(248_000_000L);
    }
    cpu.r_edx.set32(0xF8E8_B400);
    assertThatThrownBy(() -> byEcx.execute(cpu)).isSameAs(ProcessorException.DIVIDE_ERROR);
    cpu.r_ecx.set32(0);
    assertThatThrownBy(() -> byEcx.execute(cpu)).isSameAs(ProcessorException.DIVIDE_ERROR);
  }

  private static Executable divide(int modrm) throws ReflectiveOperationException {
    int noSegmentDwordsAndAddress32 = 7 << 2 | 3;
    return OpcodeTables.protectedMode()[0x6F7].decodeOpcode(
        0, 0, noSegmentDwordsAndAddress32, new Code(modrm));
  }

  private static Executable lockCmpxchg8bOfEsi() throws ReflectiveOperationException {
    int lock = 1 << 5;
    int noSegment = 7 << 2;
    int dwordsAndAddress32 = 3;
    return OpcodeTables.protectedMode()[0x7C7].decodeOpcode(
        0, 0, lock | noSegment | dwordsAndAddress32, new Code(0x0E));
  }

  @Test
  @DisplayName("has PAUSE, RDTSC, SGDT and string I/O with 32-bit addresses in real mode")
  void realMode() throws ReflectiveOperationException {
    Repairs.apply(pc, ALL);
    Repairs.apply(pc, ALL);
    int rep = 1 << 7;
    int dwords = 1;
    int address32 = 2;

    assertThat(borrowed(0x290, rep | dwords, 0)).isTrue();
    assertThat(borrowed(0x131, 0, 0)).isTrue();
    assertThat(borrowed(0x301, dwords, 0x04)).isTrue();
    for (int row : List.of(0x66C, 0x66D, 0x66E, 0x66F)) {
      assertThat(borrowed(row, rep | dwords | address32, 0)).as("%03X", row).isTrue();
    }
    assertThat(borrowed(0x090, 0, 0)).as("NOP").isFalse();
    assertThat(borrowed(0x301, dwords, 0x0C)).as("SIDT").isFalse();
  }

  /** Whether real mode has an instruction of protected mode. */
  private static boolean borrowed(int row, int prefixes, int modrm)
      throws ReflectiveOperationException {
    return decoded(OpcodeTables.realMode()[row], prefixes, modrm)
        .equals(decoded(OpcodeTables.protectedMode()[row], prefixes, modrm));
  }

  private static Class<?> decoded(OpcodeDecoder decoder, int prefixes, int modrm) {
    int noSegment = 7 << 2;
    return decoder.decodeOpcode(0, 0, prefixes | noSegment, new Code(modrm)).getClass();
  }

  @Test
  @DisplayName("has RAM at C0000 to FFFFF, for DMA too, with what was in the ROMs, until a reset")
  void shadowRam() {
    int rom = physical.getDoubleWord(0xFFFF0);
    assertThatThrownBy(() -> machine.memory.store32(0xE8000, 1))
        .isInstanceOf(GuestMemoryException.class);

    Repairs.apply(pc, ALL);
    machine.memory.store32(0xE8000, 42);
    physical.setDoubleWord(0xC8000, 43);

    assertThat(physical.getDoubleWord(0xFFFF0)).isEqualTo(rom);
    assertThat(physical.getDoubleWord(0xE8000)).isEqualTo(42);
    assertThat(machine.memory.load32(0xC8000)).isEqualTo(43);
    assertThatThrownBy(() -> machine.memory.store32(0xBFFFF, 1))
        .isInstanceOf(GuestMemoryException.class);

    pc.reset();
    assertThatThrownBy(() -> machine.memory.store32(0xE8000, 1))
        .isInstanceOf(GuestMemoryException.class);
  }

  @Test
  @DisplayName("has what was in that RAM when a state is loaded and the repair is made again")
  void shadowRamSaved() throws IOException {
    Repairs.apply(pc, ALL);
    physical.setDoubleWord(0xE8000, 42);
    byte[] state = machine.saved();

    JpcMachine other = new JpcMachine();
    Repairs.apply(other.pc, ALL);
    other.load(state);
    Repairs.apply(other.pc, ALL);
    assertThat(other.memory.load32(0xE8000)).isEqualTo(42);

    other.memory.store32(0xE8000, 43);
    Repairs.apply(other.pc, ALL);
    assertThat(other.memory.load32(0xE8000)).isEqualTo(43);
  }

  @Test
  @DisplayName("has repairs that are found by their names, and an error that lists those")
  void names() {
    for (JpcRepair repair : JpcRepair.values()) {
      assertThat(JpcRepair.of(repair.id())).isEqualTo(repair);
    }
    assertThatThrownBy(() -> JpcRepair.of("cmos"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "no repair of JPC 'cmos'; there are cmpxchg8b, div, hlt, rdpmc, tlb");
  }

  @Test
  @DisplayName("is refused with the name of the repair where JPC is another than the one known")
  void anotherJpc() throws IOException {
    DriveSet none = new DriveSet(DriveSet.BootType.FLOPPY, null, null, null, null, null, null);
    PC other =
        new PC(new VirtualClock(), none, JpcMachine.RAM) {
          @Override
          public HardwareComponent getComponent(Class<? extends HardwareComponent> type) {
            return super.getComponent(
                type == LinearAddressSpace.class ? PhysicalAddressSpace.class : type);
          }
        };

    assertThatThrownBy(() -> Repairs.apply(other, EnumSet.of(JpcRepair.TLB)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the repair 'tlb' does not fit this JPC (")
        .hasMessageEndingWith("); leave it out to run without it");
    Repairs.apply(other, EnumSet.complementOf(EnumSet.of(JpcRepair.TLB)));
  }

  /** Code of which a decoder reads one byte that matters. */
  private record Code(int first) implements PeekableInputStream {
    @Override
    public int peek() {
      return (byte) first;
    }

    @Override
    public int readU8() {
      return first;
    }

    @Override
    public long getAddress() {
      return 1;
    }
  }
}
