package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.TranslatedCode.AT;
import static dev.virtio4j.pc.cpu.TranslatedCode.EIP;
import static dev.virtio4j.pc.cpu.TranslatedCode.LEFT;
import static dev.virtio4j.pc.cpu.TranslatedCode.PAGE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes a region as a class: a {@link Translation} whose method has the blocks one after another,
 * with jumps between them.
 *
 * <pre>
 *   take registers and flags
 *   for each block:
 *     if it begins a loop and fewer instructions may run than up to its end, leave
 *     its operations
 *     count its instructions, and go to the next block, or leave for an address outside
 *   leave: put registers and flags back, return LEFT
 *   leave inside of a block: the same with the scratch registers, return where
 *   on an exception: the same, return where
 * </pre>
 */
final class RegionWriter {
  private static final String CONSTRUCTOR =
      "(" + Type.getDescriptor(Translator.class) + Type.getDescriptor(Region.class) + ")V";

  private final Region region;
  private final TranslatedCode code;
  private final FlagWriter flags;
  private final OperationWriter operations;
  private final int[] longestRuns;
  private final boolean[] loopHeads;

  /** The starts of the blocks. */
  private final List<Label> starts = new ArrayList<>();

  /** Where to leave for an offset relative to the page. */
  private final Map<Integer, Label> exits = new TreeMap<>();

  private final Label leave = new Label();
  private final Label leaveInside = new Label();

  /** The registers that the region writes, as a mask. */
  private final int written;

  private RegionWriter(Region region, MethodVisitor out) {
    this.region = region;
    int read = 0;
    int changed = 0;
    for (Region.Member member : region.members()) {
      starts.add(new Label());
      for (int i = 0; i < member.operations(); i++) {
        OpUse use = OpUse.of(member.block().code[i]);
        read |= use.read();
        changed |= use.written();
      }
    }
    written = changed & TranslatedCode.REGISTER_MASK;
    code = new TranslatedCode(out, (read | changed) & TranslatedCode.REGISTER_MASK);
    flags = new FlagWriter(code);
    longestRuns = region.longestRuns();
    loopHeads = region.loopHeads();
    operations = new OperationWriter(code, flags, leaveInside);
  }

