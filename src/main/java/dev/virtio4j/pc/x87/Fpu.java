package dev.virtio4j.pc.x87;

import static dev.virtio4j.pc.x87.StatusWord.C0;
import static dev.virtio4j.pc.x87.StatusWord.C1;
import static dev.virtio4j.pc.x87.StatusWord.C2;
import static dev.virtio4j.pc.x87.StatusWord.C3;
import static dev.virtio4j.pc.x87.StatusWord.CONDITION_CODES;
import static dev.virtio4j.pc.x87.StatusWord.DENORMAL;
import static dev.virtio4j.pc.x87.StatusWord.INVALID;
import static dev.virtio4j.pc.x87.StatusWord.OVERFLOW;
import static dev.virtio4j.pc.x87.StatusWord.STACK_FAULT;
import static dev.virtio4j.pc.x87.StatusWord.UNDERFLOW;
import static dev.virtio4j.pc.x87.StatusWord.ZERO_DIVIDE;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.x87.Extended.Kind;
import java.io.IOException;

/**
 * The x87 floating-point unit of a P6 (Intel SDM volume 1, chapter 8): its registers, and the
 * execution of the escape instructions D8 to DF, which the CPU decodes.
 *
 * <p>An instruction reads its operands, computes, and ends in {@link #complete}, which reports the
 * exceptions and says whether it may write its result.
 */
public final class Fpu implements Stateful {
  private static final int FULL_PRECISION = 0x300;

  /** Exceptions that, unmasked, keep an instruction from writing anything. */
  private static final int BEFORE_COMPUTING = INVALID | DENORMAL | ZERO_DIVIDE;

  /** The same for an instruction that stores to memory. */
  private static final int BEFORE_STORING = BEFORE_COMPUTING | OVERFLOW | UNDERFLOW;

  // spotless:off
  /** What FLDL2T to FLDLN2 load. */
  private static final Constant[] CONSTANTS = {
    new Constant(0x4000, 0xD49A784BCD1B8AFEL, 0x492BF6FF4DAFDB4CL), // log2 10
    new Constant(0x3FFF, 0xB8AA3B295C17F0BBL, 0xBE87FED0691D3E88L), // log2 e
    new Constant(0x4000, 0xC90FDAA22168C234L, 0xC4C6628B80DC1CD1L), // pi
    new Constant(0x3FFD, 0x9A209A84FBCFF798L, 0x8F8959AC0B7C9178L), // log10 2
    new Constant(0x3FFE, 0xB17217F7D1CF79ABL, 0xC9E3B39803F2F6AFL), // ln 2
  };
  // spotless:on

  /** A positive constant of 128 bits: its biased exponent and significand. */
  private record Constant(int exponent, long high, long low) {}

  private final FpuBus bus;
  private final Rounder rounder = new Rounder();
  private final ExtendedArithmetic arithmetic = new ExtendedArithmetic(rounder);
  private final Transcendental transcendental = new Transcendental(rounder, arithmetic);

  private final FpuRegisters registers = new FpuRegisters();

  /**
   * Makes one as after power-on.
   *
   * @param bus the CPU
   */
  public Fpu(FpuBus bus) {
    this.bus = bus;
  }

  /** As FNINIT does. */
  public void reset() {
    registers.initialize();
  }

  /**
   * The size of the environment that FNSTENV stores and FLDENV loads.
   *
   * @param wide whether the operand size is 32 bits, not 16
   * @return the bytes
   */
  public static int environmentSize(boolean wide) {
    return wide ? 28 : 14;
  }

  /**
   * Tells whether an unmasked exception is pending.
   *
   * @return true if the next waiting instruction raises #MF
   */
  public boolean errorPending() {
    return registers.errorPending();
  }

