package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.testing.States;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the same programs on two machines, one of which translates all that it can. */
@DisplayName("Translated code is like interpreted code")
@Timeout(120)
class TranslatorTest {
  private static final int START = 0x100000;
  private static final int DATA = 0x200000;

  private final ReferencePc interpreted = machine(CpuInside.NEVER);
  private final ReferencePc translated = machine(CpuImage.TRANSLATE_ALL);
  private final List<ReferencePc> both = List.of(interpreted, translated);

  private static ReferencePc machine(int hotAfter) {
    return machine(hotAfter, new TranslatedClasses());
  }

  private static ReferencePc machine(int hotAfter, TranslatedClasses classes) {
    return new ReferencePc(4 << 20, 0, character -> {}, hotAfter, classes);
  }

  /** Puts code at the start; what follows a semicolon is comment. */
  private void load(String... lines) {
    for (ReferencePc pc : both) {
      put(pc, START, lines);
      pc.enterFlat(START);
      pc.cpu().setRegister(Registers.ESP, 0x90000);
    }
  }

  private static void put(ReferencePc pc, int address, String... lines) {
    int at = address;
    for (String line : lines) {
      byte[] bytes = HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", ""));
      pc.memory().write(at, bytes, 0, bytes.length);
      at += bytes.length;
    }
  }

  /** Runs both to the same instruction and compares all that a saved state has. */
  private StopReason runTo(long instructions) {
    StopReason first = interpreted.runTo(instructions);
    assertThat(translated.runTo(instructions)).isEqualTo(first);
    assertThat(translated.instructions()).isEqualTo(interpreted.instructions());
    assertThat(translated.cpu().eip()).isEqualTo(interpreted.cpu().eip());
    assertThat(general(translated)).isEqualTo(general(interpreted));
    assertThat(CpuInside.flags(translated.cpu())).isEqualTo(CpuInside.flags(interpreted.cpu()));
    return first;
  }

  private static int[] general(ReferencePc pc) {
    return IntStream.range(0, 8).map(pc.cpu()::register).toArray();
  }

  private void compareStates() {
    assertThat(Arrays.mismatch(States.save(translated), States.save(interpreted))).isEqualTo(-1);
  }

