package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Profile;
import dev.virtio4j.pc.cpu.Profile.Code;
import dev.virtio4j.pc.cpu.Profile.Interrupt;
import dev.virtio4j.pc.cpu.Profile.Mode;
import dev.virtio4j.pc.cpu.Profile.Port;
import dev.virtio4j.pc.cpu.Profile.Vector;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.testing.States;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A profile")
@Timeout(120)
class ProfileTest {
  private static final int START = 0x100000;

  private final Profile profile = new Profile();

  private ReferencePc machine(int hotAfter) {
    ReferencePc pc =
        new ReferencePc(4 << 20, 0, character -> {}, hotAfter, new TranslatedClasses());
    pc.profile(profile);
    return pc;
  }

  /** Puts code at an address; what follows a semicolon is comment. */
  private static void put(ReferencePc pc, int address, String... lines) {
    int at = address;
    for (String line : lines) {
      byte[] bytes = HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", ""));
      pc.memory().write(at, bytes, 0, bytes.length);
      at += bytes.length;
    }
  }

  /** Points a vector at a handler, with a GDT at 8000h and an IDT at 9000h. */
  private static void handler(ReferencePc pc, int vector, int address) {
    put(pc, 0x8000, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
    pc.cpu().setGdtr(0x8000, 0x17);
    CpuInside.setIdtr(pc.cpu(), 0x9000, 0x7FF);
    pc.memory().store32(0x9000 + 8 * vector, 0x0008 << 16 | (address & 0xFFFF));
    pc.memory().store32(0x9004 + 8 * vector, (address & 0xFFFF0000) | 0x8E00);
  }

  private static void enter(ReferencePc pc) {
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, 0x90000);
  }

  private long instructions() {
    return profile.code().stream().mapToLong(code -> code.translated() + code.interpreted()).sum();
  }

  private static final String[] LOOP = {
    "B9 E8 03 00 00 ; mov ecx, 1000",
    "49             ; next: dec ecx",
    "75 FD          ; jnz next",
    "E9 F3 0F 00 00 ; jmp 101000h",
  };

  private static final String[] END = {"40 ; inc eax", "FA ; cli", "F4 ; hlt"};

  private void runLoop(int hotAfter) {
    ReferencePc pc = machine(hotAfter);
    put(pc, START, LOOP);
    put(pc, START + 0x1000, END);
    enter(pc);
    pc.run();
  }

  @Test
  @DisplayName("has each instruction where it is, interpreted")
  void interpreted() {
    runLoop(CpuInside.NEVER);
    assertThat(profile.code())
        .containsExactly(
            new Code(Mode.KERNEL, START, 0, 2002), new Code(Mode.KERNEL, START + 0x1000, 0, 3));
  }

