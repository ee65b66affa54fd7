package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.EAX;
import static dev.virtio4j.pc.cpu.Registers.EDX;
import static dev.virtio4j.pc.cpu.Registers.ESP;
import static dev.virtio4j.pc.cpu.TranslatedCode.AT;
import static dev.virtio4j.pc.cpu.TranslatedCode.PAGE;

import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Writes single micro-operations as bytecode. What the interpreter has in its loop is written out;
 * the rarer ones are done where it does them, with their registers and the flags put back before
 * and taken again afterwards.
 */
final class OperationWriter {
  private final TranslatedCode code;
  private final FlagWriter flags;
  private final Label leave;

  /**
   * Makes a writer.
   *
   * @param leave where to go after an operation that dropped the code that runs
   */
  OperationWriter(TranslatedCode code, FlagWriter flags, Label leave) {
    this.code = code;
    this.flags = flags;
    this.leave = leave;
  }

  /**
   * Writes an operation that does not end its block.
   *
   * @param operation the operation
   * @param at where it is, for {@link Translation#run}
   * @param nextEip what follows its block, relative to the page
   * @param live whether anybody may see the flags after it
   */
  void write(long operation, int at, int nextEip, boolean live) {
    OpUse use = OpUse.of(operation);
    if (use.faults()) {
      code.set(AT, at);
    }
    int h = (int) (operation >>> 32);
    if (!move(operation) && !memory(operation) && !arithmetic(operation, live)) {
      if ((h & 0x1FF) == Op.NEXTEIP) {
        code.load(PAGE);
        code.op(Opcodes.IADD, nextEip);
        code.storeRegister(h >>> 9 & 15);
      } else {
        rare(operation, use, at, nextEip, live);
      }
    }
  }

