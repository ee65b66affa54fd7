package dev.virtio4j.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Small programs of 32-bit x86 that pass for a Linux kernel, and are entered as one is: by 32-bit
 * boot protocol, or from a disk at the real-mode code, which does nothing but go on with them.
 */
public final class TestKernel {
  public static final String PRINT_X = "66 BA F8 03  B0 78  EE";
  public static final String HALT = "FA F4";

  /** Masks all interrupts. JPC goes on after a HLT when one waits, though interrupts are off. */
  public static final String MASK = "B0 FF E6 21 E6 A1";

  public static final String LOOP = "EB FE";

  /** HLT with interrupts on, all of which are masked: time passes, and nothing else. */
  public static final String IDLE = MASK + "FB F4 EB FD";

  /** UD2 without an IDT. */
  public static final String FAULT = "0F 0B";

  public static final String RESET = "B0 FE  E6 64";

  private static final String[] ECHO_LINES = {
    "66 BA FC 03 ; mov dx, MCR of COM1",
    "B0 03       ; mov al, DTR + RTS",
    "EE          ; out dx, al",
    "66 BA FD 03 ; next: mov dx, LSR",
    "EC          ; in al, dx",
    "A8 01       ; test al, 1",
    "74 F7       ; jz next",
    "66 BA F8 03 ; mov dx, COM1",
    "EC          ; in al, dx",
    "EE          ; out dx, al",
    "3C 71       ; cmp al, 'q'",
    "75 ED       ; jne next",
  };

  /** At 1000:0268, with the tables behind it. */
  private static final String[] REAL_MODE_LINES = {
    "FA                      ; cli",
    "E4 92                   ; in al, 92h",
    "0C 02                   ; or al, A20 gate",
    "E6 92                   ; out 92h, al",
    "0F 01 16 90 02          ; lgdt [290h]",
    "0F 20 C0                ; mov eax, cr0",
    "0C 01                   ; or al, PE",
    "0F 22 C0                ; mov cr0, eax",
    "B8 18 00                ; mov ax, data",
    "8E D8 8E C0 8E D0       ; mov ds, es and ss, ax",
    "66 EA 00 00 10 00 10 00 ; jmp code:100000h",
    "00 00 00                ; up to 290h",
    "1F 00 90 02 01 00 00 00 ; GDT: limit and address of itself, as its null descriptor",
    "00 00 00 00 00 00 00 00 ; not used",
    "FF FF 00 00 00 9A CF 00 ; code",
    "FF FF 00 00 00 92 CF 00 ; data",
  };

  private static final int REAL_MODE_CODE = 0x268;

  /** Where the ring of {@link #WRITE_SECTOR} is; its used ring lies 2000h behind it. */
  private static final String[] WRITE_SECTOR_LINES = {
    "66 BA F8 0C                   ; mov dx, CF8h",
    "B8 10 10 00 80                ; mov eax, BAR of device 2",
    "EF                            ; out dx, eax",
    "B2 FC                         ; mov dl, FCh",
    "ED                            ; in eax, dx",
    "8D 58 FF                      ; lea ebx, [eax - 1]",
    "C7 05 00 00 20 00 00 30 20 00 ; descriptor 0: header at 203000h,",
    "C7 05 08 00 20 00 10 00 00 00 ; 16 bytes,",
    "C7 05 0C 00 20 00 01 00 01 00 ; NEXT, 1",
    "C7 05 10 00 20 00 00 32 20 00 ; descriptor 1: data at 203200h,",
    "C7 05 18 00 20 00 00 02 00 00 ; 512 bytes,",
    "C7 05 1C 00 20 00 01 00 02 00 ; NEXT, 2",
    "C7 05 20 00 20 00 00 34 20 00 ; descriptor 2: status at 203400h,",
    "C7 05 28 00 20 00 01 00 00 00 ; 1 byte,",
    "C7 05 2C 00 20 00 02 00 00 00 ; WRITE",
    "C7 05 00 10 20 00 00 00 01 00 ; available ring: index 1, and head 0 in it",
    "C7 05 00 30 20 00 01 00 00 00 ; header: OUT, sector 0",
    "C7 05 00 32 20 00 64 61 74 61 ; data: \"data\"",
    "C6 05 00 34 20 00 FF          ; status: none yet",
    "8D 53 12                      ; lea edx, [ebx + STATUS]",
    "B0 07                         ; mov al, DRIVER_OK and those before",
    "EE                            ; out dx, al",
    "8D 53 08                      ; lea edx, [ebx + QUEUE_ADDRESS]",
    "B8 00 02 00 00                ; mov eax, 200h",
    "EF                            ; out dx, eax",
    "8D 53 10                      ; lea edx, [ebx + QUEUE_NOTIFY]",
    "31 C0                         ; xor eax, eax",
    "66 EF                         ; out dx, ax",
    "66 83 3D 02 20 20 00 01       ; cmp word [used index], 1",
    "75 F6                         ; jne $ - 8",
    "A0 00 34 20 00                ; mov al, [status]",
    "04 30                         ; add al, '0'",
    "66 BA F8 03                   ; mov dx, COM1",
    "EE                            ; out dx, al",
  };