  /** A loop over words of memory that adds, compares, calls, and now and then stores. */
  private static final String[] LOOP = {
    "BE 00 00 20 00 ; mov esi, 200000h",
    "B9 00 01 00 00 ; mov ecx, 100h",
    "AD             ; next: lodsd",
    "01 C2          ; add edx, eax",
    "11 DB          ; adc ebx, ebx",
    "31 D0          ; xor eax, edx",
    "89 46 FC       ; mov [esi-4], eax",
    "39 C3          ; cmp ebx, eax",
    "77 02          ; ja past",
    "D1 C7          ; rol edi, 1",
    "E8 05 00 00 00 ; past: call f",
    "49             ; dec ecx",
    "75 E8          ; jnz next",
    "EB DC          ; jmp start, where ecx and esi are set anew",
    "45             ; f: inc ebp",
    "C3             ; ret"
  };

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 13, 100, 1000})
  @DisplayName("stopped anywhere in a loop")
  void stopsInLoop(int stride) {
    load(LOOP);
    for (long at = stride; at < 3000L + 10L * stride; at += stride) {
      runTo(at);
    }
    compareStates();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 17, 400})
  @DisplayName("where functions call themselves, are called from two places, and return elsewhere")
  void calls(int stride) {
    load(
        "EB 0D          ; jmp main",
        "85 C9          ; f: test ecx, ecx",
        "74 07          ; jz back",
        "49             ; dec ecx",
        "E8 F6 FF FF FF ; call f",
        "40             ; inc eax",
        "C3             ; back: ret",
        "90             ; nop",
        "B9 05 00 00 00 ; main: mov ecx, 5",
        "E8 E9 FF FF FF ; call f",
        "42             ; inc edx",
        "E8 08 00 00 00 ; call g",
        "43             ; inc ebx",
        "4E             ; dec esi",
        "85 F6          ; test esi, esi",
        "EB EA          ; jmp main",
        "90 90          ; nop, nop",
        "F6 C2 01       ; g: test dl, 1",
        "74 03          ; jz same",
        "FF 04 24       ; inc dword [esp], past the inc ebx",
        "C3             ; same: ret");
    for (long at = stride; at < 3000L + 10L * stride; at += stride) {
      runTo(at);
    }
    assertThat(general(translated)[Registers.EBX])
        .as("every other call of g skips it")
        .isBetween(1, general(translated)[Registers.EDX] / 2);
    compareStates();
  }

  @Test
  @DisplayName("and is the same class in machines that share their classes")
  void sharedClasses() {
    TranslatedClasses classes = new TranslatedClasses();
    List<ReferencePc> machines =
        List.of(machine(CpuImage.TRANSLATE_ALL, classes), machine(CpuImage.TRANSLATE_ALL, classes));
    for (ReferencePc pc : machines) {
      put(pc, START, LOOP);
      pc.enterFlat(START);
      pc.cpu().setRegister(Registers.ESP, 0x90000);
      pc.runTo(10_000);
    }
    assertThat(translation(machines.get(1))).isSameAs(translation(machines.get(0)));
    assertThat(States.save(machines.get(1))).isEqualTo(States.save(machines.get(0)));
  }

  /** What the first block that was translated became. */
  private static Class<?> translation(ReferencePc pc) {
    return CpuInside.translation(pc.cpu(), START, START + 64);
  }

  @Test
  @DisplayName("in random programs, after every few instructions")
  void randomPrograms() {
    List<CpuCase> cases =
        IntStream.range(10_000, 10_150)
            .mapToObj(seed -> new RandomInstructions(seed, 30).whole())
            .toList();
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ReferencePc first = CpuImage.machine(results, CpuInside.NEVER);
    ReferencePc second = CpuImage.machine(results, CpuImage.TRANSLATE_ALL);
    Random random = new Random(1);
    CpuImage.load(first, cases);
    CpuImage.load(second, cases);
    byte[] scratch = new byte[1024];
    byte[] otherScratch = new byte[1024];
    StopReason reason;
    do {
      long next = first.instructions() + 1 + random.nextInt(random.nextBoolean() ? 20 : 400);
      reason = first.runTo(next);
      assertThat(second.runTo(next)).isEqualTo(reason);
      assertThat(general(second)).isEqualTo(general(first));
      assertThat(second.cpu().eip()).isEqualTo(first.cpu().eip());
      assertThat(CpuInside.flags(second.cpu())).isEqualTo(CpuInside.flags(first.cpu()));
      first.memory().read(CpuImage.SCRATCH, scratch, 0, scratch.length);
      second.memory().read(CpuImage.SCRATCH, otherScratch, 0, otherScratch.length);
      assertThat(otherScratch).isEqualTo(scratch);
    } while (reason == StopReason.REQUESTED);
    assertThat(Arrays.mismatch(States.save(second), States.save(first))).isEqualTo(-1);
  }

  @Test
  @DisplayName("where a loop changes its own instructions")
  void selfModifying() {
    load(
        "B9 20 00 00 00    ; mov ecx, 20h",
        "05 01 00 00 00    ; next: add eax, 1, of which the 1 is at 100006h",
        "00 0D 06 00 10 00 ; add [100006h], cl",
        "50                ; push eax",
        "49                ; dec ecx",
        "75 F1             ; jnz next",
        "FA F4             ; cli, hlt");
    assertThat(runTo(1000)).isEqualTo(StopReason.HALTED);
    compareStates();
  }

  @Test
  @DisplayName("where pushes and calls write over the code that makes them")
  void stackInCode() {
    load(
        "BC 30 00 10 00 ; mov esp, 100030h",
        "B9 0A 00 00 00 ; mov ecx, 10",
        "68 90 90 90 90 ; next: push 90909090h",
        "E8 05 00 00 00 ; call f",
        "49             ; dec ecx",
        "75 F3          ; jnz next",
        "FA F4          ; cli, hlt",
        "83 C4 04       ; f: add esp, 4",
        "40             ; inc eax",
        "83 EC 04       ; sub esp, 4",
        "C3             ; ret",
        "90 90 90 90 90 90 90 90 90 90 90 90");
    for (int at = 1; at < 60; at++) {
      runTo(at);
    }
    compareStates();
  }

  @Test
  @DisplayName("where a device writes to it")
  void dmaIntoCode() {
    load(LOOP);
    runTo(500);
    // past: what is called adds to ebp
    both.forEach(pc -> put(pc, START + 0x24, "4D ; dec ebp"));
    runTo(1000);
    compareStates();
  }

  @Test
  @DisplayName("where an interrupt strikes in a loop")
  void interrupts() {
    load(
        "FA                ; cli",
        "C7 05 00 02 20 00 80 00 08 00 ; gate 40h: offset 100080h ...",
        "C7 05 04 02 20 00 00 8E 10 00 ; ... selector 8",
        "0F 01 1D 60 00 10 00 ; lidt [100060h]",
        "0F 01 15 66 00 10 00 ; lgdt [100066h]",
        "B0 11 E6 20       ; ICW1",
        "B0 40 E6 21       ; vectors from 40h on",
        "B0 04 E6 21",
        "B0 01 E6 21",
        "B0 FE E6 21       ; only IRQ 0",
        "B0 34 E6 43       ; channel 0, mode 2",
        "B0 40 E6 40       ; every 64 ticks",
        "B0 00 E6 40",
        "FB                ; sti",
        "90                ; nop",
        "EB 25             ; jmp loop, past the descriptors");
    for (ReferencePc pc : both) {
      put(pc, START + 0x60, "FF 07 00 00 20 00", "17 00 00 03 20 00", "40 ; loop: inc eax");
      put(pc, START + 0x6D, "01 C2 ; add edx, eax", "8D 1C 50 ; lea ebx, [eax + 2 edx]", "EB F8");
      put(pc, START + 0x80, "50", "B0 20 E6 20 ; EOI", "58", "45 ; inc ebp", "CF ; iret");
      put(pc, DATA + 0x300, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
    }
    for (int at = 1000; at < 3_000_000; at += 99_991) {
      runTo(at);
    }
    assertThat(translated.cpu().register(Registers.EBP)).isGreaterThan(10);
    compareStates();
  }

  @Test
  @DisplayName("where an access faults in the middle of a block")
  void faults() {
    load(
        "C7 05 70 00 20 00 80 00 08 00 ; gate 14: offset 100080h ...",
        "C7 05 74 00 20 00 00 8E 10 00 ; ... selector 8",
        "0F 01 1D 60 00 10 00 ; lidt [100060h]",
        "0F 01 15 66 00 10 00 ; lgdt [100066h]",
        "B8 00 10 20 00       ; mov eax, 201000h: a page directory",
        "0F 22 D8             ; mov cr3, eax",
        "B8 11 00 00 80       ; mov eax, PE and PG",
        "0F 22 C0             ; mov cr0, eax",
        "BE 00 E0 3F 00       ; mov esi, 3FE000h",
        "EB 6F                ; jmp loop");
    for (ReferencePc pc : both) {
      put(pc, START + 0x60, "FF 07 00 00 20 00", "17 00 00 03 20 00");
      // the handler maps the next page; a fault in the table's last entry ends it
      put(
          pc,
          START + 0x80,
          "50                   ; push eax",
          "0F 20 D0             ; mov eax, cr2",
          "C1 E8 0C             ; shr eax, 12",
          "C7 04 85 00 20 20 00 03 00 30 00 ; mov dword [202000h + 4 eax], 300003h",
          "45                   ; inc ebp",
          "58                   ; pop eax",
          "83 C4 04             ; add esp, 4",
          "CF                   ; iret");
      put(
          pc,
          START + 0xA8,
          "01 C2                ; loop: add edx, eax",
          "11 5E 04             ; adc [esi + 4], ebx",
          "8B 06                ; mov eax, [esi]",
          "F9                   ; stc",
          "13 06                ; adc eax, [esi]",
          "81 EE 54 05 00 00    ; sub esi, 554h",
          "81 FE 00 00 30 00    ; cmp esi, 300000h",
          "77 E8                ; ja loop",
          "FA F4                ; cli, hlt");
      put(pc, DATA + 0x300, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
      pc.memory().store32(0x201000, 0x202003);
      for (int page = 0; page < 0x300; page++) {
        pc.memory().store32(0x202000 + 4 * page, page << 12 | 3);
      }
    }
    StopReason reason;
    int at = 0;
    do {
      at += 37;
      reason = runTo(at);
    } while (reason == StopReason.REQUESTED && at < 20_000);
    assertThat(reason).isEqualTo(StopReason.HALTED);
    assertThat(translated.cpu().register(Registers.EBP)).isGreaterThan(200);
    compareStates();
  }

  @Test
  @DisplayName("where a store into it changes the page table for the store's other page")
  void storeAcrossItsPageTable() {
    load(
        "B8 11 00 00 80       ; mov eax, PE and PG",
        "0F 22 C0             ; mov cr0, eax",
        "E9 B3 FF 1F 00       ; jmp 2FFFC0h");
    int code = DATA + 0xFFFC0;
    for (ReferencePc pc : both) {
      put(
          pc,
          code,
          "B8 00 56 34 12       ; mov eax, 12345600h",
          "A3 FF EF 7F 00       ; mov [7FEFFFh], eax: the last byte of the last entry, and on",
          "FA F4                ; cli, hlt");
      // the page of the code is also the table for 400000h and up; all is marked accessed and dirty
      pc.memory().store32(0x2FFFF8, 0x2FF063);
      pc.memory().store32(0x2FFFFC, 0xF0100063);
      pc.memory().store32(DATA, DATA + 0x1063);
      pc.memory().store32(DATA + 4, 0x2FF063);
      for (int page = 0; page < 0x400; page++) {
        pc.memory().store32(DATA + 0x1000 + 4 * page, page << 12 | 0x63);
      }
      CpuInside.setControlRegister(pc.cpu(), 3, DATA);
    }
    assertThat(runTo(100)).isEqualTo(StopReason.HALTED);
    assertThat(translated.memory().load16(START)).isEqualTo(0x11B8);
    compareStates();
  }

  @Test
  @DisplayName("where an instruction across pages becomes hot, and its first page left the TLB")
  void hotAcrossPages() {
    List<ReferencePc> machines = List.of(machine(CpuInside.NEVER), machine(2));
    for (ReferencePc pc : machines) {
      put(pc, START, "E9 F9 0F 00 00 ; jmp 100FFEh");
      put(
          pc,
          START + 0xFFE,
          "B8 00 00 00 00       ; mov eax, 0, half of it in each page",
          "85 DB                ; test ebx, ebx",
          "75 05                ; jnz past the jump",
          "E9 F4 F0 FF FF       ; jmp 100100h",
          "FA F4                ; cli, hlt");
      put(
          pc,
          START + 0x100,
          "43                   ; inc ebx",
          "C7 05 00 14 20 00 03 00 10 00 ; mov dword [201400h], 100003h: no longer accessed",
          "A1 00 00 50 00       ; mov eax, [500000h], in the same place of the TLB",
          "E9 E9 0E 00 00       ; jmp 100FFEh");
      pc.memory().store32(DATA, DATA + 0x1003);
      pc.memory().store32(DATA + 4, DATA + 0x2003);
      pc.memory().store32(DATA + 0x2400, 0x300003);
      for (int page = 0; page < 0x400; page++) {
        pc.memory().store32(DATA + 0x1000 + 4 * page, page << 12 | 3);
      }
      pc.enterFlat(START);
      CpuInside.setControlRegister(pc.cpu(), 3, DATA);
      CpuInside.setControlRegister(pc.cpu(), 0, CpuInside.CR0_PE | CpuInside.CR0_PG);
      assertThat(pc.runTo(100)).isEqualTo(StopReason.HALTED);
      assertThat(pc.memory().load32(DATA + 0x1400)).as("its page table entry").isEqualTo(0x100003);
    }
    assertThat(States.save(machines.get(1))).isEqualTo(States.save(machines.get(0)));
  }

  @Test
  @DisplayName("in single steps of the guest")
  void singleStep() {
    load(
        "C7 05 08 00 20 00 80 00 08 00 ; gate 1: offset 100080h ...",
        "C7 05 0C 00 20 00 00 8E 10 00 ; ... selector 8",
        "0F 01 1D 60 00 10 00 ; lidt [100060h]",
        "0F 01 15 66 00 10 00 ; lgdt [100066h]",
        "B9 40 00 00 00       ; mov ecx, 64",
        "9C                   ; next: pushf",
        "81 34 24 00 01 00 00 ; xor dword [esp], 100h: TF",
        "9D                   ; popf",
        "40                   ; inc eax",
        "01 C2                ; add edx, eax",
        "49                   ; dec ecx",
        "75 F1                ; jnz next",
        "FA F4                ; cli, hlt");
    for (ReferencePc pc : both) {
      put(pc, START + 0x60, "FF 07 00 00 20 00", "17 00 00 03 20 00");
      put(pc, START + 0x80, "45 ; inc ebp", "CF ; iret");
      put(pc, DATA + 0x300, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
    }
    for (int at = 1; at < 1200; at += 3) {
      runTo(at);
    }
    assertThat(translated.cpu().register(Registers.EBP)).isGreaterThan(100);
    compareStates();
  }
}
