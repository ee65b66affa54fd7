package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pc.memory.PortDevice;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Small programs in flat 32-bit protected mode, from address 100000h, on the whole machine. */
@Timeout(60)
class ReferencePcTest {
  private static final int START = 0x100000;
  private static final int STACK = 0x90000;

  private final ByteArrayOutputStream serial = new ByteArrayOutputStream();
  private final ReferencePc pc =
      new ReferencePc(
          4 << 20,
          ReferencePc.DEFAULT_START_SECONDS,
          serial::write,
          hotAfter(),
          new TranslatedClasses());

  /** After how many runs the CPU translates a block. */
  int hotAfter() {
    return CpuInside.NEVER;
  }

  /** One more machine. */
  ReferencePcTest another() {
    return new ReferencePcTest();
  }

  /**
   * Puts code at an address; everything in it but hexadecimal digits stands for itself as comment.
   */
  private void put(int address, String... lines) {
    int at = address;
    for (String line : lines) {
      String digits = line.replaceFirst(";.*", "").replace(" ", "");
      byte[] bytes = HexFormat.of().parseHex(digits);
      pc.memory().write(at, bytes, 0, bytes.length);
      at += bytes.length;
    }
  }

  private StopReason run(String... program) {
    put(START, program);
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
    return pc.run();
  }

  private int eax() {
    return pc.cpu().register(Registers.EAX);
  }

  @Test
  @DisplayName("CLI and HLT end the run: there is no other way out of it")
  void haltsForever() {
    assertThat(run("FA ; cli", "F4 ; hlt")).isEqualTo(StopReason.HALTED);
    assertThat(pc.instructions()).isEqualTo(2);
  }

  @Test
  @DisplayName("A fault without an IDT is a triple fault")
  void tripleFault() {
    assertThat(run("0F 01 1D 00 80 00 00 ; lidt [8000h], which is zero", "0F 0B ; ud2"))
        .isEqualTo(StopReason.TRIPLE_FAULT);
  }

  @Test
  @DisplayName(
      "FEh to port 64h, bit 0 of port 92h, and bit 2 of port CF9h each reset, and say which")
  void resets() {
    assertThat(run("B0 FE ; mov al, FEh", "E6 64 ; out 64h, al", "EB FE ; jmp $"))
        .isEqualTo(StopReason.KEYBOARD_RESET);
    ReferencePcTest port92 = another();
    assertThat(port92.run("B0 01 ; mov al, 1", "E6 92 ; out 92h, al", "EB FE ; jmp $"))
        .isEqualTo(StopReason.PORT_92_RESET);
    ReferencePcTest cf9 = another();
    assertThat(
            cf9.run(
                "66 BA F9 0C ; mov dx, CF9h",
                "B0 06       ; mov al, 6",
                "EE          ; out dx, al",
                "EB FE       ; jmp $"))
        .isEqualTo(StopReason.PORT_CF9_RESET);
  }

  @Test
  @DisplayName("What goes to COM1 comes out, and what is typed can be read")
  void serialPort() {
    pc.receive("x".getBytes(StandardCharsets.US_ASCII));
    assertThat(pc.untaken()).isEqualTo(1);
    assertThat(
            run(
                "66 BA FC 03 ; mov dx, 3FCh",
                "B0 0B       ; mov al, DTR + RTS + OUT2",
                "EE          ; out dx, al",
                "66 BA FD 03 ; mov dx, 3FDh",
                "EC          ; wait: in al, dx",
                "A8 01       ; test al, 1",
                "74 FB       ; jz wait",
                "66 BA F8 03 ; mov dx, 3F8h",
                "EC          ; in al, dx",
                "FE C0       ; inc al",
                "EE          ; out dx, al",
                "FA F4       ; cli, hlt"))
        .isEqualTo(StopReason.HALTED);
    assertThat(serial.toString(StandardCharsets.US_ASCII)).isEqualTo("y");
    assertThat(pc.untaken()).isZero();
  }

  @Test
  @DisplayName("Code that changes the very next instruction runs as changed")
  void changesTheNextInstruction() {
    run(
        "C6 05 0C 00 10 00 02 ; mov byte [10000Ch], 2",
        "90 90 90 90          ; nop",
        "B0 01                ; mov al, 1, of which the 1 is at 10000Ch",
        "FA F4                ; cli, hlt");
    assertThat(eax() & 0xFF).isEqualTo(2);
  }