  /**
   * Executes a memory form that {@link EscapeMap} knows.
   *
   * @param escape the opcode less D8h, 0 to 7
   * @param modrm the ModRM byte
   * @param linear the address of the operand, all of which is accessible
   * @param wide whether the operand size is 32 bits
   */
  public void memory(int escape, int modrm, int linear, boolean wide) {
    rounder.begin(registers.control());
    int operation = modrm >> 3 & 7;
    if ((escape & 1) == 0) {
      compute(operation, memoryOperand(escape, linear), 0);
      return;
    }
    boolean pops = (operation & 1) != 0;
    switch (escape << 4 | operation) {
      case 0x10 -> loadFloat(bus.load32(linear), FloatFormat.SINGLE);
      case 0x12, 0x13 -> storeFloat(linear, FloatFormat.SINGLE, pops);
      case 0x14 -> registers.loadEnvironment(bus, linear, wide);
      case 0x15 -> registers.setControl(bus.load16(linear));
      case 0x16 -> storeEnvironment(linear, wide);
      case 0x17 -> bus.store16(linear, registers.control());
      case 0x30 -> push(Extended.ofInteger(bus.load32(linear)));
      case 0x32, 0x33 -> storeInteger(linear, 32, pops);
      case 0x35 -> push(FpuRegisters.load(bus, linear));
      case 0x37 -> storeExtendedAndPop(linear);
      case 0x50 -> loadFloat(bus.load64(linear), FloatFormat.DOUBLE);
      case 0x52, 0x53 -> storeFloat(linear, FloatFormat.DOUBLE, pops);
      case 0x54 -> {
        registers.loadEnvironment(bus, linear, wide);
        registers.loadStack(bus, linear + environmentSize(wide));
      }
      case 0x56 -> {
        registers.storeEnvironment(bus, linear, wide);
        registers.storeStack(bus, linear + environmentSize(wide));
        reset();
      }
      case 0x57 -> bus.store16(linear, registers.statusWord());
      case 0x70 -> push(Extended.ofInteger((short) bus.load16(linear)));
      case 0x72, 0x73 -> storeInteger(linear, 16, pops);
      case 0x74 -> push(PackedDecimal.load(bus, linear));
      case 0x75 -> push(Extended.ofInteger(bus.load64(linear)));
      case 0x76 -> storeBcdAndPop(linear);
      case 0x77 -> storeInteger(linear, 64, pops);
      default -> throw new IllegalArgumentException("no instruction " + escape + "/" + operation);
    }
  }

  /**
   * Executes a register form. The undocumented aliases of P6 are there too.
   *
   * @param escape the opcode less D8h, 0 to 7
   * @param modrm the ModRM byte, C0h to FFh
   * @return false if there is no such instruction
   */
  public boolean register(int escape, int modrm) {
    rounder.begin(registers.control());
    int i = modrm & 7;
    int operation = modrm >> 3 & 7;
    switch (escape << 4 | operation) {
      case 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07 -> compute(operation, operand(i), 0);
      case 0x10 -> push(operand(i));
      case 0x11, 0x51, 0x71 -> exchange(i);
      case 0x52 -> storeRegister(i, false);
      case 0x13, 0x53, 0x72, 0x73 -> storeRegister(i, true);
      case 0x20, 0x21, 0x22, 0x23 -> moveIf(condition(operation), i);
      case 0x30, 0x31, 0x32, 0x33 -> moveIf(!condition(operation), i);
      case 0x35, 0x36 -> compareToFlags(i, operation == 5, false);
      case 0x75, 0x76 -> compareToFlags(i, operation == 5, true);
      case 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47 -> compute(operation, operand(i), i);
      case 0x50 -> registers.free(i);
      case 0x54, 0x55 -> compare(operand(i), true, operation - 4);
      case 0x60, 0x61, 0x64, 0x65, 0x66, 0x67 -> {
        if (compute(operation, operand(i), i)) {
          pop();
        }
      }
      case 0x62 -> compare(operand(i), false, 1);
      case 0x70 -> { // FFREEP
        registers.free(i);
        pop();
      }
      default -> {
        return single(escape, modrm);
      }
    }
    return true;
  }

  /** Executes the instructions that have one encoding each. */
  private boolean single(int escape, int modrm) {
    switch (escape << 8 | modrm) {
      case 0x1D0, 0x3E0, 0x3E1, 0x3E4 -> {} // FNOP; FNENI, FNDISI and FNSETPM of the 8087 and 287
      case 0x1E0 -> result(operand(0).negate());
      case 0x1E1 -> result(operand(0).abs());
      case 0x1E4 -> compare(Extended.ZERO, false, 0);
      case 0x1E5 -> examine();
      case 0x1E8 -> push(Extended.ONE);
      case 0x1E9, 0x1EA, 0x1EB, 0x1EC, 0x1ED -> push(constant(CONSTANTS[modrm - 0xE9]));
      case 0x1EE -> push(Extended.ZERO);
      case 0x1F4 -> extract();
      case 0x1F5 -> remainder(true);
      case 0x1F6 -> rotate(-1);
      case 0x1F7 -> rotate(1);
      case 0x1F8 -> remainder(false);
      case 0x1FA -> result(arithmetic.squareRoot(operand(0)));
      case 0x1FC -> result(arithmetic.roundToInteger(operand(0)));
      case 0x1FD -> result(arithmetic.scale(operand(0), operand(1)));
      case 0x1F0, 0x1F1, 0x1F2, 0x1F3, 0x1F9, 0x1FB, 0x1FE, 0x1FF -> transcendental(modrm);
      case 0x2E9 -> compare(operand(1), true, 2); // FUCOMPP
      case 0x6D9 -> compare(operand(1), false, 2); // FCOMPP
      case 0x3E2 -> registers.clearExceptions();
      case 0x3E3 -> reset();
      case 0x7E0 -> bus.setAx(registers.statusWord());
      default -> {
        return false;
      }
    }
    return true;
  }

