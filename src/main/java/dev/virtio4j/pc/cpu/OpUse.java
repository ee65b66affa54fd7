package dev.virtio4j.pc.cpu;

/**
 * What a micro-operation uses, for the translator: registers as bit masks, and the status flags.
 *
 * @param read the registers that it may read, or keep parts of
 * @param written the registers that it may write
 * @param flags what it does with the flags
 * @param memory whether it may reach memory, and so may drop code
 * @param faults whether it may fault
 */
record OpUse(int read, int written, Flags flags, boolean memory, boolean faults) {
  /** What becomes of the status flags. */
  enum Flags {
    UNUSED,
    /** All are written, and none is read. */
    WRITTEN,
    READ,
    /** Some may stay as they were, and none is read. */
    KEPT,
    /** Read, and perhaps written. */
    CHANGED
  }

  private static final int GENERAL = 0xFF;
  private static final int SCRATCH =
      1 << Registers.T0 | 1 << Registers.T1 | 1 << Registers.T2 | 1 << Registers.ADDRESS;
  private static final int EAX = 1 << Registers.EAX;
  private static final int ECX = 1 << Registers.ECX;
  private static final int EDX = 1 << Registers.EDX;
  private static final int ESP = 1 << Registers.ESP;
  private static final int EBP = 1 << Registers.EBP;
  private static final int ESI = 1 << Registers.ESI;
  private static final int EDI = 1 << Registers.EDI;

  static OpUse of(long operation) {
    int h = (int) (operation >>> 32);
    int code = h & 0x1FF;
    int a = 1 << (h >>> 9 & 15);
    int b = 1 << (h >>> 13 & 15);
    int address = 1 << (h >>> 17 & 15) | 1 << (h >>> 21 & 15);
    int c = h >>> 17 & 15;
    int d = h >>> 21 & 15;
    return switch (code) {
      case Op.MOV, Op.MOVZX16, Op.MOVSX16 -> plain(b, a);
      case Op.MOVI -> plain(0, a);
      case Op.LEA, Op.LEA16 -> plain(address, a);
      case Op.MOV16 -> plain(a | b, a);
      case Op.MOV16I -> plain(a, a);
      case Op.MOV8 -> plain(byteOf(a) | byteOf(b), byteOf(a));
      case Op.MOV8I -> plain(byteOf(a), byteOf(a));
      case Op.MOVZX8, Op.MOVSX8 -> plain(byteOf(b), a);
      case Op.LOAD32,
          Op.LOADZX16,
          Op.LOADSX16,
          Op.LOADZX8,
          Op.LOADSX8,
          Op.MODIFY32,
          Op.MODIFY16,
          Op.MODIFY8 ->
          memory(address, a);
      case Op.LOAD16 -> memory(address | a, a);
      case Op.LOAD8 -> memory(address | byteOf(a), byteOf(a));
      case Op.STORE32, Op.STORE16 -> memory(address | b, 0);
      case Op.STORE8 -> memory(address | byteOf(b), 0);
      case Op.ADD, Op.OR, Op.AND, Op.SUB, Op.XOR, Op.IMUL -> arithmetic(a | b, a);
      case Op.ADC, Op.SBB -> new OpUse(a | b, a, Flags.CHANGED, false, false);
      case Op.ADDI, Op.ORI, Op.ANDI, Op.SUBI, Op.XORI, Op.SHLI, Op.SHRI, Op.SARI ->
          arithmetic(a, a);
      case Op.ADCI, Op.SBBI -> new OpUse(a, a, Flags.CHANGED, false, false);
      case Op.INC, Op.DEC -> registers(a, a);
      case Op.CMP, Op.TEST, Op.TEST16 -> arithmetic(a | b, 0);
      case Op.CMPI, Op.TESTI -> arithmetic(a, 0);
      case Op.CMP8, Op.TEST8 -> arithmetic(byteOf(a) | byteOf(b), 0);
      case Op.CMP8I, Op.TEST8I -> arithmetic(byteOf(a), 0);
      case Op.ALU8 -> narrow(byteOf(a) | byteOf(b), byteOf(a), c);
      case Op.ALU8I -> narrow(byteOf(a), byteOf(a), c);
      case Op.ALU16 -> narrow(a | b, a, c);
      case Op.ALU16I -> narrow(a, a, c);
      case Op.SETCC -> new OpUse(byteOf(a), byteOf(a), Flags.READ, false, false);
      case Op.CMOV -> new OpUse(a | b, a, Flags.READ, false, false);
      case Op.PUSH -> memory(ESP | b, ESP);
      case Op.PUSHI -> memory(ESP, ESP);
      case Op.POP -> memory(ESP, ESP | a);
      case Op.LINEAR -> new OpUse(address, a, Flags.UNUSED, false, true);
      case Op.JMP, Op.NEXT -> plain(0, 0);
      case Op.JMPR -> plain(b, 0);
      case Op.CALL, Op.RET -> memory(ESP, ESP);
      case Op.CALLR -> memory(ESP | b, ESP);
      case Op.UNARY -> {
        int register = sized(a, d);
        yield c == 2
            ? plain(register, register)
            : c == 3 ? arithmetic(register, register) : registers(register, register);
      }
      case Op.SHIFT -> shift(sized(a, d), sized(a, d), c);
      case Op.SHIFTCL -> shift(sized(a, d) | ECX, sized(a, d), c);
      case Op.SHLD -> registers(a | b | ECX, a);
      case Op.IMUL16 -> registers(a | b, a);
      case Op.MULTIPLY -> registers(EAX | EDX | sized(b, d), EAX | EDX);
      case Op.DIVIDE -> new OpUse(EAX | EDX | sized(b, d), EAX | EDX, Flags.UNUSED, false, true);
      case Op.BIT, Op.SCAN -> registers(a | b, a);
      case Op.BITADDRESS -> plain(b | 1 << Registers.ADDRESS, 1 << Registers.ADDRESS);
      case Op.EXCHANGE -> plain(sized(a, d) | sized(b, d), sized(a, d) | sized(b, d));
      case Op.XADD -> registers(sized(a, d) | sized(b, d), sized(a, d) | sized(b, d));
      case Op.CMPXCHG ->
          registers(EAX | sized(a, d) | sized(b, d) | 1 << Registers.T2, 1 << Registers.T2);
      case Op.ACCUMULATE -> new OpUse(EAX | sized(a, d), EAX, Flags.READ, false, false);
      case Op.BSWAP -> plain(a, a);
      case Op.CONVERT -> plain(EAX | EDX, EAX | EDX);
      case Op.DECIMAL, Op.FLAGS -> new OpUse(EAX, EAX, Flags.CHANGED, false, true);
      case Op.READFLAGS -> new OpUse(0, a, Flags.READ, false, true);
      case Op.NEXTEIP, Op.READSEG -> plain(0, a);
      case Op.FPU -> new OpUse(EAX, EAX, Flags.CHANGED, false, true);
      case Op.FPUMEMORY -> new OpUse(1 << Registers.ADDRESS, 0, Flags.UNUSED, true, true);
      case Op.STRING -> new OpUse(EAX | ESI | EDI, EAX | ESI | EDI, Flags.CHANGED, true, true);
      case Op.STACKPUSH -> memory(ESP | b, ESP);
      case Op.STACKLOAD -> memory(ESP, a);
      case Op.STACKADD -> plain(ESP, ESP);
      case Op.LEAVE -> memory(ESP | EBP, ESP | EBP);
      default ->
          code >= Op.JCC && code < Op.JMP
              ? new OpUse(0, 0, Flags.READ, false, false)
              : new OpUse(GENERAL | SCRATCH, GENERAL | SCRATCH, Flags.CHANGED, true, true);
    };
  }

