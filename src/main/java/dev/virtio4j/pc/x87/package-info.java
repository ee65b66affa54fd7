/**
 * The x87 floating-point unit, in exact 80-bit arithmetic without Java's {@code double}, so that
 * results and exceptions are those of a P6 to the bit.
 *
 * <pre>
 *   Fpu                    an escape instruction, D8 to DF: operands, result, exceptions
 *     FpuRegisters         the stack, control, status and tag words
 *     Extended             a number of 80 bits
 *       ExtendedArithmetic   add, multiply, divide, square root, remainder
 *       Transcendental       FSIN to FYL2X
 *       PackedDecimal        FBLD and FBSTP
 *     Rounder              rounds a result to a FloatFormat, and gathers exceptions
 *   FpuBus                 what it asks of the CPU
 * </pre>
 *
 * <p>May import {@code host} only.
 */
package dev.virtio4j.pc.x87;
