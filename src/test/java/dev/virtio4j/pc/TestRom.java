package dev.virtio4j.pc;

import dev.virtio4j.pc.boot.Firmware;
import java.util.HexFormat;

/**
 * Firmware of our own, which copies itself into RAM and closes the A20 gate, and says on COM1 what
 * it finds meanwhile: at F000:1000 R where its ROM is, A where the RAM is to which it wrote that.
 */
final class TestRom {
  /**
   * What it says: R in its ROM, and after it wrote there; R while only writes go to RAM, A when
   * reads do, and after it wrote where it may only read; 1, which it wrote at 1 MiB with the gate
   * closed, and not the 2 that it wrote there with the gate open.
   */
  static final String SAYS = "RRRAA11";

  private static final int SIZE = 64 << 10;

  // spotless:off
  private static final String[] CODE = {
    "BA F8 03          ; mov dx, 0x3f8",
    "2E A0 00 10       ; mov al, [cs:0x1000]",
    "EE                ; out dx, al",
    "2E C6 06 00 10 78 ; mov byte [cs:0x1000], 'x'",
    "2E A0 00 10       ; mov al, [cs:0x1000]",
    "EE                ; out dx, al",
    "B0 20             ; mov al, 0x20",
    "E8 58 00          ; call pam",
    "0E                ; push cs",
    "1F                ; pop ds",
    "0E                ; push cs",
    "07                ; pop es",
    "31 F6             ; xor si, si",
    "31 FF             ; xor di, di",
    "B9 00 40          ; mov cx, 0x4000",
    "F3 66 A5          ; rep movsd",
    "C6 06 00 10 41    ; mov byte [0x1000], 'A'",
    "A0 00 10          ; mov al, [0x1000]",
    "EE                ; out dx, al",
    "B0 30             ; mov al, 0x30",
    "E8 3C 00          ; call pam",
    "A0 00 10          ; mov al, [0x1000]",
    "EE                ; out dx, al",
    "B0 10             ; mov al, 0x10",
    "E8 33 00          ; call pam",
    "C6 06 00 10 7A    ; mov byte [0x1000], 'z'",
    "A0 00 10          ; mov al, [0x1000]",
    "EE                ; out dx, al",
    "31 C0             ; xor ax, ax",
    "8E D8             ; mov ds, ax",
    "48                ; dec ax",
    "8E C0             ; mov es, ax",
    "C6 06 00 05 30    ; mov byte [0x500], '0'",
    "B0 00             ; mov al, 0",
    "E6 92             ; out 0x92, al",
    "26 C6 06 10 05 31 ; mov byte [es:0x510], '1'",
    "A0 00 05          ; mov al, [0x500]",
    "EE                ; out dx, al",
    "B0 02             ; mov al, 2",
    "E6 92             ; out 0x92, al",
    "26 C6 06 10 05 32 ; mov byte [es:0x510], '2'",
    "A0 00 05          ; mov al, [0x500]",
    "EE                ; out dx, al",
    "FA                ; cli",
    "F4                ; hlt",
    "52                ; push dx",
    "93                ; xchg ax, bx",
    "66 B8 58 00 00 80 ; mov eax, 0x80000058",
    "BA F8 0C          ; mov dx, 0xcf8",
    "66 EF             ; out dx, eax",
    "BA FD 0C          ; mov dx, 0xcfd",
    "93                ; xchg ax, bx",
    "EE                ; out dx, al",
    "5A                ; pop dx",
    "C3                ; ret"
  };
  // spotless:on

  private TestRom() {}

  /** The firmware: it starts at F000:0000, and ends halted. */
  static Firmware firmware() {
    byte[] rom = new byte[SIZE];
    int at = 0;
    for (String line : CODE) {
      byte[] bytes = HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", ""));
      System.arraycopy(bytes, 0, rom, at, bytes.length);
      at += bytes.length;
    }
    rom[0x1000] = 'R';
    byte[] jump = HexFormat.of().parseHex("EA000000F0"); // jmp F000:0000
    System.arraycopy(jump, 0, rom, SIZE - 16, jump.length);
    return new Firmware(rom);
  }
}
