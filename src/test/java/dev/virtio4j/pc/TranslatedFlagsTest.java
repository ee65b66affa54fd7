package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pc.memory.PhysicalMemory;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each operation on numbers at the edges, then one that keeps, reads or drops its flags, then
 * all conditions: translated code works the flags out in another way for each of these pairs.
 */
@Timeout(120)
class TranslatedFlagsTest {
  private static final int START = 0x100000;
  private static final int ROWS = 0x200000;
  private static final int RESULTS = 0x210000;
  private static final int STACK = 0x208000;

  /** Bytes of a row: EAX, EBX which is ECX too, EFLAGS. */
  private static final int ROW = 12;

  /** Bytes of a result: sixteen conditions, EFLAGS, EAX, EDX, EBP. */
  private static final int RESULT = 32;

  private static final int[] NUMBERS = {
    0, 1, 5, 0x1F, 0x20, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, -1
  };

  private static final int[] FLAGS = {0, CpuInside.CF, CpuInside.STATUS};
  private static final int ROW_COUNT = 250;

  /** What follows the operation. */
  private static final String[] FOLLOWERS = {
    "              ; nothing: the conditions come next",
    "EB 00         ; jmp: they are in the next block",
    "42            ; inc edx",
    "66 4A         ; dec dx",
    "FE C6         ; inc dh",
    "11 D5         ; adc ebp, edx",
    "1A D0         ; sbb dl, al",
    "66 83 D2 FF   ; adc dx, -1",
    "D1 D2         ; rcl edx, 1",
    "C0 DA 03      ; rcr dl, 3",
    "0F A3 CA      ; bt edx, ecx",
    "D3 E2         ; shl edx, cl",
    "F5            ; cmc",
    "9E            ; sahf",
    "F7 D2         ; not edx",
    "01 D5         ; add ebp, edx, after which nobody sees the operation's flags",
    "D1 C2 F7 DA   ; rol edx, 1; neg edx",
    "89 17 39 C2   ; mov [edi], edx, where they could be seen; cmp edx, eax",
  };

  /** An operation, with the operands AL, AX or EAX and BL, BX or EBX. */
  static Stream<String> operations() {
    List<String> all = new ArrayList<>();
    for (int width = 0; width < 3; width++) {
      String prefix = width == 1 ? "66" : "";
      int wide = width == 0 ? 0 : 1;
      for (int operation = 0; operation < 8; operation++) {
        all.add(prefix + hex(operation << 3 | wide, 0xD8)); // of EAX and EBX
        all.add(prefix + hex(0x80 | 3 * wide, 0xC0 | operation << 3, 0x80)); // of EAX and -128
        all.add(prefix + hex(0xD0 | wide, 0xC0 | operation << 3)); // shifts by 1
        all.add(prefix + hex(0xC0 | wide, 0xC0 | operation << 3, 9)); // by 9
        all.add(prefix + hex(0xD2 | wide, 0xC0 | operation << 3)); // by CL
      }
      all.add(prefix + hex(0x84 | wide, 0xD8)); // test
      all.add(prefix + hex(0xFE | wide, 0xC0)); // inc
      all.add(prefix + hex(0xFE | wide, 0xC8)); // dec
      all.add(prefix + hex(0xF6 | wide, 0xD8)); // neg
      all.add(prefix + hex(0xF6 | wide, 0xE3)); // mul
      all.add(prefix + hex(0xF6 | wide, 0xEB)); // imul
      all.add(prefix + hex(0x0F, 0xC0 | wide, 0xD8)); // xadd
      all.add(prefix + hex(0x0F, 0xB0 | wide, 0xD9)); // cmpxchg
      if (width > 0) {
        all.add(prefix + hex(0x0F, 0xAF, 0xC3)); // imul
        all.add(prefix + hex(0x0F, 0xA4, 0xD8, 7)); // shld
        all.add(prefix + hex(0x0F, 0xAD, 0xD8)); // shrd by CL
        all.add(prefix + hex(0x0F, 0xBB, 0xD8)); // btc
        all.add(prefix + hex(0x0F, 0xBD, 0xC3)); // bsr
      }
    }
    all.addAll(List.of("27", "3F", "A87F", "A980000080", "F9", "9E"));
    return all.stream();
  }