  /** The class of a region, in the form of a class file. */
  static byte[] write(Region region) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    writer.visit(
        Opcodes.V17,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER,
        TranslatedCode.CLASS,
        null,
        TranslatedCode.TRANSLATION,
        null);
    MethodVisitor constructor = writer.visitMethod(0, "<init>", CONSTRUCTOR, null, null);
    constructor.visitCode();
    for (int argument = 0; argument < 3; argument++) {
      constructor.visitVarInsn(Opcodes.ALOAD, argument);
    }
    constructor.visitMethodInsn(
        Opcodes.INVOKESPECIAL, TranslatedCode.TRANSLATION, "<init>", CONSTRUCTOR, false);
    constructor.visitInsn(Opcodes.RETURN);
    constructor.visitMaxs(0, 0);
    constructor.visitEnd();
    MethodVisitor run = writer.visitMethod(0, "run", "(II)I", null, null);
    run.visitCode();
    new RegionWriter(region, run).body();
    run.visitMaxs(0, 0);
    run.visitEnd();
    writer.visitEnd();
    return writer.toByteArray();
  }

  private void body() {
    Label start = new Label();
    Label end = new Label();
    Label handler = new Label();
    code.out.visitTryCatchBlock(start, end, handler, Type.getInternalName(RuntimeException.class));
    code.enter();
    flags.fill();
    code.out.visitLabel(start);
    code.jump(Opcodes.GOTO, startOf(region.head().offset()));
    for (int i = 0; i < region.members().size(); i++) {
      block(i);
    }
    code.out.visitLabel(end);
    exits.forEach(this::exit);
    leave();
    leaveInside();
    interrupted(handler);
  }

  private Label startOf(int offset) {
    int index = region.indexOf(offset);
    return index >= 0 ? starts.get(index) : exitTo(offset);
  }

  private Label exitTo(int offset) {
    return exits.computeIfAbsent(offset, at -> new Label());
  }

  private void block(int index) {
    Region.Member member = region.members().get(index);
    Block block = member.block();
    code.label(starts.get(index));
    flags.begin();
    if (loopHeads[index]) {
      code.load(LEFT);
      code.constant(longestRuns[index]);
      code.jump(Opcodes.IF_ICMPLT, exitTo(member.offset()));
    }
    boolean[] live = liveFlags(member);
    int body = member.endsRarely() ? member.operations() : member.operations() - 1;
    for (int i = 0; i < body; i++) {
      operations.write(block.code[i], at(index, i), member.end(), live[i]);
    }
    if (member.endsRarely()) {
      code.set(AT, at(index, member.operations()));
      code.jump(Opcodes.GOTO, leaveInside);
    } else {
      end(member, at(index, body), index);
    }
  }

  private static int at(int index, int operation) {
    return index << Translation.BLOCK_SHIFT | operation;
  }

  /** For each operation whether anybody may see the flags after it: all that faults or leaves. */
  private static boolean[] liveFlags(Region.Member member) {
    boolean[] live = new boolean[member.operations()];
    boolean seen = true;
    for (int i = live.length - 1; i >= 0; i--) {
      live[i] = seen;
      OpUse use = OpUse.of(member.block().code[i]);
      if (use.faults() || use.flags() == OpUse.Flags.READ || use.flags() == OpUse.Flags.CHANGED) {
        seen = true;
      } else if (use.flags() == OpUse.Flags.WRITTEN) {
        seen = false;
      }
    }
    return live;
  }

  /** The jump at the end of a block. */
  private void end(Region.Member member, int at, int index) {
    Block block = member.block();
    long operation = block.code[block.code.length - 1];
    int source = (int) (operation >>> 45) & 15;
    int last = member.lastOperation();
    switch (last) {
      case Op.NEXT -> goTo(member, member.end(), index);
      case Op.JMP -> goTo(member, member.target(), index);
      case Op.CALL -> {
        code.set(AT, at);
        pushReturnAddress(member);
        goTo(member, member.target(), index);
      }
      case Op.JMPR -> {
        code.loadRegister(source);
        goElsewhere(member);
      }
      case Op.CALLR -> {
        // the target is read before ESP changes
        code.set(AT, at);
        code.loadRegister(source);
        code.store(TranslatedCode.TEMPORARY);
        pushReturnAddress(member);
        code.load(TranslatedCode.TEMPORARY);
        goElsewhere(member);
      }
      case Op.RET -> {
        code.set(AT, at);
        operations.pop(4 + (int) operation);
        goBack(member);
      }
      default -> {
        count(member);
        flags.jumpIf(last - Op.JCC, startOf(member.target()));
        fall(member.end(), index);
      }
    }
  }

  private void pushReturnAddress(Region.Member member) {
    operations.push(
        () -> {
          code.load(PAGE);
          code.op(Opcodes.IADD, member.end());
        });
  }

  private void count(Region.Member member) {
    code.out.visitIincInsn(LEFT, -member.block().count);
  }

  private void goTo(Region.Member member, int offset, int index) {
    count(member);
    fall(offset, index);
  }

  /** Goes to an offset in the page, which may be that of the block that comes next. */
  private void fall(int offset, int index) {
    if (region.indexOf(offset) != index + 1) {
      code.jump(Opcodes.GOTO, startOf(offset));
    }
  }

  /** Goes to the address on the stack. */
  private void goElsewhere(Region.Member member) {
    code.store(EIP);
    count(member);
    code.jump(Opcodes.GOTO, leave);
  }

  /** Goes to the address on the stack, which may be behind a call of the region. */
  private void goBack(Region.Member member) {
    int[] offsets = region.returnPoints();
    if (offsets.length == 0) {
      goElsewhere(member);
      return;
    }
    code.store(EIP);
    count(member);
    code.load(EIP);
    code.load(PAGE);
    code.op(Opcodes.ISUB);
    Label[] targets = Arrays.stream(offsets).mapToObj(this::startOf).toArray(Label[]::new);
    code.out.visitLookupSwitchInsn(leave, offsets, targets);
  }

  // --- ways out
  // ------------------------------------------------------------------------------------

  private void exit(int offset, Label label) {
    code.label(label);
    code.load(PAGE);
    code.op(Opcodes.IADD, offset);
    code.store(EIP);
    code.jump(Opcodes.GOTO, leave);
  }

  private void leave() {
    code.label(leave);
    flags.begin();
    code.spill(written & 0xFF);
    flags.spill();
    code.setField("left", LEFT);
    code.setField("eip", EIP);
    code.constant(Translation.LEFT);
    code.op(Opcodes.IRETURN);
  }

  private void leaveInside() {
    code.label(leaveInside);
    spillAll();
    code.load(AT);
    code.op(Opcodes.IRETURN);
  }

  private void interrupted(Label handler) {
    code.handler(handler);
    code.out.visitVarInsn(Opcodes.ASTORE, TranslatedCode.EXCEPTION);
    spillAll();
    code.out.visitVarInsn(Opcodes.ALOAD, TranslatedCode.EXCEPTION);
    code.load(AT);
    code.callStatic(
        Translation.class, "interrupted", "(" + Type.getDescriptor(RuntimeException.class) + "I)I");
    code.op(Opcodes.IRETURN);
  }

  private void spillAll() {
    flags.begin();
    code.spill(written);
    flags.spill();
    code.setField("left", LEFT);
  }
}