  @Test
  @DisplayName("has what is interpreted in the midst of a translation apart: what ends it rarely")
  void translated() {
    runLoop(CpuImage.TRANSLATE_ALL);
    assertThat(profile.code())
        .containsExactly(
            new Code(Mode.KERNEL, START, 2002, 0), new Code(Mode.KERNEL, START + 0x1000, 1, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {CpuInside.NEVER, 20, CpuImage.TRANSLATE_ALL})
  @DisplayName("changes nothing for random programs, and counts each of their instructions")
  void randomPrograms(int hotAfter) {
    List<CpuCase> cases =
        IntStream.range(20_000, 20_100)
            .mapToObj(seed -> new RandomInstructions(seed, 30).whole())
            .toList();
    ReferencePc plain = CpuImage.machine(new ByteArrayOutputStream(), hotAfter);
    ReferencePc profiled = CpuImage.machine(new ByteArrayOutputStream(), hotAfter);
    profiled.profile(profile);
    CpuImage.load(plain, cases);
    CpuImage.load(profiled, cases);
    plain.run();
    while (profiled.runTo(profiled.instructions() + 9973) == StopReason.REQUESTED) {
      assertThat(instructions()).isEqualTo(profiled.instructions());
    }
    assertThat(instructions()).isEqualTo(plain.instructions()).isGreaterThan(10_000);
    assertThat(Arrays.mismatch(States.save(profiled), States.save(plain))).isEqualTo(-1);
  }

  @Test
  @DisplayName("tells kernel, user, real and virtual-8086 mode apart")
  void modes() {
    ReferencePc real = machine(CpuInside.NEVER);
    real.boot(TestRom.firmware());
    real.run();
    assertThat(profile.code()).extracting(Code::mode).containsOnly(Mode.REAL);
    assertThat(instructions()).isEqualTo(real.instructions());

    ReferencePc pc = machine(CpuInside.NEVER);
    put(pc, START, "EB FE ; jmp $");
    enter(pc);
    pc.runTo(1);
    CpuInside.setPrivilege(pc.cpu(), 3);
    pc.runTo(11);
    CpuInside.enterVirtual8086(pc.cpu());
    pc.runTo(111);
    assertThat(profile.code())
        .filteredOn(code -> code.address() == START)
        .containsExactly(
            new Code(Mode.KERNEL, START, 0, 1),
            new Code(Mode.USER, START, 0, 10),
            new Code(Mode.V86, START, 0, 100));
  }

  @Test
  @DisplayName("has the reads and writes of each port, and who answers there")
  void ports() {
    ReferencePc pc = machine(CpuInside.NEVER);
    pc.plug(new FakeFunction(0x1001_1AF4));
    PciSetup.run(pc.ports());
    put(
        pc,
        START,
        "66 BA F8 0C    ; mov dx, CF8h",
        "B8 10 10 00 80 ; mov eax, BAR of device 2",
        "EF             ; out dx, eax",
        "B2 FC          ; mov dl, FCh",
        "ED             ; in eax, dx",
        "8D 50 11       ; lea edx, [eax + 11h]: the BAR and 12h",
        "EC             ; in al, dx",
        "EE             ; out dx, al",
        "BE 00 00 20 00 ; mov esi, 200000h",
        "B9 05 00 00 00 ; mov ecx, 5",
        "66 BA F8 03    ; mov dx, COM1",
        "F3 6E          ; rep outsb",
        "E6 80 E6 80    ; out 80h, al",
        "FA F4          ; cli, hlt");
    enter(pc);
    pc.run();
    assertThat(profile.ports())
        .extracting(Port::device, Port::reads, Port::writes)
        .containsExactly(
            tuple("", 0L, 2L),
            tuple("16550A", 0L, 5L),
            tuple("PCI configuration", 0L, 1L),
            tuple("PCI configuration", 1L, 0L),
            tuple("PCI device 2, 1af4:1001, register 12h", 1L, 1L));
  }

  @Test
  @DisplayName("has interrupts by IRQ, INT instructions and exceptions, each by vector")
  void vectors() {
    ReferencePc pc = machine(CpuInside.NEVER);
    handler(pc, 6, 0x200000);
    handler(pc, 0x28, 0x200010);
    handler(pc, 0x80, 0x200020);
    put(pc, 0x200000, "83 04 24 02 ; add dword [esp], 2", "CF ; iret");
    put(
        pc,
        0x200010,
        "43 ; inc ebx",
        "B0 0C E6 70 ; register C",
        "E4 71 ; in al, 71h",
        "B0 20 E6 A0 E6 20 ; EOI",
        "CF ; iret");
    put(pc, 0x200020, "CF ; iret");
    put(
        pc,
        START,
        "0F 0B 0F 0B 0F 0B ; ud2, three times",
        "CD 80 CD 80       ; int 80h, twice",
        "B0 11 E6 20 E6 A0 ; ICW1",
        "B0 20 E6 21       ; ICW2: from 20h,",
        "B0 28 E6 A1       ; and from 28h",
        "B0 04 E6 21       ; ICW3",
        "B0 02 E6 A1       ;",
        "B0 01 E6 21 E6 A1 ; ICW4",
        "B0 FB E6 21       ; only the slave,",
        "B0 FE E6 A1       ; and of it IRQ 8",
        "B0 0B E6 70       ; register B of the real-time clock:",
        "B0 42 E6 71       ; PIE, 24 hours",
        "FB                ; wait: sti",
        "F4                ; hlt",
        "83 FB 04          ; cmp ebx, 4",
        "75 F9             ; jne wait",
        "FA F4             ; cli, hlt");
    enter(pc);
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(profile.exceptions()).containsExactly(new Vector(6, 3));
    assertThat(profile.softwareInterrupts()).containsExactly(new Vector(0x80, 2));
    assertThat(profile.interrupts()).containsExactly(new Interrupt(8, 0x28, 4));
  }

  @Test
  @DisplayName("has what goes wrong while an exception is delivered as exceptions of their own")
  void doubleFault() {
    ReferencePc pc = machine(CpuInside.NEVER);
    handler(pc, 8, 0x200000);
    put(pc, 0x200000, "FA F4 ; cli, hlt");
    put(pc, START, "0F 0B ; ud2, without a handler");
    enter(pc);
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(profile.exceptions())
        .containsExactly(new Vector(6, 1), new Vector(8, 1), new Vector(13, 1));
  }
}