  private static String hex(int... bytes) {
    StringBuilder text = new StringBuilder();
    Arrays.stream(bytes).forEach(value -> text.append(HexFormat.of().toHexDigits((byte) value)));
    return text.toString();
  }

  @ParameterizedTest
  @MethodSource("operations")
  @DisplayName("Every condition after every operation is like interpreted")
  void conditions(String operation) {
    byte[] expected = run(operation, CpuInside.NEVER);
    byte[] actual = run(operation, CpuImage.TRANSLATE_ALL);
    int differs = Arrays.mismatch(expected, actual) / RESULT;
    int follower = Math.max(0, differs / ROW_COUNT);
    assertThat(Arrays.mismatch(expected, actual))
        .as("before %s, row %d", FOLLOWERS[follower], differs % ROW_COUNT)
        .isEqualTo(-1);
  }

  /** Runs it with all that may follow, on all rows, and gives the results. */
  private static byte[] run(String operation, int hotAfter) {
    ReferencePc pc =
        new ReferencePc(4 << 20, 0, character -> {}, hotAfter, new TranslatedClasses());
    PhysicalMemory memory = pc.memory();
    Random random = new Random(1);
    for (int row = 0; row < ROW_COUNT; row++) {
      memory.store32(ROWS + ROW * row, NUMBERS[row % NUMBERS.length]);
      memory.store32(ROWS + ROW * row + 4, NUMBERS[row / NUMBERS.length % NUMBERS.length]);
      memory.store32(ROWS + ROW * row + 8, FLAGS[random.nextInt(FLAGS.length)]);
    }
    ByteArrayOutputStream code = new ByteArrayOutputStream();
    put(code, "BF 00 00 21 00 ; mov edi, RESULTS");
    for (String follower : FOLLOWERS) {
      put(code, "BE 00 00 20 00 ; mov esi, ROWS");
      int next = code.size();
      put(
          code,
          "FF 76 08 9D      ; push [esi+8]; popf",
          "8B 06            ; mov eax, [esi]",
          "8B 5E 04         ; mov ebx, [esi+4]",
          "89 D9            ; mov ecx, ebx",
          "BA 81 00 00 80   ; mov edx, 80000081h",
          "BD FF FF FF 7F   ; mov ebp, 7FFFFFFFh",
          operation,
          follower);
      for (int condition = 0; condition < 16; condition++) {
        put(code, "0F" + hex(0x90 | condition, 0x47, condition)); // setcc [edi + condition]
      }
      put(
          code,
          "9C 8F 47 10      ; pushf; pop [edi+16]",
          "89 47 14         ; mov [edi+20], eax",
          "89 57 18         ; mov [edi+24], edx",
          "89 6F 1C         ; mov [edi+28], ebp",
          "83 C7 20         ; add edi, 32",
          "83 C6 0C         ; add esi, 12",
          "81 FE B8 0B 20 00 ; cmp esi, behind the rows");
      int back = next - (code.size() + 6);
      put(code, "0F82" + hex(back, back >> 8, back >> 16, back >> 24)); // jb next
    }
    put(code, "FA F4 ; cli, hlt");
    memory.write(START, code.toByteArray(), 0, code.size());
    pc.enterFlat(START);
    pc.cpu().setRegister(Registers.ESP, STACK);
    assertThat(pc.runTo(1_000_000)).isEqualTo(StopReason.HALTED);
    byte[] results = new byte[RESULT * ROW_COUNT * FOLLOWERS.length];
    memory.read(RESULTS, results, 0, results.length);
    return results;
  }

  /** What follows a semicolon is comment. */
  private static void put(ByteArrayOutputStream code, String... lines) {
    for (String line : lines) {
      code.writeBytes(HexFormat.of().parseHex(line.replaceFirst(";.*", "").replace(" ", "")));
    }
  }
}