  private static final String[] READ_SECTOR_LINES = {
    "C7 05 1C 00 20 00 03 00 02 00 ; descriptor 1: NEXT + WRITE, 2",
    "C7 05 00 10 20 00 00 00 02 00 ; available ring: index 2, and head 0 in it",
    "C7 05 00 30 20 00 00 00 00 00 ; header: IN, sector 0",
    "C7 05 00 32 20 00 00 00 00 00 ; data: none yet",
    "8D 53 10                      ; lea edx, [ebx + QUEUE_NOTIFY]",
    "31 C0                         ; xor eax, eax",
    "66 EF                         ; out dx, ax",
    "66 83 3D 02 20 20 00 02       ; cmp word [used index], 2",
    "75 F6                         ; jne $ - 8",
    "A0 00 32 20 00                ; mov al, [data]",
    "66 BA F8 03                   ; mov dx, COM1",
    "EE                            ; out dx, al",
  };

  private static final String[] SCSI_WRITE_LINES = {
    "66 BA F8 0C                   ; mov dx, CF8h",
    "B8 10 10 00 80                ; mov eax, BAR of device 2",
    "EF                            ; out dx, eax",
    "B2 FC                         ; mov dl, FCh",
    "ED                            ; in eax, dx",
    "8D 58 FF                      ; lea ebx, [eax - 1]",
    "C7 05 00 00 20 00 00 30 20 00 ; descriptor 0: request at 203000h,",
    "C7 05 08 00 20 00 33 00 00 00 ; 51 bytes,",
    "C7 05 0C 00 20 00 01 00 01 00 ; NEXT, 1",
    "C7 05 10 00 20 00 00 32 20 00 ; descriptor 1: data at 203200h,",
    "C7 05 18 00 20 00 00 02 00 00 ; 512 bytes,",
    "C7 05 1C 00 20 00 01 00 02 00 ; NEXT, 2",
    "C7 05 20 00 20 00 00 34 20 00 ; descriptor 2: response at 203400h,",
    "C7 05 28 00 20 00 6C 00 00 00 ; 108 bytes,",
    "C7 05 2C 00 20 00 02 00 00 00 ; WRITE",
    "C7 05 00 30 20 00 01 00 40 00 ; request: target 0, LUN 0;",
    "C7 05 13 30 20 00 2A 00 00 00 ; CDB: WRITE (10), from block 0,",
    "C6 05 1B 30 20 00 01          ; one block",
    "C7 05 00 32 20 00 64 61 74 61 ; data: \"data\"",
    "8D 53 12                      ; lea edx, [ebx + STATUS]",
    "B0 07                         ; mov al, DRIVER_OK and those before",
    "EE                            ; out dx, al",
    "8D 53 0E                      ; lea edx, [ebx + QUEUE_SELECT]",
    "66 B8 02 00                   ; mov ax, 2",
    "66 EF                         ; out dx, ax",
    "8D 53 08                      ; lea edx, [ebx + QUEUE_ADDRESS]",
    "B8 00 02 00 00                ; mov eax, 200h",
    "EF                            ; out dx, eax",
    "66 FF 05 02 10 20 00          ; again: inc word [available index]; head 0 is in all of the ring",
    "8D 53 10                      ; lea edx, [ebx + QUEUE_NOTIFY]",
    "66 B8 02 00                   ; mov ax, 2",
    "66 EF                         ; out dx, ax",
    "66 A1 02 10 20 00             ; mov ax, [available index]",
    "66 39 05 02 20 20 00          ; cmp [used index], ax",
    "75 F7                         ; jne $ - 7",
    "66 83 3D 0A 34 20 00 00       ; cmp word [status and response], 0",
    "75 D7                         ; jne again",
    "66 BA F8 03                   ; mov dx, COM1",
    "B0 30                         ; mov al, '0'",
    "EE                            ; out dx, al",
  };

