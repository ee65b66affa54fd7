package dev.virtio4j.pc.cpu;

import java.util.Arrays;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes the body of {@link Translation#run}: the local variables that stand for the guest's
 * registers, and the moves between them and memory. The operand stack is empty at every label, and
 * all locals always have the same types, so that all frames are alike.
 */
final class TranslatedCode {
  /** The name of every generated class. */
  static final String CLASS = "dev/virtio4j/pc/cpu/Translated";

  static final String TRANSLATION = Type.getInternalName(Translation.class);
  private static final String MMU = Type.getInternalName(Mmu.class);

  // Local variables; 0 is this.
  static final int PAGE = 1;
  static final int LEFT = 2;
  static final int AT = 3;
  static final int EIP = 4;

  /** The guest's register 0; the others follow. */
  private static final int REGISTERS = 5;

  /** For an intermediate value: the place of the register that is always zero. */
  static final int TEMPORARY = REGISTERS + Registers.ZERO;

  static final int RULE = REGISTERS + Registers.ADDRESS + 1;
  static final int X = RULE + 1;
  static final int Y = RULE + 2;
  static final int RESULT = RULE + 3;
  private static final int MMU_LOCAL = RULE + 4;
  static final int EXCEPTION = RULE + 5;

  /** The registers that have a local, as a mask. */
  static final int REGISTER_MASK = ((1 << (Registers.ADDRESS + 1)) - 1) & ~(1 << Registers.ZERO);

  final MethodVisitor out;

  /** The guest's registers that have a local, and the types of all locals at every label. */
  private final int used;

  private final Object[] frame = new Object[MMU_LOCAL + 1];

  /**
   * Begins a body.
   *
   * @param used the registers that it uses, as a mask
   */
  TranslatedCode(MethodVisitor out, int used) {
    this.out = out;
    this.used = used;
    Arrays.fill(frame, Opcodes.INTEGER);
    frame[0] = CLASS;
    frame[MMU_LOCAL] = MMU;
    for (int register = 0; register <= Registers.ADDRESS; register++) {
      if (isUnused(register)) {
        frame[local(register)] = Opcodes.TOP;
      }
    }
  }

  private boolean isUnused(int register) {
    return ((REGISTER_MASK & ~used) >> register & 1) != 0;
  }

  // --- JVM instructions
  // ----------------------------------------------------------------------------

  void label(Label label) {
    out.visitLabel(label);
    out.visitFrame(Opcodes.F_NEW, frame.length, frame, 0, new Object[0]);
    // no two frames at one place
    out.visitInsn(Opcodes.NOP);
  }

  /** A label of the exception handler: the exception is on the stack. */
  void handler(Label label) {
    Object[] stack = {Type.getInternalName(RuntimeException.class)};
    out.visitLabel(label);
    out.visitFrame(Opcodes.F_NEW, frame.length, frame, 1, stack);
  }

  void op(int opcode) {
    out.visitInsn(opcode);
  }

  void jump(int opcode, Label label) {
    out.visitJumpInsn(opcode, label);
  }

  void constant(int value) {
    if (value >= -1 && value <= 5) {
      out.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value == (byte) value) {
      out.visitIntInsn(Opcodes.BIPUSH, value);
    } else if (value == (short) value) {
      out.visitIntInsn(Opcodes.SIPUSH, value);
    } else {
      out.visitLdcInsn(value);
    }
  }

  /** Puts the top of the stack and a constant together. */
  void op(int opcode, int constant) {
    constant(constant);
    out.visitInsn(opcode);
  }

  void load(int local) {
    out.visitVarInsn(Opcodes.ILOAD, local);
  }

  void store(int local) {
    out.visitVarInsn(Opcodes.ISTORE, local);
  }

  /** Keeps the top of the stack in a local, and leaves it there. */
  void keep(int local) {
    out.visitInsn(Opcodes.DUP);
    store(local);
  }

  void set(int local, int constant) {
    constant(constant);
    store(local);
  }

  void field(String name, Class<?> type) {
    out.visitVarInsn(Opcodes.ALOAD, 0);
    out.visitFieldInsn(Opcodes.GETFIELD, TRANSLATION, name, Type.getDescriptor(type));
  }

  void setField(String name, int local) {
    out.visitVarInsn(Opcodes.ALOAD, 0);
    load(local);
    out.visitFieldInsn(Opcodes.PUTFIELD, TRANSLATION, name, "I");
  }

  void call(Class<?> owner, String name, String descriptor) {
    out.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, Type.getInternalName(owner), name, descriptor, false);
  }

  void callStatic(Class<?> owner, String name, String descriptor) {
    out.visitMethodInsn(Opcodes.INVOKESTATIC, Type.getInternalName(owner), name, descriptor, false);
  }

  void mmu() {
    out.visitVarInsn(Opcodes.ALOAD, MMU_LOCAL);
  }

  // --- the guest's registers
  // -----------------------------------------------------------------------

  static int local(int register) {
    return REGISTERS + register;
  }

  void loadRegister(int register) {
    if (register == Registers.ZERO) {
      constant(0);
    } else {
      load(local(register));
    }
  }

  void storeRegister(int register) {
    store(local(register));
  }

  /** The value of a register of 8 bits; zero-extended. */
  void loadRegister8(int register) {
    if (isHighByte(register)) {
      load(local(register & 3));
      op(Opcodes.ISHR, 8);
    } else {
      loadRegister(register);
    }
    op(Opcodes.IAND, 0xFF);
  }

  /** Puts the low byte of what is on the stack into a register of 8 bits. */
  void storeRegister8(int register) {
    int target = isHighByte(register) ? register & 3 : register;
    op(Opcodes.IAND, 0xFF);
    if (isHighByte(register)) {
      op(Opcodes.ISHL, 8);
    }
    load(local(target));
    op(Opcodes.IAND, isHighByte(register) ? 0xFFFF00FF : 0xFFFFFF00);
    op(Opcodes.IOR);
    storeRegister(target);
  }

  void storeRegister16(int register) {
    op(Opcodes.IAND, 0xFFFF);
    load(local(register));
    op(Opcodes.IAND, 0xFFFF0000);
    op(Opcodes.IOR);
    storeRegister(register);
  }

  static boolean isHighByte(int register) {
    return (register & 12) == 4;
  }

  /** The address that an operation names. */
  void address(long operation) {
    int h = (int) (operation >>> 32);
    int displacement = (int) operation;
    int base = h >>> 17 & 15;
    int index = h >>> 21 & 15;
    int scale = h >>> 25 & 3;
    boolean started = base != Registers.ZERO;
    if (started) {
      loadRegister(base);
    }
    if (index != Registers.ZERO) {
      loadRegister(index);
      if (scale != 0) {
        op(Opcodes.ISHL, scale);
      }
      if (started) {
        op(Opcodes.IADD);
      }
      started = true;
    }
    if (!started) {
      constant(displacement);
    } else if (displacement != 0) {
      op(Opcodes.IADD, displacement);
    }
  }

  /** Sets every local: registers from where the interpreter has them, others to zero. */
  void enter() {
    for (int local = AT; local < MMU_LOCAL; local++) {
      if (local < REGISTERS || local == TEMPORARY || local >= RULE) {
        set(local, 0);
      }
    }
    field("mmu", Mmu.class);
    out.visitVarInsn(Opcodes.ASTORE, MMU_LOCAL);
    fill(used);
  }

  /** Takes the registers of a mask from where the interpreter has them. */
  void fill(int registers) {
    if (registers == 0) {
      return;
    }
    field("r", int[].class);
    for (int register = 0; register <= Registers.ADDRESS; register++) {
      if ((registers >> register & 1) != 0) {
        op(Opcodes.DUP);
        constant(register);
        op(Opcodes.IALOAD);
        storeRegister(register);
      }
    }
    op(Opcodes.POP);
  }

  /** Puts the registers of a mask back to where the interpreter has them. */
  void spill(int registers) {
    if (registers == 0) {
      return;
    }
    field("r", int[].class);
    for (int register = 0; register <= Registers.ADDRESS; register++) {
      if ((registers >> register & 1) != 0) {
        op(Opcodes.DUP);
        constant(register);
        loadRegister(register);
        op(Opcodes.IASTORE);
      }
    }
    op(Opcodes.POP);
  }
}
