package dev.virtio4j.pc;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Four pages of random functions in which everything may happen: they fault, call each other at two
 * linear addresses, return elsewhere, write to their own code and page table, push onto code, load
 * segments with limits, turn on single steps. It never ends; {@link LockstepMachine} runs it.
 */
final class RandomProgram extends RandomOperations {
  static final int CODE = CpuImage.CODE;
  static final int SIZE = 0x4000;
  static final int DATA = CpuImage.SCRATCH;

  /** What to add to an address for the same page at another linear address. */
  static final int ALIAS = 0x100000;

  /** Adds the same, through a second page directory entry for the one page table. */
  static final int HIGH_ALIAS = 0x80000000;

  /** The interrupt that goes on with some function. */
  static final int NEXT_FUNCTION = 0x30;

  /** The longest function that is begun without looking at the room that is left. */
  private static final int ROOM = 1200;

  private static final int MAX_DEPTH = 2;

  private static final String[] ANY_RING = {
    "60 61                         ; pusha, popa",
    "61 83 EC 20                   ; popa; sub esp, 32",
    "C8 08 00 02 C9                ; enter 8, 2; leave",
    "55 89 E5 C9                   ; push ebp; mov ebp, esp; leave",
    "FF 34 24 8F 44 24 FC          ; push [esp]; pop [esp-4]",
    "54 5C                         ; push esp; pop esp",
    "66 50 66 58                   ; push ax; pop ax",
    "E8 00 00 00 00 58             ; call what follows; pop eax",
    "68 C3 00 00 00 FF D4 58       ; push a ret; call esp; pop eax",
    "9C 9D                         ; pushf; popf",
    "9C 81 0C 24 00 01 00 00 9D    ; TF on",
    "9C 81 24 24 FF FE FF FF 9D    ; TF off",
    "16 17                         ; push ss; pop ss",
    "8C D0 8E D0                   ; mov eax, ss; mov ss, eax",
    "0F A0 0F A9                   ; push fs; pop gs",
    "8C D8 0F 03 C8                ; mov eax, ds; lsl ecx, eax",
    "0F 00 E1 63 C1                ; verr cx; arpl cx, ax",
    "CC                            ; int3",
    "F9 CE                         ; stc; into",
    "CD 31                         ; int 31h",
    "62 45 00                      ; bound eax, [ebp]",
    "F7 F3                         ; div ebx",
    "66 F7 7D 08                   ; idiv word [ebp+8]",
    "D7                            ; xlat",
    "0F 31                         ; rdtsc",
    "0F A2                         ; cpuid",
    "0F 01 E0                      ; smsw eax",
    "90 0F 1F 40 00                ; two kinds of nop",
    "DB E3 D9 E8                   ; fninit; fld1",
    "D9 EB DB F1                   ; fldpi; fcomi st1",
    "DF E0 9B                      ; fnstsw ax; fwait",
    "DA C1 DB D9                   ; fcmovb, fcmovnu",
    "D9 5D 10 D8 45 20             ; fstp dword [ebp+16]; fadd dword [ebp+32]",
    "DD 75 00                      ; fnsave [ebp]",
    "D9 6D 30                      ; fldcw [ebp+48]",
  };

  private static final String[] RING_0 = {
    "FB                            ; sti",
    "FA                            ; cli",
    "FB F4                         ; sti; hlt",
    "E7 E9                         ; out E9h, eax: the device writes to memory",
    "E5 E9                         ; in eax, E9h",
    "0F 06                         ; clts",
    "0F 20 C0 83 F0 08 0F 22 C0    ; turn TS over",
    "0F 20 C0 83 F0 04 0F 22 C0    ; turn EM over",
    "0F 20 C0 35 00 00 01 00 0F 22 C0 ; turn WP over",
    "0F 20 D8 0F 22 D8             ; mov eax, cr3; mov cr3, eax",
    "0F 01 7D 00                   ; invlpg [ebp]",
  };

