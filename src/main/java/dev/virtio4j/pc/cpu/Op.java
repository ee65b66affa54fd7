package dev.virtio4j.pc.cpu;

/**
 * The micro-operations that instructions are decoded into. Each stands in a {@code long}:
 *
 * <pre>
 *   bits  0-31  immediate, displacement, or jump target relative to the start of the block
 *   bits 32-40  the operation
 *   bits 41-44  a: a register, most often the destination
 *   bits 45-48  b: a register, most often the source
 *   bits 49-52  base register of an address, or a modifier c
 *   bits 53-56  index register of an address, or a modifier d
 *   bits 57-58  log2 of the scale
 *   bits 59-61  segment register, where one is needed
 *   bit  62     the access writes
 * </pre>
 *
 * <p>An address is {@code r[base] + (r[index] << scale) + displacement}, a linear one: where a
 * segment is not flat, LINEAR puts the checked linear address into {@link Registers#ADDRESS} first.
 * Operations on 8 bits name a register as instructions do (4 to 7 are AH, CH, DH, BH); from {@link
 * Registers#T0} up, the low byte. An instruction changes registers only after its last operation
 * that can fault.
 */
final class Op {
  private Op() {}

  // spotless:off
  // --- Moves: a = b, a = imm, a = address; sizes 8 and 16 leave the rest of the register.
  static final int MOV      = 0;
  static final int MOVI     = 1;
  static final int LEA      = 2;
  static final int MOV8     = 3;
  static final int MOV8I    = 4;
  static final int MOVZX8   = 5;
  static final int MOVSX8   = 6;
  static final int MOVZX16  = 7;
  static final int MOVSX16  = 8;
  // --- Loads into a: whole, or extended to 32 bits, or into the low part only.
  static final int LOAD32   = 9;
  static final int LOADZX16 = 10;
  static final int LOADSX16 = 11;
  static final int LOADZX8  = 12;
  static final int LOADSX8  = 13;
  static final int LOAD16   = 14;
  static final int LOAD8    = 15;
  // --- Stores of b.
  static final int STORE32  = 16;
  static final int STORE16  = 17;
  static final int STORE8   = 18;
  // --- Loads into a, for a store to the same address: fault if that store would.
  static final int MODIFY32 = 19;
  static final int MODIFY16 = 20;
  static final int MODIFY8  = 21;
  // --- a = a op b, and a = a op imm, in the order of the opcodes; CMP and TEST only leave flags.
  static final int ADD      = 22;
  static final int OR       = 23;
  static final int ADC      = 24;
  static final int SBB      = 25;
  static final int AND      = 26;
  static final int SUB      = 27;
  static final int XOR      = 28;
  static final int CMP      = 29;
  static final int ADDI     = 30;
  static final int ORI      = 31;
  static final int ADCI     = 32;
  static final int SBBI     = 33;
  static final int ANDI     = 34;
  static final int SUBI     = 35;
  static final int XORI     = 36;
  static final int CMPI     = 37;
  static final int TEST     = 38;
  static final int TESTI    = 39;
  static final int CMP8     = 40;
  static final int CMP8I    = 41;
  static final int TEST8    = 42;
  static final int TEST8I   = 43;
  static final int INC      = 44;
  static final int DEC      = 45;
  /** Shifts of a by imm, 1 to 31. */
  static final int SHLI     = 46;
  static final int SHRI     = 47;
  static final int SARI     = 48;
  static final int IMUL     = 49;
  /** The other sizes of ALU; c is the operation. */
  static final int ALU8     = 50;
  static final int ALU8I    = 51;
  static final int ALU16    = 52;
  static final int ALU16I   = 53;
  /** Set a to 1 or 0; move b to a; where condition c holds. */
  static final int SETCC    = 54;
  static final int CMOV     = 55;
  // --- The stack, where it is flat and 32 bits wide.
  static final int PUSH     = 56;
  static final int PUSHI    = 57;
  static final int POP      = 58;
  /** a = checked linear address of the operand; b codes its length, see {@link Op#LENGTHS}. */
  static final int LINEAR   = 59;
  // --- Ends of a block. Sixteen conditional jumps, in the order of the opcodes.
  static final int JCC      = 60; // to 75
  static final int JMP      = 76;
  static final int JMPR     = 77;
  static final int CALL     = 78;
  static final int CALLR    = 79;
  /** Pops the return address, and imm bytes more. */
  static final int RET      = 80;
  /** Goes on with the instruction after the block. */
  static final int NEXT     = 81;