  @Test
  @DisplayName("A store in the middle of an instruction's work does not cut the instruction short")
  void changesItselfByExchange() {
    // xchg stores, then changes its register; the byte it stores to lies in its own block
    run(
        "B9 42 00 00 00    ; mov ecx, 42h",
        "86 0D 0C 00 10 00 ; xchg [10000Ch], cl",
        "B0 17             ; mov al, 17h, which becomes 42h",
        "FA F4             ; cli, hlt");
    assertThat(eax() & 0xFF).isEqualTo(0x42);
    assertThat(pc.cpu().register(Registers.ECX)).isEqualTo(0x17);
  }

  @Test
  @DisplayName("A function that was already run can be changed and run again")
  void changesAFunction() {
    put(0x200000, "B8 01 00 00 00 ; mov eax, 1", "C3 ; ret");
    run(
        "E8 FB FF 0F 00                ; call 200000h",
        "89 C3                         ; mov ebx, eax",
        "C7 05 01 00 20 00 05 00 00 00 ; mov dword [200001h], 5",
        "E8 EA FF 0F 00                ; call 200000h",
        "FA F4                         ; cli, hlt");
    assertThat(pc.cpu().register(Registers.EBX)).isEqualTo(1);
    assertThat(eax()).isEqualTo(5);
  }

  @Test
  @DisplayName("An instruction that crosses into the next page sees a change of that page")
  void changesAcrossThePage() {
    put(0x200FFE, "B8 01 00 00 00 ; mov eax, 1, whose constant is at 200FFFh", "C3 ; ret");
    run(
        "E8 F9 0F 10 00                ; call 200FFEh",
        "89 C3                         ; mov ebx, eax",
        "C6 05 01 10 20 00 07          ; mov byte [201001h], 7",
        "E8 EB 0F 10 00                ; call 200FFEh",
        "FA F4                         ; cli, hlt");
    assertThat(pc.cpu().register(Registers.EBX)).isEqualTo(1);
    assertThat(eax()).isEqualTo(0x70001);
  }

  @Test
  @DisplayName("Two instructions that cross into the same page both see a change of that page")
  void changesUnderTwoCrossings() {
    put(
        0x200FFE,
        "B8                         ; mov eax, 105h; add bl, al; ret",
        "   05 01 00 00 00 C3       ; or, from here: add eax, 1; ret",
        "                     C3    ;");
    run(
        "E8 F9 0F 10 00       ; call 200FFEh",
        "E8 F5 0F 10 00       ; call 200FFFh",
        "C6 05 00 10 20 00 02 ; mov byte [201000h], 2",
        "E8 E8 0F 10 00       ; call 200FFEh",
        "FA F4                ; cli, hlt");
    assertThat(eax()).isEqualTo(0x205);
  }

  @Test
  @DisplayName("Where there is no RAM the code is all ones: an invalid opcode")
  void codeOutsideRam() {
    handler(6, 0x200000);
    put(0x200000, "B8 2A 00 00 00 ; mov eax, 42", "FA F4 ; cli, hlt");
    assertThat(run("B8 00 00 00 F0 ; mov eax, F0000000h", "FF E0 ; jmp eax"))
        .isEqualTo(StopReason.HALTED);
    assertThat(eax()).isEqualTo(42);
  }

  @Test
  @DisplayName("A device's DMA into code that was already run is seen by the next instruction")
  void dmaIntoCode() {
    pc.ports()
        .map(
            0xE0,
            1,
            new PortDevice() {
              @Override
              public int read(int port, int width) {
                return 0;
              }

              @Override
              public void write(int port, int width, int value) {
                pc.guestMemory().store32(0x200001, value);
              }
            });
    put(0x200000, "B8 01 00 00 00 ; mov eax, 1", "C3 ; ret");
    run(
        "E8 FB FF 0F 00 ; call 200000h",
        "B0 09          ; mov al, 9",
        "E6 E0          ; out E0h, al",
        "E8 F2 FF 0F 00 ; call 200000h",
        "FA F4          ; cli, hlt");
    assertThat(eax()).isEqualTo(9);
  }

  @Test
  @DisplayName("A repeated store over the code that runs is seen")
  void stringStoreIntoCode() {
    run(
        "BF 18 00 10 00 ; mov edi, 100018h",
        "B9 06 00 00 00 ; mov ecx, 6",
        "B0 90          ; mov al, 90h, a nop",
        "F3 AA          ; rep stosb",
        "B8 05 00 00 00 ; mov eax, 5",
        "90 90 90 90 90 ; up to 100018h",
        "B8 06 00 00 00 ; mov eax, 6: overwritten",
        "90             ; nop",
        "FA F4          ; cli, hlt");
    assertThat(eax()).isEqualTo(5);
  }