  private static OpUse plain(int read, int written) {
    return new OpUse(read, written, Flags.UNUSED, false, false);
  }

  private static OpUse memory(int read, int written) {
    return new OpUse(read, written, Flags.UNUSED, true, true);
  }

  private static OpUse arithmetic(int read, int written) {
    return new OpUse(read, written, Flags.WRITTEN, false, false);
  }

  /** Arithmetic on 8 or 16 bits; the operations 2 and 3 are ADC and SBB. */
  private static OpUse narrow(int read, int written, int operation) {
    boolean carries = operation == 2 || operation == 3;
    return new OpUse(read, written, carries ? Flags.CHANGED : Flags.WRITTEN, false, false);
  }

  private static OpUse registers(int read, int written) {
    return new OpUse(read, written, Flags.KEPT, false, false);
  }

  /** A shift or rotation; the operations 2 and 3 are RCL and RCR. */
  private static OpUse shift(int read, int written, int operation) {
    boolean carries = operation == 2 || operation == 3;
    return new OpUse(read, written, carries ? Flags.CHANGED : Flags.KEPT, false, false);
  }

  /** The register that the name of one of 8 bits stands for: 4 to 7 are AH, CH, DH, BH. */
  private static int byteOf(int register) {
    return register >= 1 << 4 && register <= 1 << 7 ? register >> 4 : register;
  }

  private static int sized(int register, int width) {
    return width == 1 ? byteOf(register) : register;
  }
}
