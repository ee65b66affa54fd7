package dev.virtio4j.pc.x87;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One instruction with the state before and, from a real FPU, after it, as a line of x87-cases.txt,
 * which says what the fields mean.
 */
record X87Case(String before, String after) {
  private static final int ENVIRONMENT = 28;
  private static final int OPERAND = 112;

  static X87Case parse(String line) {
    String[] sides = line.split(" > ", 2);
    return new X87Case(sides[0], sides[1]);
  }

  /** Runs the instruction on our FPU and gives the state after it in the format of the table. */
  String run() {
    String[] fields = before.split(" ", -1);
    int instruction = Integer.parseInt(fields[0], 16);
    int escape = (instruction >> 8) - 0xD8;
    int modrm = instruction & 0xFF;
    int flags = Integer.parseInt(fields[1], 16);
    FpuBench bench = new FpuBench();
    bench.carry = (flags & 1) != 0;
    bench.parity = (flags & 4) != 0;
    bench.zero = (flags & 0x40) != 0;
    restore(bench, fields);
    boolean hasMemory = !fields[5].equals("-");
    if (hasMemory) {
      put80(bench, OPERAND, fields[5]);
    }
    if (modrm < 0xC0) {
      bench.fpu.memory(escape, modrm, OPERAND, true);
    } else if (!bench.fpu.register(escape, modrm)) {
      return "#UD";
    }
    String operand = hasMemory ? get80(bench, OPERAND) : "-";
    int flagsAfter = (bench.carry ? 1 : 0) | (bench.parity ? 4 : 0) | (bench.zero ? 0x40 : 0);
    return String.format(Locale.ROOT, "%02X %s %s", flagsAfter, save(bench), operand);
  }

  private static void restore(FpuBench bench, String[] fields) {
    int status = Integer.parseInt(fields[3], 16);
    int tags = 0xFFFF;
    String[] stack = fields[4].split(",", -1);
    for (int i = 0; i < stack.length; i++) {
      if (!stack[i].equals("-")) {
        put80(bench, ENVIRONMENT + 10 * i, stack[i]);
        tags &= ~(3 << (2 * (((status >> 11) + i) & 7)));
      }
    }
    bench.memory.putInt(0, Integer.parseInt(fields[2], 16)).putInt(4, status).putInt(8, tags);
    bench.fpu.memory(5, 4 << 3, 0, true);
  }

  private static String save(FpuBench bench) {
    bench.fpu.memory(5, 6 << 3, 0, true);
    int status = bench.load16(4);
    int tags = bench.load16(8);
    List<String> stack = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      boolean empty = (tags >> (2 * (((status >> 11) + i) & 7)) & 3) == 3;
      stack.add(empty ? "-" : get80(bench, ENVIRONMENT + 10 * i));
    }
    while (stack.size() > 1 && stack.get(stack.size() - 1).equals("-")) {
      stack.remove(stack.size() - 1);
    }
    String words = String.format(Locale.ROOT, "%04X %04X %04X", bench.load16(0), status, tags);
    return words + " " + String.join(",", stack);
  }

  private static void put80(FpuBench bench, int at, String hex) {
    bench.memory.putShort(at + 8, (short) Integer.parseInt(hex.substring(0, 4), 16));
    bench.memory.putLong(at, Long.parseUnsignedLong(hex.substring(4), 16));
  }

  private static String get80(FpuBench bench, int at) {
    return String.format(Locale.ROOT, "%04X%016X", bench.load16(at + 8), bench.load64(at));
  }
}