  private Extended constant(Constant constant) {
    return new Extended(
        constant.exponent(), rounder.roundSilently(constant.high(), constant.low()));
  }

  private void transcendental(int modrm) {
    rounder.begin(registers.control() | FULL_PRECISION);
    Extended x = operand(0);
    switch (modrm) {
      case 0xF0 -> result(transcendental.powerMinusOne(x));
      case 0xF1 -> resultAndPop(transcendental.logarithm(x, operand(1)));
      case 0xF3 -> resultAndPop(transcendental.arcTangent(operand(1), x));
      case 0xF9 -> resultAndPop(transcendental.logarithmPlusOne(x, operand(1)));
      default -> {
        if (!Transcendental.isOutOfRange(x)) {
          registers.updateStatus(C2, 0);
          ofAngle(modrm, x);
        } else if (complete(BEFORE_COMPUTING)) {
          registers.updateStatus(0, C2);
        }
      }
    }
  }

  private void ofAngle(int modrm, Extended angle) {
    switch (modrm) {
      case 0xF2 -> {
        Extended tangent = transcendental.tangent(angle);
        resultAndPush(tangent, tangent.is(Kind.NAN) ? tangent : Extended.ONE);
      }
      case 0xFB -> resultAndPush(transcendental.sine(angle), transcendental.cosine(angle));
      case 0xFE -> result(transcendental.sine(angle));
      default -> result(transcendental.cosine(angle));
    }
  }

  /** The value of ST(i). An empty one is a stack underflow and reads as the indefinite. */
  private Extended operand(int i) {
    if (registers.isEmpty(i)) {
      rounder.raise(INVALID | STACK_FAULT);
      return Extended.INDEFINITE;
    }
    return registers.get(i);
  }

  private Extended memoryOperand(int escape, int linear) {
    return switch (escape) {
      case 0 -> arithmetic.operand(bus.load32(linear), FloatFormat.SINGLE);
      case 2 -> Extended.ofInteger(bus.load32(linear));
      case 4 -> arithmetic.operand(bus.load64(linear), FloatFormat.DOUBLE);
      default -> Extended.ofInteger((short) bus.load16(linear));
    };
  }

  /**
   * Reports what the instruction raised.
   *
   * @param withholding the exceptions that, unmasked, keep it from having an effect
   * @return whether it has its effect
   */
  private boolean complete(int withholding) {
    int raised = rounder.raised();
    if ((raised & STACK_FAULT) != 0) {
      raised &= STACK_FAULT | INVALID | C1;
    }
    boolean withheld = (registers.unmasked(raised) & withholding) != 0;
    if (withheld) {
      raised &= withholding | STACK_FAULT | ((raised & STACK_FAULT) != 0 ? C1 : 0);
    }
    registers.updateStatus(C1, raised);
    return !withheld;
  }

  /** What goes into a register: a stack fault gives the indefinite whatever was computed. */
  private Extended unlessFault(Extended value) {
    return (rounder.raised() & STACK_FAULT) != 0 ? Extended.INDEFINITE : value;
  }

  private boolean result(int i, Extended value) {
    boolean completed = complete(BEFORE_COMPUTING);
    if (completed) {
      registers.set(i, unlessFault(value));
    }
    return completed;
  }

  private void result(Extended value) {
    result(0, value);
  }

  private void resultAndPop(Extended value) {
    if (result(1, value)) {
      pop();
    }
  }

  private void resultAndPush(Extended value, Extended pushed) {
    checkRoom();
    if (result(0, value)) {
      registers.rotate(-1);
      registers.set(0, unlessFault(pushed));
    }
  }

  private void loadFloat(long image, FloatFormat format) {
    push(arithmetic.load(image, format), INVALID); // a denormal is loaded even if it traps
  }

  private void push(Extended value) {
    push(value, BEFORE_COMPUTING);
  }

  private void push(Extended value, int withholding) {
    checkRoom();
    if (complete(withholding)) {
      registers.rotate(-1);
      registers.set(0, unlessFault(value));
    }
  }

  private void checkRoom() {
    if (!registers.isEmpty(7)) {
      rounder.raise(INVALID | STACK_FAULT | C1);
    }
  }

  private void pop() {
    registers.free(0);
    registers.rotate(1);
  }

  private void rotate(int by) {
    registers.rotate(by);
    registers.updateStatus(C1, 0);
  }