  private boolean move(long operation) {
    int h = (int) (operation >>> 32);
    int immediate = (int) operation;
    int a = h >>> 9 & 15;
    int b = h >>> 13 & 15;
    switch (h & 0x1FF) {
      case Op.MOV -> {
        code.loadRegister(b);
        code.storeRegister(a);
      }
      case Op.MOVI -> code.set(TranslatedCode.local(a), immediate);
      case Op.LEA -> {
        code.address(operation);
        code.storeRegister(a);
      }
      case Op.LEA16 -> {
        code.address(operation);
        code.op(Opcodes.IAND, 0xFFFF);
        code.storeRegister(a);
      }
      case Op.MOV8 -> {
        code.loadRegister8(b);
        code.storeRegister8(a);
      }
      case Op.MOV8I -> {
        code.constant(immediate & 0xFF);
        code.storeRegister8(a);
      }
      case Op.MOV16 -> {
        code.loadRegister(b);
        code.storeRegister16(a);
      }
      case Op.MOV16I -> {
        code.constant(immediate & 0xFFFF);
        code.storeRegister16(a);
      }
      case Op.MOVZX8 -> {
        code.loadRegister8(b);
        code.storeRegister(a);
      }
      case Op.MOVSX8 -> {
        code.loadRegister8(b);
        code.op(Opcodes.I2B);
        code.storeRegister(a);
      }
      case Op.MOVZX16 -> {
        code.loadRegister(b);
        code.op(Opcodes.I2C);
        code.storeRegister(a);
      }
      case Op.MOVSX16 -> {
        code.loadRegister(b);
        code.op(Opcodes.I2S);
        code.storeRegister(a);
      }
      case Op.SETCC -> setIf(h >>> 17 & 15, a);
      case Op.CMOV -> {
        Label past = new Label();
        flags.jumpIf((h >>> 17 & 15) ^ 1, past);
        code.loadRegister(b);
        code.storeRegister(a);
        code.label(past);
      }
      case Op.CONVERT -> {
        return convert(h >>> 17 & 15);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void setIf(int condition, int register) {
    Label holds = new Label();
    Label past = new Label();
    flags.jumpIf(condition, holds);
    code.constant(0);
    code.storeRegister8(register);
    code.jump(Opcodes.GOTO, past);
    code.label(holds);
    code.constant(1);
    code.storeRegister8(register);
    code.label(past);
  }

  private boolean convert(int which) {
    if (which != 1 && which != 3) {
      return false;
    }
    code.loadRegister(EAX);
    if (which == 1) {
      code.op(Opcodes.I2S);
      code.storeRegister(EAX);
    } else {
      code.op(Opcodes.ISHR, 31);
      code.storeRegister(EDX);
    }
    return true;
  }

  private boolean memory(long operation) {
    int h = (int) (operation >>> 32);
    int a = h >>> 9 & 15;
    int b = h >>> 13 & 15;
    switch (h & 0x1FF) {
      case Op.LOAD32 -> {
        load(operation, "load32");
        code.storeRegister(a);
      }
      case Op.LOADZX16 -> {
        load(operation, "load16");
        code.storeRegister(a);
      }
      case Op.LOADSX16 -> {
        load(operation, "load16");
        code.op(Opcodes.I2S);
        code.storeRegister(a);
      }
      case Op.LOADZX8 -> {
        load(operation, "load8");
        code.storeRegister(a);
      }
      case Op.LOADSX8 -> {
        load(operation, "load8");
        code.op(Opcodes.I2B);
        code.storeRegister(a);
      }
      case Op.LOAD16 -> {
        load(operation, "load16");
        code.storeRegister16(a);
      }
      case Op.LOAD8 -> {
        load(operation, "load8");
        code.storeRegister8(a);
      }
      case Op.MODIFY32 -> {
        load(operation, "loadForStore32");
        code.storeRegister(a);
      }
      case Op.MODIFY16 -> {
        load(operation, "loadForStore16");
        code.storeRegister(a);
      }
      case Op.MODIFY8 -> {
        load(operation, "loadForStore8");
        code.storeRegister(a);
      }
      case Op.STORE32 -> {
        code.mmu();
        code.address(operation);
        code.loadRegister(b);
        code.call(Mmu.class, "store32", "(II)V");
      }
      case Op.STORE16 -> {
        code.mmu();
        code.address(operation);
        code.loadRegister(b);
        code.call(Mmu.class, "store16", "(II)V");
      }
      case Op.STORE8 -> {
        code.mmu();
        code.address(operation);
        code.loadRegister8(b);
        code.call(Mmu.class, "store8", "(II)V");
      }
      case Op.PUSH -> {
        push(() -> code.loadRegister(b));
      }
      case Op.PUSHI -> push(() -> code.constant((int) operation));
      case Op.POP -> {
        pop(4);
        code.storeRegister(a);
      }
      case Op.LINEAR -> {
        code.field("rare", RareOperations.class);
        code.constant(h);
        code.address(operation);
        code.call(RareOperations.class, "linear", "(II)I");
        code.storeRegister(a);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void load(long operation, String method) {
    code.mmu();
    code.address(operation);
    code.call(Mmu.class, method, "(I)I");
  }

  /** Pushes what a piece of code leaves on the operand stack. */
  void push(Runnable value) {
    code.mmu();
    code.loadRegister(ESP);
    code.op(Opcodes.ISUB, 4);
    value.run();
    code.call(Mmu.class, "store32", "(II)V");
    code.loadRegister(ESP);
    code.op(Opcodes.ISUB, 4);
    code.storeRegister(ESP);
  }

  /** Leaves on the operand stack what is popped, and drops so many bytes of the guest's. */
  void pop(int bytes) {
    code.mmu();
    code.loadRegister(ESP);
    code.call(Mmu.class, "load32", "(I)I");
    code.loadRegister(ESP);
    code.op(Opcodes.IADD, bytes);
    code.storeRegister(ESP);
  }

  private boolean arithmetic(long operation, boolean live) {
    int h = (int) (operation >>> 32);
    int immediate = (int) operation;
    int op = h & 0x1FF;
    int a = h >>> 9 & 15;
    int b = h >>> 13 & 15;
    int c = h >>> 17 & 15;
    int d = h >>> 21 & 15;
    switch (op) {
      case Op.ADD, Op.OR, Op.ADC, Op.SBB, Op.AND, Op.SUB, Op.XOR -> {
        code.loadRegister(a);
        code.loadRegister(b);
        flags.arithmetic(op - Op.ADD, 4, live);
        code.storeRegister(a);
      }
      case Op.ADDI, Op.ORI, Op.ADCI, Op.SBBI, Op.ANDI, Op.SUBI, Op.XORI -> {
        code.loadRegister(a);
        code.constant(immediate);
        flags.arithmetic(op - Op.ADDI, 4, live);
        code.storeRegister(a);
      }
      case Op.CMP -> compare(() -> code.loadRegister(a), () -> code.loadRegister(b), 7, 4, live);
      case Op.CMPI ->
          compare(() -> code.loadRegister(a), () -> code.constant(immediate), 7, 4, live);
      case Op.TEST -> compare(() -> code.loadRegister(a), () -> code.loadRegister(b), 4, 4, live);
      case Op.TESTI ->
          compare(() -> code.loadRegister(a), () -> code.constant(immediate), 4, 4, live);
      case Op.TEST16 -> compare(() -> code.loadRegister(a), () -> code.loadRegister(b), 4, 2, live);
      case Op.CMP8 -> compare(() -> code.loadRegister8(a), () -> code.loadRegister8(b), 7, 1, live);
      case Op.CMP8I ->
          compare(() -> code.loadRegister8(a), () -> code.constant(immediate), 7, 1, live);
      case Op.TEST8 ->
          compare(() -> code.loadRegister8(a), () -> code.loadRegister8(b), 4, 1, live);
      case Op.TEST8I ->
          compare(() -> code.loadRegister8(a), () -> code.constant(immediate), 4, 1, live);
      case Op.ALU8, Op.ALU8I -> {
        code.loadRegister8(a);
        if (op == Op.ALU8) {
          code.loadRegister8(b);
        } else {
          code.constant(immediate);
        }
        flags.arithmetic(c, 1, live);
        code.storeRegister8(a);
      }
      case Op.ALU16, Op.ALU16I -> narrow16(a, b, c, op == Op.ALU16I, immediate, live);
      case Op.INC, Op.DEC -> {
        code.loadRegister(a);
        flags.step(op == Op.INC, 4, live);
        code.storeRegister(a);
      }
      case Op.UNARY -> unary(a, c, d, live);
      case Op.SHLI -> shift(a, immediate, Opcodes.ISHL, Carries.SHL, live);
      case Op.SHRI -> shift(a, immediate, Opcodes.IUSHR, Carries.SHR, live);
      case Op.SARI -> shift(a, immediate, Opcodes.ISHR, Carries.SAR, live);
      case Op.SHIFT, Op.SHIFTCL -> {
        return shiftWithoutFlags(a, c, d, op == Op.SHIFT ? immediate : -1, live);
      }
      case Op.IMUL -> {
        code.loadRegister(a);
        code.loadRegister(b);
        flags.binary(Opcodes.IMUL, Carries.IMUL, live);
        code.storeRegister(a);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** CMP (operation 7) or TEST (4): nothing to do where nobody sees the flags. */
  private void compare(Runnable x, Runnable y, int operation, int width, boolean live) {
    if (live) {
      x.run();
      y.run();
      flags.arithmetic(operation, width, true);
      code.op(Opcodes.POP);
    }
  }

  private void narrow16(
      int a, int b, int operation, boolean constant, int immediate, boolean live) {
    code.loadRegister(a);
    if (constant) {
      code.constant(immediate);
    } else {
      code.loadRegister(b);
    }
    flags.arithmetic(operation, 2, live);
    if (operation == 7) {
      code.op(Opcodes.POP);
    } else {
      code.storeRegister16(a);
    }
  }

  private void shift(int register, int count, int opcode, int rule, boolean live) {
    code.loadRegister(register);
    code.constant(count);
    flags.binary(opcode, rule, live);
    code.storeRegister(register);
  }

  /**
   * A shift or rotation of 32 bits whose flags nobody sees; both count modulo 32 as Java does.
   *
   * @param count by how much, or -1 by CL
   * @return whether it is one
   */
  private boolean shiftWithoutFlags(
      int register, int operation, int width, int count, boolean live) {
    if (live || width != 4 || operation == 2 || operation == 3) {
      return false;
    }
    code.loadRegister(register);
    if (count >= 0) {
      code.constant(count);
    } else {
      code.loadRegister(Registers.ECX);
    }
    switch (operation) {
      case 0 -> code.callStatic(Integer.class, "rotateLeft", "(II)I");
      case 1 -> code.callStatic(Integer.class, "rotateRight", "(II)I");
      case 5 -> code.op(Opcodes.IUSHR);
      case 7 -> code.op(Opcodes.ISHR);
      default -> code.op(Opcodes.ISHL);
    }
    code.storeRegister(register);
    return true;
  }

  /** INC, DEC, NOT, NEG. */
  private void unary(int register, int operation, int width, boolean live) {
    if (operation == 3) {
      code.constant(0);
    }
    if (width == 1) {
      code.loadRegister8(register);
    } else {
      code.loadRegister(register);
    }
    switch (operation) {
      case 0, 1 -> flags.step(operation == 0, width, live);
      case 2 -> code.op(Opcodes.IXOR, -1);
      default -> flags.arithmetic(5, width, live);
    }
    switch (width) {
      case 1 -> code.storeRegister8(register);
      case 2 -> code.storeRegister16(register);
      default -> code.storeRegister(register);
    }
  }

  // --- rarer operations
  // ----------------------------------------------------------------------------

  private void rare(long operation, OpUse use, int at, int nextEip, boolean live) {
    boolean usesFlags = use.flags() == OpUse.Flags.KEPT ? live : use.flags() != OpUse.Flags.UNUSED;
    int h = (int) (operation >>> 32);
    code.spill((use.read() | use.written()) & TranslatedCode.REGISTER_MASK);
    if (usesFlags) {
      flags.spill();
    }
    if (use.memory()) {
      code.out.visitVarInsn(Opcodes.ALOAD, 0);
    } else {
      code.field("rare", RareOperations.class);
    }
    code.constant(h);
    code.constant((int) operation);
    code.load(PAGE);
    code.op(Opcodes.IADD, nextEip);
    if (use.memory()) {
      code.call(Translation.class, "doRare", "(III)Z");
    } else {
      code.call(RareOperations.class, "execute", "(III)V");
    }
    if (use.memory()) {
      code.store(TranslatedCode.TEMPORARY);
    }
    code.fill(use.written() & TranslatedCode.REGISTER_MASK);
    if (use.flags() == OpUse.Flags.CHANGED || (use.flags() == OpUse.Flags.KEPT && live)) {
      flags.fill();
    } else if (use.flags() == OpUse.Flags.KEPT) {
      flags.forget();
    }
    if (use.memory()) {
      Label past = new Label();
      code.load(TranslatedCode.TEMPORARY);
      code.jump(Opcodes.IFEQ, past);
      code.set(AT, at | Translation.DONE | Translation.DROPPED);
      code.jump(Opcodes.GOTO, leave);
      code.label(past);
    }
  }
}