  /** Points a vector at a handler, with the program's own GDT at 8000h and IDT at 9000h. */
  private void handler(int vector, int address) {
    put(0x8000, "0000000000000000", "FFFF0000009BCF00", "FFFF00000093CF00");
    pc.cpu().setGdtr(0x8000, 0x17);
    CpuInside.setIdtr(pc.cpu(), 0x9000, 0x7FF);
    int gate = 0x9000 + 8 * vector;
    pc.memory().store32(gate, 0x0008 << 16 | (address & 0xFFFF));
    pc.memory().store32(gate + 4, (address & 0xFFFF0000) | 0x8E00);
  }

  /** Sets up the interrupt controllers, vectors from 20h, and channel 0 for 1000 Hz. */
  private static final String[] TIMER = {
    "B0 11 E6 20 ; ICW1",
    "B0 20 E6 21 ; ICW2: from 20h",
    "B0 04 E6 21 ; ICW3",
    "B0 01 E6 21 ; ICW4",
    "B0 FE E6 21 ; only IRQ 0",
    "B0 34 E6 43 ; channel 0, mode 2",
    "B0 A9 E6 40 ; 1193 = 4A9h",
    "B0 04 E6 40 ;",
  };

  @Test
  @DisplayName("Timer interrupts wake HLT, and 1000 of them are a second of emulated time")
  void timerInterrupts() {
    handler(0x20, 0x200000);
    put(0x200000, "FF C3 ; inc ebx", "B0 20 E6 20 ; EOI", "CF ; iret");
    put(START, TIMER);
    int loop = START + 32;
    put(
        loop,
        "FB                ; loop: sti",
        "F4                ; hlt",
        "81 FB E8 03 00 00 ; cmp ebx, 1000",
        "75 F6             ; jne loop",
        "FA F4             ; cli, hlt");
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(pc.cpu().register(Registers.EBX)).isEqualTo(1000);
    // 1000 periods of 1193 ticks at 1193182 Hz
    assertThat(pc.clock().now()).isBetween(999_800_000L, 999_900_000L);
    assertThat(pc.instructions()).isLessThan(10_000);
  }

  @Test
  @DisplayName("An interrupt comes at the same instruction in every run, also inside a long loop")
  void interruptsAreExact() {
    long[] counts = new long[2];
    for (int i = 0; i < counts.length; i++) {
      ReferencePcTest machine = another();
      machine.handler(0x20, 0x200000);
      machine.put(0x200000, "89 CB ; mov ebx, ecx", "FA F4 ; cli, hlt");
      machine.put(START, TIMER);
      machine.put(
          START + 32,
          "31 C9 ; xor ecx, ecx",
          "FB    ; sti",
          "41    ; loop: inc ecx",
          "EB FD ; jmp loop");
      machine.pc.enterFlat(START);
      machine.pc.cpu().setRegister(Registers.ESP, STACK);
      machine.pc.run();
      counts[i] = machine.pc.cpu().register(Registers.EBX);
    }
    assertThat(counts[0]).isEqualTo(counts[1]);
    // a millisecond at a nanosecond an instruction, two instructions a round
    assertThat(counts[0]).isBetween(499_000L, 500_500L);
  }

  @Test
  @DisplayName("After STI the next instruction runs before an interrupt that waits")
  void interruptShadow() {
    handler(0x20, 0x200000);
    put(0x200000, "89 CB ; mov ebx, ecx", "FA F4 ; cli, hlt");
    put(START, TIMER);
    put(
        START + 32,
        "B9 00 00 20 00 ; mov ecx, 200000h",
        "E2 FE          ; loop $, until an interrupt waits",
        "31 C9          ; xor ecx, ecx",
        "FB             ; sti",
        "41             ; inc ecx",
        "41             ; inc ecx",
        "FA F4          ; cli, hlt");
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
    pc.run();
    assertThat(pc.cpu().register(Registers.EBX)).isEqualTo(1);
  }

  @Test
  @DisplayName("Back in real mode, the far jump makes CS writable")
  void writeByCodeSegment() {
    put(
        START,
        "0F 20 C0             ; mov eax, cr0",
        "24 FE                ; and al, ~PE",
        "0F 22 C0             ; mov cr0, eax",
        "EA 00 80 00 00 00 00 ; jmp 0:8000h");
    put(0x8000, "2E C6 05 00 90 00 00 57 ; mov byte [cs:9000h], 57h", "FA F4 ; cli, hlt");
    pc.enterFlat(START);
    assertThat(pc.runTo(100)).isEqualTo(StopReason.HALTED);
    assertThat(pc.memory().load8(0x9000)).isEqualTo(0x57);
  }

