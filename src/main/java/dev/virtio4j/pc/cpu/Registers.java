package dev.virtio4j.pc.cpu;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.Arrays;

/** The registers of the CPU, but for the status flags, which are the {@link Alu}'s, and the FPU. */
public final class Registers implements Stateful {
  /** The number of EAX. */
  public static final int EAX = 0;

  /** The number of ECX. */
  public static final int ECX = 1;

  /** The number of EDX. */
  public static final int EDX = 2;

  /** The number of EBX. */
  public static final int EBX = 3;

  /** The number of ESP. */
  public static final int ESP = 4;

  /** The number of EBP. */
  public static final int EBP = 5;

  /** The number of ESI. */
  public static final int ESI = 6;

  /** The number of EDI. */
  public static final int EDI = 7;

  /** A register that is always zero: the base or index of an address that has none. */
  static final int ZERO = 8;

  /** Scratch registers of one instruction: its operands, and the address of the one in memory. */
  static final int T0 = 9;

  static final int T1 = 10;
  static final int T2 = 11;
  static final int ADDRESS = 12;

  static final int ES = 0;
  static final int CS = 1;
  static final int SS = 2;
  static final int DS = 3;
  static final int FS = 4;
  static final int GS = 5;

  /** The local descriptor table and the task state segment are kept like segments. */
  static final int LDT = 6;

  static final int TR = 7;

  static final int TF = 0x100;
  static final int IF = 0x200;
  static final int DF = 0x400;
  static final int IOPL = 0x3000;
  static final int NT = 0x4000;
  static final int RF = 0x10000;
  static final int VM = 0x20000;
  static final int AC = 0x40000;
  static final int ID = 0x200000;

  /** The flags that are kept here: all but the status flags. */
  static final int SYSTEM_FLAGS = TF | IF | DF | IOPL | NT | RF | VM | AC | ID;

  static final int CR0_PE = 0x1;
  static final int CR0_MP = 0x2;
  static final int CR0_EM = 0x4;
  static final int CR0_TS = 0x8;
  static final int CR0_ET = 0x10;
  static final int CR0_NE = 0x20;
  static final int CR0_WP = 0x10000;
  static final int CR0_PG = 0x80000000;

  static final int CR4_TSD = 0x4;
  static final int CR4_PSE = 0x10;
  static final int CR4_PGE = 0x80;

  /** The general registers, {@link #ZERO}, and the scratch registers. */
  final int[] r = new int[16];

  int eip;

  /** The flags of {@link #SYSTEM_FLAGS}. */
  int flags;

  final Segment[] segments = new Segment[8];

  int gdtBase;
  int gdtLimit;
  int idtBase;
  int idtLimit;

  int cr0;
  int cr2;
  int cr3;
  int cr4;
  final int[] dr = new int[8];

  /** The current privilege level: 0 in real mode, 3 in virtual-8086 mode. */
  int cpl;

  Registers() {
    for (int i = 0; i < segments.length; i++) {
      segments[i] = new Segment();
    }
  }

  /** Everything zero, as after power-on but for what the {@link Cpu} then sets. */
  void reset() {
    Arrays.fill(r, 0);
    Arrays.fill(dr, 0);
    dr[6] = 0xFFFF0FF0;
    dr[7] = 0x400;
    flags = 0;
    gdtBase = 0;
    gdtLimit = 0xFFFF;
    idtBase = 0;
    idtLimit = 0xFFFF;
    cr0 = 0x60000010;
    cr2 = 0;
    cr3 = 0;
    cr4 = 0;
  }

  boolean isProtected() {
    return (cr0 & CR0_PE) != 0;
  }

  boolean isVirtual8086() {
    return (flags & VM) != 0;
  }

  /** Real or virtual-8086 mode: a selector is a paragraph number. */
  boolean isParagraphMode() {
    return (cr0 & CR0_PE) == 0 || (flags & VM) != 0;
  }

  int iopl() {
    return (flags & IOPL) >> 12;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("registers", 1);
    for (int register = EAX; register <= EDI; register++) {
      out.i32(r[register]);
    }
    out.i32(eip);
    out.i32(flags);
    for (Segment segment : segments) {
      segment.save(out);
    }
    out.i32(gdtBase);
    out.i32(gdtLimit);
    out.i32(idtBase);
    out.i32(idtLimit);
    out.i32(cr0);
    out.i32(cr2);
    out.i32(cr3);
    out.i32(cr4);
    for (int value : dr) {
      out.i32(value);
    }
    out.i32(cpl);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("registers", 1);
    for (int register = EAX; register <= EDI; register++) {
      r[register] = in.i32();
    }
    eip = in.i32();
    flags = in.i32() & SYSTEM_FLAGS;
    for (Segment segment : segments) {
      segment.load(in);
    }
    gdtBase = in.i32();
    gdtLimit = in.i32();
    idtBase = in.i32();
    idtLimit = in.i32();
    cr0 = in.i32();
    cr2 = in.i32();
    cr3 = in.i32();
    cr4 = in.i32();
    for (int i = 0; i < dr.length; i++) {
      dr[i] = in.i32();
    }
    cpl = in.i32(0, 3, "the privilege level");
    in.end();
  }
}
