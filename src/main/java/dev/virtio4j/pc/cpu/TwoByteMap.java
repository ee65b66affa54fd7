package dev.virtio4j.pc.cpu;

import static dev.virtio4j.pc.cpu.Registers.ADDRESS;
import static dev.virtio4j.pc.cpu.Registers.FS;
import static dev.virtio4j.pc.cpu.Registers.GS;
import static dev.virtio4j.pc.cpu.Registers.SS;
import static dev.virtio4j.pc.cpu.Registers.T0;
import static dev.virtio4j.pc.cpu.Registers.T1;
import static dev.virtio4j.pc.cpu.Registers.T2;

/**
 * The two-byte opcode map, behind 0Fh (IA-32 Software Developer's Manual, volume 2, appendix A,
 * table A-3): what is decoded for each second byte.
 */
final class TwoByteMap {
  private final Instruction in;
  private final BlockBuilder out;
  private final Operands operands;
  private final ArithmeticDecoder arithmetic;
  private final SegmentDecoder segments;
  private final ControlTransferDecoder transfers;

  TwoByteMap(Instruction in, BlockBuilder out) {
    this.in = in;
    this.out = out;
    operands = new Operands(in, out);
    arithmetic = new ArithmeticDecoder(in, out);
    segments = new SegmentDecoder(in, out);
    transfers = new ControlTransferDecoder(in, out);
  }

  void decode(int opcode) {
    switch (opcode) {
      case 0x00 -> group6();
      case 0x01 -> group7();
      case 0x02, 0x03 -> {
        in.fetchModrm();
        int selector = operands.readRm(2);
        out.emit(Op.ACCESSRIGHTS, in.reg, selector, opcode & 1, in.operandSize(), 0);
      }
      case 0x06 -> out.end(Op.CLTS, 0, 0, 0, 0, 0);
      case 0x08, 0x09 -> out.end(Op.WBINVD, 0, 0, 0, 0, 0);
      case 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F -> in.fetchModrm(); // hints
      case 0x20, 0x21, 0x22, 0x23 -> controlRegister(opcode);
      case 0x30 -> out.end(Op.WRMSR, 0, 0, 0, 0, 0);
      case 0x31 -> out.end(Op.RDTSC, 0, 0, 0, 0, 0);
      case 0x32 -> out.end(Op.RDMSR, 0, 0, 0, 0, 0);
      case 0xA0 -> segments.push(FS);
      case 0xA1 -> segments.pop(FS);
      case 0xA2 -> out.emit(Op.CPUID, 0, 0);
      case 0xA8 -> segments.push(GS);
      case 0xA9 -> segments.pop(GS);
      case 0xA3, 0xAB, 0xB3, 0xBB -> bitByRegister(opcode >> 3 & 3);
      case 0xA4, 0xAC -> doubleShift(opcode >> 3 & 1, false);
      case 0xA5, 0xAD -> doubleShift(opcode >> 3 & 1, true);
      case 0xAF -> {
        in.fetchModrm();
        arithmetic.multiply(in.reg, operands.readRm(in.operandSize()), in.operandSize());
      }
      case 0xB0, 0xB1 -> compareExchange(in.width(opcode));
      case 0xB2 -> {
        in.fetchModrm();
        segments.loadWithPointer(SS);
      }
      case 0xB4 -> {
        in.fetchModrm();
        segments.loadWithPointer(FS);
      }
      case 0xB5 -> {
        in.fetchModrm();
        segments.loadWithPointer(GS);
      }
      case 0xB6, 0xB7, 0xBE, 0xBF -> extend(opcode);
      case 0xBA -> {
        in.fetchModrm();
        if (in.reg < 4) {
          out.undefined();
        } else {
          bitByImmediate(in.reg & 3);
        }
      }
      case 0xBC, 0xBD -> {
        in.fetchModrm();
        out.emit(
            Op.SCAN, in.reg, operands.readRm(in.operandSize()), opcode & 1, in.operandSize(), 0);
      }
      case 0xC0, 0xC1 -> {
        in.fetchModrm();
        int width = in.width(opcode);
        int a = operands.modifyRm(width);
        if (in.isRegister()) {
          out.emit(Op.XADD, a, in.reg, 0, width, 0);
        } else {
          out.emit(width == 1 ? Op.MOVZX8 : Op.MOV, T1, in.reg);
          out.emit(Op.XADD, T0, T1, 0, width, 0);
          operands.storeFrom(T0, width);
          operands.move(in.reg, T1, width);
        }
      }
      case 0xC7 -> {
        in.fetchModrm();
        if (in.reg != 1 || in.isRegister()) {
          out.undefined();
          return;
        }
        operands.linearizeToAddress(8, true);
        in.lock = false;
        out.emit(Op.CMPXCHG8B, 0, 0);
      }
      default -> rows(opcode);
    }
  }