  @Test
  @DisplayName("A device that stops the machine stops it after the instruction at hand")
  void stopFromADevice() {
    pc.ports()
        .map(
            0xE0,
            1,
            new PortDevice() {
              @Override
              public int read(int port, int width) {
                return 0;
              }

              @Override
              public void write(int port, int width, int value) {
                pc.stop();
              }
            });
    assertThat(run("E6 E0 ; out E0h, al", "EB FE ; jmp $")).isEqualTo(StopReason.REQUESTED);
    assertThat(pc.instructions()).isEqualTo(1);
  }

  @Test
  @DisplayName("A run that waits for nothing is ended from another thread")
  void stopFromOutside() {
    pc.stop();
    assertThat(run("EB FE ; jmp $")).isEqualTo(StopReason.REQUESTED);
  }

  @Test
  @DisplayName("Paced to the wall clock, a tenth of a second takes no less")
  void paced() {
    pc.paceToWallClock();
    handler(0x20, 0x200000);
    put(0x200000, "FF C3 ; inc ebx", "B0 20 E6 20 ; EOI", "CF ; iret");
    put(START, TIMER);
    put(START + 32, "FB ; loop: sti", "F4 ; hlt", "83 FB 64 ; cmp ebx, 100", "75 F9", "FA F4");
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
    long before = System.nanoTime();
    assertThat(pc.run()).isEqualTo(StopReason.HALTED);
    assertThat(System.nanoTime() - before).isGreaterThan(99_000_000L);
  }

  /**
   * Counts OUTs to port E9h until 20 timer interrupts have come, and says in ECX how many.
   *
   * @param onOut what the device at the port does
   */
  private void countOuts(Runnable onOut) {
    pc.ports()
        .map(
            0xE9,
            1,
            new PortDevice() {
              @Override
              public int read(int port, int width) {
                return 0;
              }

              @Override
              public void write(int port, int width, int value) {
                onOut.run();
              }
            });
    handler(0x20, 0x200000);
    put(0x200000, "FF C3 ; inc ebx", "B0 20 E6 20 ; EOI", "CF ; iret");
    put(START, TIMER);
    put(
        START + 32,
        "31 C9    ; xor ecx, ecx",
        "FB       ; sti",
        "41       ; loop: inc ecx",
        "E6 E9    ; out E9h, al",
        "83 FB 14 ; cmp ebx, 20",
        "75 F8    ; jne loop",
        "FA F4    ; cli, hlt");
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
  }

  @Test
  @DisplayName("A machine that stood still goes on as if it had not")
  void pause() {
    ReferencePcTest other = another();
    other.countOuts(() -> {});
    assertThat(other.pc.run()).isEqualTo(StopReason.HALTED);

    countOuts(pc::pause);
    int pauses = 0;
    for (StopReason stopped = pc.run(); stopped == StopReason.PAUSED; stopped = pc.run()) {
      pauses++;
      assertThat(pc.cpu().register(Registers.ECX)).as("stops at once").isEqualTo(pauses);
    }
    assertThat(pauses).isEqualTo(other.pc.cpu().register(Registers.ECX)).isGreaterThan(1000);
    assertThat(pc.instructions()).isEqualTo(other.pc.instructions());
    assertThat(pc.clock().now()).isEqualTo(other.pc.clock().now());
  }

  @Test
  @DisplayName("Time that a paced machine stands still is none for its guest")
  void pausePaced() throws InterruptedException {
    pc.paceToWallClock();
    countOuts(pc::pause);
    assertThat(pc.run()).isEqualTo(StopReason.PAUSED);
    long stoodAt = pc.clock().now();
    Thread.sleep(20);
    long before = System.nanoTime();
    assertThat(pc.run()).isEqualTo(StopReason.PAUSED);
    assertThat(pc.clock().now() - stoodAt).isLessThanOrEqualTo(System.nanoTime() - before);
  }

  @Test
  @DisplayName("A timer may make the machine stand still, and somebody outside may end it there")
  void pauseByTimer() {
    countOuts(() -> {});
    pc.clock().timer(pc::pause).at(5_000_000);
    assertThat(pc.run()).isEqualTo(StopReason.PAUSED);
    assertThat(pc.clock().now()).isEqualTo(5_000_000);
    pc.stop();
    assertThat(pc.run()).isEqualTo(StopReason.REQUESTED);
    assertThat(pc.clock().now()).isEqualTo(5_000_000);
  }

  @Test
  @DisplayName("Memory that is no multiple of a page, or less than 1 MiB, is refused by name")
  void badMemory() {
    assertThatThrownBy(() -> new ReferencePc(1000, 0, value -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("memory of 1000 bytes: give a multiple of 4096, at least 1 MiB");
  }
}