  // --- Rarer ones.
  static final int LINEAR16 = 90;  // LINEAR with an offset of 16 bits
  static final int LEA16    = 91;  // LEA with an offset of 16 bits
  static final int MOV16    = 92;
  static final int MOV16I   = 93;
  static final int TEST16   = 94;
  static final int UNARY    = 95;  // c: INC, DEC, NOT, NEG of a; d: size
  static final int SHIFT    = 96;  // c: operation of group 2; a by imm; d: size
  static final int SHIFTCL  = 97;  // the same, by CL
  static final int SHLD     = 98;  // a, b by imm, or CL if imm is 32; c: 0 left, 1 right; d: size
  static final int IMUL16   = 99;  // a = a * b
  static final int MULTIPLY = 100; // EDX:EAX = EAX * b and the smaller; c: 0 unsigned, 1 signed; d: size
  static final int DIVIDE   = 101; // the same way
  static final int BIT      = 102; // bit b of a, modulo d: size; c: BT, BTS, BTR, BTC
  static final int BITADDRESS = 103; // ADDRESS += the bytes that bit offset b of size d goes beyond it
  static final int SCAN     = 104; // a = BSF (c 0) or BSR (c 1) of b; d: size
  static final int EXCHANGE = 105; // a and b; d: size
  static final int XADD     = 106; // b = a, a = a + b; d: size
  static final int CMPXCHG  = 107; // T2 = what to store; EAX and a; b is the new value; d: size
  static final int ACCUMULATE = 108; // after CMPXCHG's store: EAX = a if they differed; d: size
  static final int CMPXCHG8B = 109;
  static final int BSWAP    = 110;
  static final int CONVERT  = 111; // c: CBW, CWDE, CWD, CDQ
  static final int DECIMAL  = 112; // c: DAA, DAS, AAA, AAS, AAM, AAD, SALC; imm the base of AAM and AAD
  static final int FLAGS    = 113; // c: CLC, STC, CMC, CLD, STD, LAHF, SAHF
  static final int READFLAGS = 114; // a = the low 16 or 32 bits of EFLAGS as PUSHF sees them
  static final int STACKPUSH = 115; // push b, imm bytes wide
  static final int STACKLOAD = 116; // a = what lies imm bytes above the top of the stack; d: size
  static final int STACKADD = 117; // add imm to the stack pointer
  static final int NEXTEIP  = 118; // a = address of the instruction after the block
  static final int READSEG  = 119; // a = selector of seg
  static final int LOADSEG  = 120; // seg = b
  static final int PUSHALL  = 121; // d: size
  static final int POPALL   = 122;
  static final int ENTER    = 123; // imm: size and nesting level; d: size
  static final int LEAVE    = 124;
  static final int STRING   = 125; // a string instruction without repetition; see StringUnit
  static final int FPU      = 126; // a: escape; imm: ModRM; b: 1 if waiting
  static final int FPUMEMORY = 127; // the same, with an operand at r[ADDRESS]; c: 1 if operand size is 32; b as LINEAR
  static final int WAIT     = 128;
  static final int BOUNDS   = 129; // T0 and T1 are the bounds of a
  static final int ARPL     = 130; // a: the destination, b: the source
  static final int ACCESSRIGHTS = 131; // c: LAR, LSL of selector b into a; d: size
  static final int VERIFY   = 132; // c: VERR, VERW of selector a
  static final int CPUID    = 133;
  static final int STOREWORDS = 134; // c: SGDT, SIDT to r[ADDRESS]; d: size
  static final int READSYSTEM = 135; // a = c: SLDT, STR, SMSW
  static final int READCR   = 136; // a = control register b
  static final int READDR   = 137; // a = debug register b

  // --- Rarer ends of a block: EIP is already that of the next instruction.
  static final int FIRST_END = 160;
  static final int EXIT     = 160; // the next instruction may see another mode
  static final int JMP16    = 161; // JMP within 64 KiB
  static final int JCC16    = 162; // Jcc within 64 KiB; c: condition
  static final int LOOP     = 163; // c: LOOPNE, LOOPE, LOOP, JCXZ; d: 1 if CX; a: 1 if within 64 KiB
  static final int JMPT     = 164; // to b as it is
  static final int JMPFAR   = 165; // to T1:T0; d: size
  static final int CALLFAR  = 166;
  static final int RETFAR   = 167; // and drops imm bytes
  static final int INT      = 168; // vector imm; c: 1 for INT3, 2 for INTO
  static final int IRET     = 169;
  static final int REPEAT   = 170; // a string instruction with repetition, or to or from a port
  static final int IN       = 171; // port imm, or DX if imm is -1; d: size
  static final int OUT      = 172;
  static final int HLT      = 173;
  static final int CLI      = 174;
  static final int STI      = 175;
  static final int WRITEFLAGS = 176; // POPF of T0; d: size
  static final int WRITECR  = 177; // control register a = b
  static final int WRITEDR  = 178;
  static final int CLTS     = 179;
  static final int LMSW     = 180; // b
  static final int LOADTABLE = 181; // c: LGDT, LIDT: limit T0, base T1
  static final int LOADLDT  = 182; // selector b
  static final int LOADTR   = 183;
  static final int INVLPG   = 184; // r[ADDRESS]
  static final int WBINVD   = 185;
  static final int RDTSC    = 186;
  static final int RDMSR    = 187;
  static final int WRMSR    = 188;
  static final int FAULT    = 189; // vector imm
  // spotless:on

  /** The lengths in bytes of memory operands, as the checks of segments code them. */
  static final int[] LENGTHS = {1, 2, 4, 6, 8, 10, 14, 28, 94, 108};

  static int lengthCode(int length) {
    for (int code = 0; code < LENGTHS.length; code++) {
      if (LENGTHS[code] == length) {
        return code;
      }
    }
    throw new IllegalArgumentException("no operand has " + length + " bytes");
  }

  static long of(int operation, int a, int b, int c, int d, int immediate) {
    return (long) (operation | a << 9 | b << 13 | c << 17 | d << 21) << 32
        | (immediate & 0xFFFFFFFFL);
  }
}