  private void rows(int opcode) {
    switch (opcode >> 4) {
      case 0x4 -> {
        in.fetchModrm();
        int width = in.operandSize();
        int source = operands.readRm(width);
        if (width == 4) {
          out.emit(Op.CMOV, in.reg, source, opcode & 0xF, 0, 0);
        } else {
          out.emit(Op.MOV, T1, in.reg);
          out.emit(Op.CMOV, T1, source, opcode & 0xF, 0, 0);
          operands.move(in.reg, T1, 2);
        }
      }
      case 0x8 -> transfers.jumpIf(opcode & 0xF, in.fetchImmediate(in.operandSize()));
      case 0x9 -> {
        in.fetchModrm();
        int a = in.isRegister() ? in.rm : T0;
        out.emit(Op.SETCC, a, 0, opcode & 0xF, 0, 0);
        if (!in.isRegister()) {
          operands.storeFrom(T0, 1);
        }
      }
      case 0xC -> {
        if (opcode < 0xC8) {
          out.undefined();
        } else {
          out.emit(Op.BSWAP, opcode & 7, 0, 0, in.operandSize(), 0);
        }
      }
      default -> out.undefined();
    }
  }

  private void group6() {
    in.fetchModrm();
    switch (in.reg) {
      case 0, 1 -> readSystem(in.reg);
      case 2 -> out.end(Op.LOADLDT, 0, operands.readRm(2), 0, 0, 0);
      case 3 -> out.end(Op.LOADTR, 0, operands.readRm(2), 0, 0, 0);
      case 4, 5 -> out.emit(Op.VERIFY, operands.readRm(2), 0, in.reg & 1, 0, 0);
      default -> out.undefined();
    }
  }

  /** SLDT, STR and SMSW: 16 bits to memory, the operand size to a register. */
  private void readSystem(int which) {
    out.emit(Op.READSYSTEM, T0, 0, which, 0, 0);
    if (in.isRegister()) {
      operands.move(in.rm, T0, in.operandSize());
    } else {
      operands.storeFrom(T0, 2);
    }
  }

  private void group7() {
    in.fetchModrm();
    switch (in.reg) {
      case 0, 1 -> {
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        operands.linearizeToAddress(6, true);
        out.emit(Op.STOREWORDS, 0, 0, in.reg, in.operandSize(), 0);
      }
      case 2, 3 -> {
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        operands.linearize(6, false);
        operands.load(Op.LOADZX16, T0, 2);
        in.displacement += 2;
        operands.load(Op.LOAD32, T1, 4);
        out.end(Op.LOADTABLE, 0, 0, in.reg & 1, in.operandSize(), 0);
      }
      case 4 -> readSystem(2);
      case 6 -> out.end(Op.LMSW, 0, operands.readRm(2), 0, 0, 0);
      case 7 -> {
        if (in.isRegister()) {
          out.undefined();
          return;
        }
        operands.emitAddress(in.address32 ? Op.LEA : Op.LEA16, ADDRESS, 0, false);
        out.end(Op.INVLPG, in.segment, 0, 0, 0, 0);
      }
      default -> out.undefined();
    }
  }