  /** Selectors of a program; see {@link LockstepMachine}. */
  private record Selectors(int flat, int code32, int code16, int limitedCode) {}

  private static final Selectors SYSTEM = new Selectors(0x10, 0x08, 0x48, 0x50);
  private static final Selectors USER = new Selectors(0x23, 0x1B, 0x5B, 0x63);

  final boolean ring0;

  /** Whether it writes to its code; where it does, it soon is no longer what it was. */
  final boolean writesCode;

  private final boolean faults;
  private final Selectors selectors;
  private final List<Integer> functions = new ArrayList<>();

  /** Bytes that can change without a new instruction coming of it: the operands of MOV and ADD. */
  private final List<Integer> operands = new ArrayList<>();

  private int depth;

  RandomProgram(long seed) {
    super(seed);
    ring0 = random.nextInt(3) == 0;
    writesCode = random.nextInt(3) != 0;
    faults = random.nextInt(3) != 0;
    selectors = ring0 ? SYSTEM : USER;
    while (code.size() < SIZE - ROOM) {
      if (random.nextInt(4) == 0) {
        // the next function goes over the end of the page
        int left = 0x1000 - (code.size() & 0xFFF);
        emit(new int[Math.max(0, Math.min(left - random.nextInt(100), SIZE - ROOM - code.size()))]);
      }
      functions.add(here());
      function();
    }
    while (code.size() < SIZE) {
      emit(0xCD, NEXT_FUNCTION);
    }
  }

  byte[] image() {
    return code.toByteArray();
  }

  /** Where a function begins, mostly below 1 MiB. */
  int function(Random random) {
    int alias = random.nextInt(10);
    int function = functions.get(random.nextInt(functions.size()));
    return function + (alias == 0 ? HIGH_ALIAS : alias < 3 ? ALIAS : 0);
  }

  /** Where a byte is that may change. */
  int operand(Random random) {
    return operands.isEmpty() ? CODE + SIZE : operands.get(random.nextInt(operands.size()));
  }

  /** A byte of code near here, mostly an operand. */
  private int byteOfCode() {
    int alias = random.nextInt(4) == 0 ? ALIAS : 0;
    if (!operands.isEmpty() && random.nextInt(4) != 0) {
      int last = Math.min(operands.size(), 8);
      return alias + operands.get(operands.size() - 1 - random.nextInt(last));
    }
    return alias + Math.max(CODE, here() - random.nextInt(200));
  }

  private int here() {
    return CODE + code.size();
  }

  /** What the manual leaves undefined is the same on all machines. */
  @Override
  boolean canRead(int flags) {
    return true;
  }

  // --- operands
  // ------------------------------------------------------------------------------------

  @Override
  void opcode(int opcode, int size) {
    prefix();
    super.opcode(opcode, size);
  }

  @Override
  void opcode0F(int opcode, int size, boolean hasByteForm) {
    prefix();
    super.opcode0F(opcode, size, hasByteForm);
  }

  private void prefix() {
    if (faults && random.nextInt(16) == 0) {
      emit(new int[] {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x64, 0x65, 0x65}[random.nextInt(8)]);
    }
  }

  @Override
  void memoryOperand(int reg) {
    int kind = random.nextInt(24);
    if (kind == 0 && writesCode) {
      absolute(reg, byteOfCode());
    } else if (!faults || kind > 12) {
      super.memoryOperand(reg);
    } else if (kind < 3) {
      emit(0x40 | reg << 3 | (kind == 1 ? ESI : EDI), number());
    } else if (kind == 3) {
      emit(0x44 | reg << 3, 0x24, 4 * random.nextInt(8));
    } else if (kind < 6) {
      emit(0x80 | reg << 3 | EBP);
      emitNumber(random.nextInt(0x3000) - 0x1000, 4);
    } else {
      absolute(reg, anyAddress());
    }
  }

