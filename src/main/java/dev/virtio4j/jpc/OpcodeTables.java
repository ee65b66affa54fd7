package dev.virtio4j.jpc;

import java.lang.reflect.Field;
import java.util.function.UnaryOperator;
import org.jpc.emulator.execution.decoder.OpcodeDecoder;

/**
 * JPC's tables of opcodes, one for each mode of the CPU. The row is the opcode, plus 100 for 0F,
 * 200 for 32-bit operands and 400 for 32-bit addresses, in hex.
 */
final class OpcodeTables {
  private OpcodeTables() {}

  /**
   * The table of protected mode, which all PCs share.
   *
   * @return the table itself, to be changed
   * @throws ReflectiveOperationException if this JPC has none
   */
  static OpcodeDecoder[] protectedMode() throws ReflectiveOperationException {
    return table("pmOps");
  }

  /**
   * The table of real mode, which all PCs share.
   *
   * @return the table itself, to be changed
   * @throws ReflectiveOperationException if this JPC has none
   */
  static OpcodeDecoder[] realMode() throws ReflectiveOperationException {
    return table("rmOps");
  }

  /**
   * Puts decoders in the place of others, to which they may fall back; once, as all PCs share a
   * table.
   *
   * @param table one of these tables
   * @param rows which rows of it
   * @param type what stands there once this was done
   * @param wrapper makes a decoder in place of another
   */
  static void wrap(
      OpcodeDecoder[] table,
      int[] rows,
      Class<? extends OpcodeDecoder> type,
      UnaryOperator<OpcodeDecoder> wrapper) {
    for (int row : rows) {
      if (!type.isInstance(table[row])) {
        table[row] = wrapper.apply(table[row]);
      }
    }
  }

  private static OpcodeDecoder[] table(String name) throws ReflectiveOperationException {
    Class<?> decoder = Class.forName("org.jpc.emulator.execution.decoder.FastDecoder");
    Field table = decoder.getDeclaredField(name);
    table.setAccessible(true);
    return (OpcodeDecoder[]) table.get(null);
  }
}