  private void controlRegister(int opcode) {
    in.fetchRegisters();
    switch (opcode) {
      case 0x20 -> {
        if (in.reg == 1 || in.reg > 4) {
          out.undefined();
        } else {
          out.emit(Op.READCR, in.rm, in.reg);
        }
      }
      case 0x21 -> out.emit(Op.READDR, in.rm, in.reg);
      case 0x22 -> {
        if (in.reg == 1 || in.reg > 4) {
          out.undefined();
        } else {
          out.end(Op.WRITECR, in.reg, in.rm, 0, 0, 0);
        }
      }
      default -> out.end(Op.WRITEDR, in.reg, in.rm, 0, 0, 0);
    }
  }

  /** BT, BTS, BTR, BTC by a register: in memory, it reaches beyond the operand. */
  private void bitByRegister(int operation) {
    in.fetchModrm();
    int width = in.operandSize();
    if (in.isRegister()) {
      out.emit(Op.BIT, in.rm, in.reg, operation, width, 0);
      return;
    }
    operands.emitAddress(in.address32 ? Op.LEA : Op.LEA16, ADDRESS, 0, false);
    out.emit(Op.BITADDRESS, 0, in.reg, 0, width, 0);
    in.setOffset(ADDRESS);
    bitInMemory(operation, in.reg, width);
  }

  private void bitInMemory(int operation, int bit, int width) {
    if (operation == 0) {
      operands.loadTo(T0, width);
      out.emit(Op.BIT, T0, bit, operation, width, 0);
    } else {
      operands.modify(width);
      out.emit(Op.BIT, T0, bit, operation, width, 0);
      operands.storeFrom(T0, width);
    }
  }

  private void bitByImmediate(int operation) {
    int width = in.operandSize();
    int bit = in.fetch8();
    out.emitImmediate(Op.MOVI, T1, bit);
    if (in.isRegister()) {
      out.emit(Op.BIT, in.rm, T1, operation, width, 0);
    } else {
      bitInMemory(operation, T1, width);
    }
  }

  private void doubleShift(int right, boolean byCl) {
    in.fetchModrm();
    int width = in.operandSize();
    int count = byCl ? 32 : in.fetch8() & 0x1F;
    int a = operands.modifyUnlocked(width);
    out.emit(Op.SHLD, a, in.reg, right, width, count);
    operands.writeBack(width);
  }

  private void compareExchange(int width) {
    in.fetchModrm();
    int a = operands.modifyRm(width);
    out.emit(Op.CMPXCHG, a, in.reg, 0, width, 0);
    if (in.isRegister()) {
      out.emit(Op.ACCUMULATE, a, 0, 0, width, 0);
      operands.move(in.rm, T2, width);
    } else {
      operands.storeFrom(T2, width);
      out.emit(Op.ACCUMULATE, T0, 0, 0, width, 0);
    }
  }

  private void extend(int opcode) {
    in.fetchModrm();
    boolean signed = (opcode & 8) != 0;
    boolean narrow = (opcode & 1) == 0;
    int a = in.operand32 ? in.reg : T1;
    if (in.isRegister()) {
      int operation =
          narrow ? (signed ? Op.MOVSX8 : Op.MOVZX8) : (signed ? Op.MOVSX16 : Op.MOVZX16);
      out.emit(operation, a, in.rm);
    } else {
      int operation =
          narrow ? (signed ? Op.LOADSX8 : Op.LOADZX8) : (signed ? Op.LOADSX16 : Op.LOADZX16);
      operands.load(operation, a, narrow ? 1 : 2);
    }
    if (!in.operand32) {
      operands.move(in.reg, T1, 2);
    }
  }
}