  private void absolute(int reg, int address) {
    emit(0x05 | reg << 3);
    emitNumber(address, 4);
  }

  private int anyAddress() {
    return switch (random.nextInt(11)) {
      case 0, 1, 2, 3 -> DATA + 0x1000 * (1 + random.nextInt(4)) - random.nextInt(5);
      case 4 -> HIGH_ALIAS + DATA + random.nextInt(0x4000);
      case 5, 6 -> ALIAS + DATA + random.nextInt(0x4000);
      case 7 -> LockstepMachine.tableEntry(random);
      case 8 -> 0xA0000 - random.nextInt(8); // where RAM ends
      case 9 -> 0x8FFFF0 + random.nextInt(0x20); // the same, in a large page
      default -> -random.nextInt(8); // the end of all
    };
  }

  // --- functions
  // -----------------------------------------------------------------------------------

  private void function() {
    pushed = 0;
    items(4 + random.nextInt(20));
    emit(0x8D, 0x64, 0x24, 4 * pushed); // lea esp, [esp + what was pushed]
    pushed = 0;
    switch (random.nextInt(10)) {
      case 0 -> emit(0xC2, 4 * random.nextInt(3), 0);
      case 1 -> emit(0x83, 0x04, 0x24, random.nextInt(4), 0xC3); // add dword [esp], ...; ret
      case 2 -> emit(0x59, 0xFF, 0xE1); // pop ecx; jmp ecx
      case 3 -> jump(0xE9, function(random));
      default -> emit(0xC3);
    }
  }

  private void items(int count) {
    for (int i = 0; i < count && code.size() < SIZE - ROOM / 2; i++) {
      item();
    }
  }

  private void item() {
    switch (random.nextInt(26)) {
      case 0, 1 -> call();
      case 2, 3 -> repeatedItems();
      case 4 -> localFunction();
      case 5, 6 -> changeable();
      case 7 -> segments();
      case 8 -> snippet(ANY_RING);
      case 9 -> {
        if (ring0 || random.nextInt(20) == 0) {
          snippet(RING_0);
        }
      }
      case 10 -> {
        if (writesCode) {
          selfModification();
        }
      }
      default -> instruction(true);
    }
  }

  private void snippet(String[] table) {
    String line = table[random.nextInt(table.length)];
    bytes(line.replaceFirst(";.*", "").replace(" ", ""));
  }

  private void bytes(String hex) {
    code.writeBytes(HexFormat.of().parseHex(hex));
  }

  /** JMP or CALL to an address. */
  private void jump(int opcode, int target) {
    emit(opcode);
    emitNumber(target - here() - 4, 4);
  }

  private void call() {
    switch (random.nextInt(4)) {
      case 0 -> {
        emit(0xB8 | EAX);
        emitNumber(function(random), 4);
        emit(0xFF, 0xD0); // call eax
      }
      case 1 -> {
        emit(0x68);
        emitNumber(function(random), 4);
        emit(0xFF, 0x14, 0x24, 0x5A); // call [esp]; pop edx
      }
      default -> jump(0xE8, function(random));
    }
  }

  /** Some items some times. */
  private void repeatedItems() {
    if (depth == MAX_DEPTH) {
      instruction(true);
      return;
    }
    int counter = DATA + 0x3E0 + 4 * depth;
    emit(0xC7, 0x05);
    emitNumber(counter, 4);
    emitNumber(1 + random.nextInt(random.nextInt(4) == 0 ? 60 : 8), 4);
    int start = here();
    int level = pushed;
    depth++;
    items(1 + random.nextInt(4));
    depth--;
    emit(0x8D, 0x64, 0x24, 4 * (pushed - level)); // lea esp: as it was where this began
    pushed = level;
    emit(0xFF, 0x0D);
    emitNumber(counter, 4);
    emit(0x0F);
    jump(0x85, start);
  }

