package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.pc.boot.MultibootImage;
import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.testing.States;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs each program without a stop, and over many machines of which each restores the last. */
@DisplayName("A machine that is saved and restored")
class RestoreTest {
  private static final int START = 0x100000;
  private static final int STACK = 0x90000;
  private static final int LOOP = 0xE2;

  private final ByteArrayOutputStream serial = new ByteArrayOutputStream();

  /** Puts code at an address; behind a semicolon stands what it says. */
  private static void put(ReferencePc pc, int address, String... lines) {
    int at = address;
    for (String line : lines) {
      byte[] bytes = HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", ""));
      pc.memory().write(at, bytes, 0, bytes.length);
      at += bytes.length;
    }
  }

  private ReferencePc machine(int memory) {
    return new ReferencePc(memory, ReferencePc.DEFAULT_START_SECONDS, serial::write);
  }

  /** Loads a program, and a GDT at 8000h and an IDT at 9000h. */
  private static void start(ReferencePc pc, String... program) {
    put(pc, 0x8000, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
    pc.cpu().setGdtr(0x8000, 0x17);
    CpuInside.setIdtr(pc.cpu(), 0x9000, 0x7FF);
    put(pc, START, program);
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
  }

  private static void gate(ReferencePc pc, int vector, int handler) {
    pc.memory().store32(0x9000 + 8 * vector, 0x0008 << 16 | (handler & 0xFFFF));
    pc.memory().store32(0x9004 + 8 * vector, (handler & 0xFFFF0000) | 0x8E00);
  }

  /** Gives the state at the end, behind what was sent on COM1. */
  private byte[] end(ReferencePc pc) {
    serial.writeBytes(States.save(pc));
    byte[] all = serial.toByteArray();
    serial.reset();
    return all;
  }

  private static void assertSame(byte[] actual, byte[] expected) {
    assertThat(Arrays.mismatch(actual, expected)).as("the first byte that differs").isEqualTo(-1);
  }

  private void goesOnTheSame(Consumer<ReferencePc> program) throws IOException {
    ReferencePc uninterrupted = machine(4 << 20);
    program.accept(uninterrupted);
    assertThat(uninterrupted.run()).isEqualTo(StopReason.HALTED);
    byte[] expected = end(uninterrupted);

    ReferencePc pc = machine(4 << 20);
    program.accept(pc);
    // at every instruction, but not so often where it only waits
    ToIntFunction<ReferencePc> step = at -> at.memory().load8(at.cpu().eip()) == LOOP ? 1000 : 1;
    while (pc.runTo(pc.instructions() + step.applyAsInt(pc)) == StopReason.REQUESTED) {
      byte[] state = States.save(pc);
      pc = machine(4 << 20);
      States.load(state, pc);
    }
    assertSame(end(pc), expected);
  }

  @Test
  @DisplayName("goes on in strings, shadows, traps, HLT, and with an interrupt that waits")
  void oddMoments() throws IOException {
    goesOnTheSame(
        pc -> {
          gate(pc, 0x20, 0x280000);
          put(
              pc,
              0x280000,
              "50                ; push eax",
              "FF 05 00 10 28 00 ; inc dword [281000h]",
              "B0 20 E6 20       ; EOI",
              "58                ; pop eax",
              "CF                ; iret");
          gate(pc, 1, 0x280100);
          put(pc, 0x280100, "FF 05 04 10 28 00 ; inc dword [281004h]", "CF ; iret");
          start(
              pc,
              "B0 11 E6 20          ; ICW1",
              "B0 20 E6 21          ; ICW2: from 20h",
              "B0 04 E6 21          ; ICW3",
              "B0 01 E6 21          ; ICW4",
              "B0 FE E6 21          ; only IRQ 0",
              "B0 34 E6 43          ; channel 0, mode 2",
              "B0 04 E6 40          ; every 4 pulses",
              "B0 00 E6 40          ;",
              "FC                   ; cld",
              "BE 03 00 20 00       ; mov esi, 200003h",
              "BF 01 00 30 00       ; mov edi, 300001h",
              "B9 28 23 00 00       ; mov ecx, 9000",
              "FB                   ; sti",
              "F3 A4                ; rep movsb",
              "BF FE 0F 30 00       ; mov edi, 300FFEh",
              "B9 88 13 00 00       ; mov ecx, 5000",
              "F3 AB                ; rep stosd",
              "BE 00 00 30 00       ; mov esi, 300000h",
              "BF 00 10 30 00       ; mov edi, 301000h",
              "B9 28 23 00 00       ; mov ecx, 9000",
              "F3 A6                ; repe cmpsb",
              "FD                   ; std",
              "BE FF 0F 30 00       ; mov esi, 300FFFh",
              "BF FF 1F 30 00       ; mov edi, 301FFFh",
              "B9 88 13 00 00       ; mov ecx, 5000",
              "F3 A4                ; rep movsb",
              "FC                   ; cld",
              "B0 41                ; mov al, 41h, which is inc ecx",
              "BF 71 00 10 00       ; mov edi, 100071h, the code below",
              "B9 08 00 00 00       ; mov ecx, 8",
              "F3 AA                ; rep stosb",
              "90 90 90 90 90 90 90 ; nop",
              "90 90 90 90 90 90 90 ; nop",
              "FB F4                ; sti, hlt",
              "FA                   ; cli",
              "B9 20 4E 00 00       ; mov ecx, 20000",
              "E2 FE                ; loop $, until an interrupt waits",
              "FB                   ; sti",
              "43                   ; inc ebx",
              "FA                   ; cli",
              "B9 20 4E 00 00       ; mov ecx, 20000",
              "E2 FE                ; loop $",
              "FB                   ; sti",
              "66 8C D0 8E D0       ; mov ax, ss; mov ss, ax",
              "43                   ; inc ebx",
              "9C                   ; pushfd",
              "81 0C 24 00 01 00 00 ; or dword [esp], TF",
              "9D                   ; popfd",
              "43                   ; inc ebx",
              "B9 03 00 00 00       ; mov ecx, 3",
              "F3 AA                ; rep stosb",
              "9C                   ; pushfd",
              "81 24 24 FF FE FF FF ; and dword [esp], ~TF",
              "9D                   ; popfd",
              "D9 E8 D9 EB          ; fld1, fldpi",
              "DC C1 D8 F1          ; fadd st1, st0; fdiv st0, st1",
              "D9 35 00 08 20 00    ; fnstenv [200800h]",
              "FA F4                ; cli, hlt");
        });
  }

  @Test
  @DisplayName("knows the same translations: tables that change without a flush tell nothing")
  void translations() throws IOException {
    goesOnTheSame(
        pc -> {
          // both halves of 8 MiB lead to the same 4 MiB
          pc.memory().store32(0x10000, 0x11003);
          pc.memory().store32(0x10004, 0x12003);
          for (int page = 0; page < 0x400; page++) {
            pc.memory().store32(0x11000 + 4 * page, page << 12 | 3);
            pc.memory().store32(0x12000 + 4 * page, page << 12 | 3);
          }
          put(pc, 0x200100, "B8 05 00 00 00 ; mov eax, 5", "C3 ; ret");
          put(
              pc,
              0x200200,
              "A1 00 00 60 00    ; mov eax, [600000h]: takes this page's place in the TLB",
              "8B 02             ; mov eax, [edx]",
              "AB                ; stosd",
              "C7 02 03 00 20 00 ; mov dword [edx], 200003h",
              "49                ; dec ecx",
              "75 EF             ; jnz 200200h",
              "B8 18 02 20 00    ; mov eax, 200218h",
              "FF E0             ; jmp eax",
              "8B 02             ; mov eax, [edx]",
              "AB                ; stosd",
              "C3                ; ret");
          start(
              pc,
              "B8 00 00 01 00       ; mov eax, 10000h",
              "0F 22 D8             ; mov cr3, eax",
              "B8 11 00 01 80       ; mov eax, PG + WP + ET + PE",
              "0F 22 C0             ; mov cr0, eax",
              "BF 00 00 30 00       ; mov edi, 300000h",
              "BA 00 18 01 00       ; mov edx, 11800h: the entry of 200000h",
              "A3 00 00 20 00       ; mov [200000h], eax: the page is dirty",
              "C7 02 03 00 20 00    ; mov dword [edx], 200003h",
              "A3 00 00 20 00       ; mov [200000h], eax: this does not tell any more",
              "E8 6B 00 00 00       ; call log",
              "E8 CC 00 10 00       ; call 200100h: now the page holds code",
              "E8 61 00 00 00       ; call log",
              "A3 04 00 20 00       ; mov [200004h], eax",
              "E8 57 00 00 00       ; call log",
              "C6 05 01 01 20 00 07 ; mov byte [200101h], 7: changes the code",
              "E8 4B 00 00 00       ; call log",
              "C6 05 01 01 20 00 08 ; mov byte [200101h], 8",
              "E8 A5 00 10 00       ; call 200100h",
              "E8 3A 00 00 00       ; call log",
              "83 05 04 00 20 00 01 ; add dword [200004h], 1",
              "E8 2E 00 00 00       ; call log",
              "A1 04 00 20 00       ; mov eax, [200004h]",
              "E8 24 00 00 00       ; call log",
              "0F 01 3D 00 00 20 00 ; invlpg [200000h]",
              "83 05 04 00 20 00 01 ; add dword [200004h], 1: tells again",
              "E8 11 00 00 00       ; call log",
              "B9 03 00 00 00       ; mov ecx, 3",
              "E8 6D 01 10 00       ; call 200200h",
              "E8 02 00 00 00       ; call log",
              "FA F4                ; cli, hlt",
              "8B 02                ; log: mov eax, [edx]",
              "AB                   ; stosd",
              "C7 02 03 00 20 00    ; mov dword [edx], 200003h",
              "C3                   ; ret");
        });
  }

  @Test
  @DisplayName("receives what was typed before, a byte at a time")
  void typed() throws IOException {
    goesOnTheSame(
        pc -> {
          pc.receive("a".getBytes(StandardCharsets.US_ASCII));
          pc.receive("bc\n".getBytes(StandardCharsets.US_ASCII));
          start(
              pc,
              "66 BA FC 03    ; mov dx, 3FCh",
              "B0 03          ; mov al, DTR + RTS",
              "EE             ; out dx, al",
              "66 BA FA 03    ; mov dx, 3FAh",
              "B0 81          ; mov al, 81h: FIFOs",
              "EE             ; out dx, al",
              "B9 80 38 01 00 ; mov ecx, 80000",
              "E2 FE          ; loop $, nearly a byte",
              "66 BA FD 03    ; mov dx, 3FDh",
              "EC             ; in al, dx",
              "A8 01          ; test al, 1",
              "74 F0          ; jz to the loop",
              "66 BA F8 03    ; mov dx, 3F8h",
              "EC             ; in al, dx",
              "EE             ; out dx, al",
              "3C 0A          ; cmp al, 10",
              "75 E6          ; jne to the loop",
              "FA F4          ; cli, hlt");
        });
  }

  @Test
  @DisplayName("has its ROM and its map: firmware goes on with its copy into RAM")
  void firmwareInRom() throws IOException {
    goesOnTheSame(pc -> pc.boot(TestRom.firmware()));
  }

  @ParameterizedTest
  @CsvSource({
    "pci-scan, 97, 0",
    "real-mode, 61, 0",
    "pic-interrupts, 397, 20000",
    "shared-line, 397, 7000",
    "indirect, 997, 3000",
    "dma-code, 599, 0",
    "random-reads, 50021, 0"
  })
  @DisplayName("ends a program of the firmware tests with the same output, count, RAM and disks")
  void firmware(String name, int stride, long latency) throws IOException {
    List<byte[]> untouched = List.of(disk(), disk());
    ReferencePc uninterrupted = withDisks(untouched, latency);
    uninterrupted.boot(program(name));
    assertThat(uninterrupted.run()).isEqualTo(StopReason.HALTED);
    byte[] expected = end(uninterrupted);

    List<byte[]> disks = List.of(disk(), disk());
    ReferencePc pc = withDisks(disks, latency);
    pc.boot(program(name));
    while (pc.runTo(pc.instructions() + stride) == StopReason.REQUESTED) {
      byte[] state = States.save(pc);
      pc = withDisks(disks, latency);
      States.load(state, pc);
      assertSame(States.save(pc), state);
    }
    assertSame(end(pc), expected);
    for (int i = 0; i < disks.size(); i++) {
      assertSame(disks.get(i), untouched.get(i));
    }
  }

  private static MultibootImage program(String name) throws IOException {
    try (InputStream in =
        RestoreTest.class.getResourceAsStream("/dev/virtio4j/cli/firmware/" + name + ".bin")) {
      return MultibootImage.read(name, in.readAllBytes());
    }
  }

  /** What the programs expect: see FirmwareProgram. */
  private static byte[] disk() {
    byte[] bytes = new byte[8 << 20];
    for (int word = 0; word < bytes.length / 4; word++) {
      PhysicalMemory.INT32.set(bytes, 4 * word, word * 0x9E3779B1);
    }
    return bytes;
  }

  private ReferencePc withDisks(List<byte[]> disks, long latency) {
    BlkOptions options =
        BlkOptions.builder().timing(new DiskTiming(latency, 0, 0, 0, 0, 0, 0)).build();
    ReferencePc pc = machine(16 << 20);
    for (int i = 0; i < disks.size(); i++) {
      BlkDevice disk = new BlkDevice(new MemoryBackend(disks.get(i), false), options);
      pc.plug(2 + 4 * i, VirtioPciFunction.of(disk, pc.guestMemory(), pc.clock()));
    }
    return pc;
  }
}