  /** Tries to write to target 0, LUN 0 of the first SCSI host until that goes well; prints 0. */
  public static final String SCSI_WRITE = program(SCSI_WRITE_LINES);

  /**
   * Writes a sector of the first drive that begins with "data", waits until that is done, and
   * prints the status as a digit.
   */
  public static final String WRITE_SECTOR = program(WRITE_SECTOR_LINES);

  /** After {@link #WRITE_SECTOR}: reads the sector and prints the first byte of it. */
  public static final String READ_SECTOR = program(READ_SECTOR_LINES);

  private static final String[] READ_DEVICE_LINES = {
    "66 BA F8 0C                   ; mov dx, CF8h",
    "B8 10 10 00 80                ; mov eax, BAR of device 2",
    "EF                            ; out dx, eax",
    "B2 FC                         ; mov dl, FCh",
    "ED                            ; in eax, dx",
    "8D 50 FF                      ; lea edx, [eax - 1]",
    "EC                            ; in al, dx",
    "66 BA F8 03                   ; mov dx, COM1",
    "EE                            ; out dx, al",
  };

  /** Prints the first byte of the I/O BAR of device 2, the first that is plugged in. */
  public static final String READ_DEVICE = program(READ_DEVICE_LINES);

  /** Sends what it receives on COM1, up to a q. */
  public static final String ECHO = program(ECHO_LINES);

  private TestKernel() {}

  /**
   * Prints some text on COM1.
   *
   * @param text in ASCII
   * @return the program
   */
  public static String print(String text) {
    StringBuilder program = new StringBuilder("66 BA F8 03"); // mov dx, COM1
    for (byte c : text.getBytes(StandardCharsets.US_ASCII)) {
      program.append(String.format(" B0 %02X EE", c)); // mov al, c; out dx, al
    }
    return program.toString();
  }

  /**
   * Takes some time.
   *
   * @param rounds each of two instructions
   * @return the program
   */
  public static String spin(int rounds) {
    // mov ecx, rounds; again: dec ecx; jnz again
    return String.format("B9 %08X 49 75 FD", Integer.reverseBytes(rounds));
  }

  private static String program(String... lines) {
    return String.join(" ", Arrays.stream(lines).map(l -> l.replaceFirst(";.*", "")).toList());
  }

  /**
   * Makes a file that passes for a bzImage.
   *
   * @param file the file
   * @param programs its programs, one after the other, in hexadecimal
   * @throws IOException if it can't be written
   */
  public static void write(Path file, String... programs) throws IOException {
    byte[] code = HexFormat.of().parseHex(String.join("", programs).replace(" ", ""));
    int paragraphs = Math.max(512 / 16, (code.length + 15) / 16);
    ByteBuffer image =
        ByteBuffer.allocate(2 * 512 + 16 * paragraphs).order(ByteOrder.LITTLE_ENDIAN);
    image.put(0x1F1, (byte) 1); // setup_sects
    image.putInt(0x1F4, paragraphs); // syssize
    image.putShort(0x1FE, (short) 0xAA55); // boot_flag
    image.putShort(0x200, (short) 0x66EB); // the jump over the header
    image.put(0x202, "HdrS".getBytes(StandardCharsets.US_ASCII));
    image.putShort(0x206, (short) 0x206); // version
    image.put(0x211, (byte) 1); // loadflags: LOADED_HIGH
    image.putInt(0x22C, 0x37FFFFFF); // initrd_addr_max
    image.putInt(0x238, 256); // cmdline_size
    image.put(REAL_MODE_CODE, HexFormat.of().parseHex(program(REAL_MODE_LINES).replace(" ", "")));
    image.position(1024).put(code);
    Files.write(file, image.array());
  }
}