  /** A function in the midst of another, called some times from there. */
  private void localFunction() {
    byte[] body = bodyOf(1 + random.nextInt(4));
    jump(0xE9, here() + 5 + body.length + 1);
    int function = here();
    code.writeBytes(body);
    emit(0xC3);
    for (int i = random.nextInt(4); i > 0; i--) {
      jump(0xE8, function);
      instruction(false);
    }
  }

  /** Some instructions of a function; what they push, they don't pop. */
  private byte[] bodyOf(int count) {
    int level = pushed;
    byte[] body = body(count);
    pushed = level;
    return body;
  }

  // --- what makes it hard
  // --------------------------------------------------------------------------

  /** MOV and ADD with an operand that somebody may change. */
  private void changeable() {
    emit(random.nextBoolean() ? 0xB8 | target(4) : 0x05);
    operands.add(here());
    emitNumber(number(), 4);
  }

  private void selfModification() {
    int target = byteOfCode();
    switch (random.nextInt(6)) {
      case 0 -> {
        emit(random.nextInt(2)); // add
        absolute(random.nextInt(4), target);
      }
      case 1 -> {
        emit(0xC6); // mov byte
        absolute(0, target);
        emit(number());
      }
      case 2 -> {
        emit(0xFE); // inc the operand of the next instruction
        absolute(0, here() + 6);
        changeable();
      }
      case 3 -> {
        bytes("89E1BC"); // mov ecx, esp; mov esp, ...
        emitNumber(target + 4, 4);
        emit(0x50 | random.nextInt(8));
        bytes(random.nextBoolean() ? "9C" : "E800000000"); // pushf, or call what follows
        bytes("89CC"); // mov esp, ecx
      }
      case 4 -> {
        emit(0xD9); // fnstcw
        absolute(7, target);
      }
      default -> {
        emit(0xBF); // mov edi, ...
        emitNumber(target, 4);
        bytes(random.nextBoolean() ? "AA" : "B903000000F3AA"); // stosb; mov ecx, 3; rep stosb
      }
    }
  }

  private void segments() {
    int limited = LockstepMachine.dataSelector(random);
    switch (random.nextInt(6)) {
      case 0 -> loadSegment(random.nextBoolean() ? 0xE0 : 0xE8, limited); // FS or GS
      case 1 -> {
        int register = random.nextBoolean() ? 0xD8 : 0xC0; // DS or ES
        loadSegment(register, limited);
        jump(0xE8, function(random));
        loadSegment(register, selectors.flat);
      }
      case 2 -> sameCodeInTwoModes(limited);
      case 3 -> {
        loadSegment(0xD0, selectors.flat); // SS
        instruction(false);
      }
      case 4 -> {
        farJump(selectors.code16);
        emit(0x40 | target(4), 0x48 | target(4), 0x66); // inc, dec, and a far jump with 32 bits
        farJump(selectors.code32);
      }
      default -> {
        farJump(selectors.limitedCode);
        jump(0xE8, function(random));
        farJump(selectors.code32);
      }
    }
  }

  /** Calls a function that loads DS, by turns with a limit and without, and goes on there. */
  private void sameCodeInTwoModes(int limited) {
    byte[] body = bodyOf(1 + random.nextInt(3));
    jump(0xE9, here() + 5 + 2 + body.length + 1);
    int function = here();
    emit(0x8E, 0xD8); // mov ds, ax
    code.writeBytes(body);
    emit(0xC3);
    for (int selector : new int[] {selectors.flat, limited, selectors.flat}) {
      emit(0x66, 0xB8, selector, 0); // mov ax, ...
      jump(0xE8, function);
    }
  }

  private void loadSegment(int register, int selector) {
    emit(0x66, 0xB8, selector, 0, 0x8E, register); // mov ax, ...; mov register, ax
  }

  /** To what follows. */
  private void farJump(int selector) {
    emit(0xEA);
    emitNumber(here() + 6, 4);
    emitNumber(selector, 2);
  }
}