  /** The eight operations of the even escapes, in the order of the reg field. */
  private boolean compute(int operation, Extended other, int destination) {
    Extended st0 = operand(0);
    return switch (operation) {
      case 0 -> result(destination, arithmetic.add(st0, other));
      case 1 -> result(destination, arithmetic.multiply(st0, other));
      case 2, 3 -> compare(other, false, operation - 2);
      case 4 -> result(destination, arithmetic.subtract(st0, other));
      case 5 -> result(destination, arithmetic.subtract(other, st0));
      case 6 -> result(destination, arithmetic.divide(st0, other));
      default -> result(destination, arithmetic.divide(other, st0));
    };
  }

  /** Compares ST(0) with another value and pops so many times. */
  private boolean compare(Extended other, boolean quietly, int pops) {
    int relation = arithmetic.compare(operand(0), other, quietly);
    boolean completed = complete(BEFORE_COMPUTING);
    registers.updateStatus(CONDITION_CODES, relation); // even if an exception is pending
    if (completed) {
      for (int popped = 0; popped < pops; popped++) {
        pop();
      }
    }
    return completed;
  }

  private void compareToFlags(int i, boolean quietly, boolean pops) {
    int relation = arithmetic.compare(operand(0), operand(i), quietly);
    bus.setCompareFlags((relation & C3) != 0, (relation & C2) != 0, (relation & C0) != 0);
    if (complete(BEFORE_COMPUTING) && pops) {
      pop();
    }
  }

  /** FXAM. Its codes are in the order C3, C2, C0. */
  private void examine() {
    Extended value = registers.get(0);
    int code =
        registers.isEmpty(0)
            ? C3 | C0
            : switch (value.kind()) {
              case UNSUPPORTED -> 0;
              case NAN -> C0;
              case NORMAL -> C2;
              case INFINITY -> C2 | C0;
              case ZERO -> C3;
              case DENORMAL -> C3 | C2;
            };
    registers.updateStatus(CONDITION_CODES, code | (value.negative() ? C1 : 0));
  }

  private void extract() {
    Extended value = operand(0);
    resultAndPush(arithmetic.exponentOf(value), arithmetic.significandOf(value));
  }

  private void remainder(boolean nearest) {
    Extended remainder = arithmetic.remainder(operand(0), operand(1), nearest);
    if (result(0, remainder) && !remainder.is(Kind.NAN)) {
      registers.updateStatus(CONDITION_CODES, rounder.raised() & CONDITION_CODES);
    } else {
      registers.updateStatus(C2 | C1, 0);
    }
  }

  private void exchange(int i) {
    Extended st0 = operand(0);
    Extended other = operand(i);
    if (complete(BEFORE_COMPUTING)) {
      registers.set(0, other);
      registers.set(i, st0);
    }
  }

  private void storeRegister(int i, boolean pops) {
    if (result(i, operand(0)) && pops) {
      pop();
    }
  }

  /** The conditions of FCMOVcc: B, E, BE, U. */
  private boolean condition(int operation) {
    return switch (operation) {
      case 0 -> bus.carry();
      case 1 -> bus.zero();
      case 2 -> bus.carry() || bus.zero();
      default -> bus.parity();
    };
  }

  private void moveIf(boolean condition, int i) {
    Extended st0 = operand(0);
    Extended other = operand(i);
    result(condition ? other : st0);
  }

  private void storeEnvironment(int linear, boolean wide) {
    registers.storeEnvironment(bus, linear, wide);
    registers.maskExceptions();
  }

  private void storeFloat(int linear, FloatFormat format, boolean pops) {
    long image = arithmetic.store(operand(0), format);
    if (complete(BEFORE_STORING)) {
      if (format == FloatFormat.SINGLE) {
        bus.store32(linear, (int) image);
      } else {
        bus.store64(linear, image);
      }
      if (pops) {
        pop();
      }
    }
  }

  private void storeExtendedAndPop(int linear) {
    Extended value = operand(0);
    if (complete(BEFORE_STORING)) {
      FpuRegisters.store(bus, linear, value);
      pop();
    }
  }

  private void storeInteger(int linear, int bits, boolean pops) {
    long value = arithmetic.toInteger(operand(0), bits);
    if (complete(BEFORE_STORING)) {
      switch (bits) {
        case 16 -> bus.store16(linear, (int) value);
        case 32 -> bus.store32(linear, (int) value);
        default -> bus.store64(linear, value);
      }
      if (pops) {
        pop();
      }
    }
  }

  private void storeBcdAndPop(int linear) {
    Extended value = operand(0);
    long magnitude = arithmetic.toMagnitude(value, PackedDecimal.LARGEST);
    if (complete(BEFORE_STORING)) {
      PackedDecimal.store(bus, linear, value.negative(), magnitude);
      pop();
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    registers.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    registers.load(in);
  }
}
