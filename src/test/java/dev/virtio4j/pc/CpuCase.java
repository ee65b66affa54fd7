package dev.virtio4j.pc;

import dev.virtio4j.pc.CpuInputs.Input;
import dev.virtio4j.pc.CpuOutcome.Field;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A few instructions and what they start from.
 *
 * @param source the instructions in AT&amp;T syntax, or a name
 * @param code their bytes in hexadecimal; they run at {@link CpuImage#CODE}
 * @param setting in what state of the machine they run
 * @param undefined the flags that nobody defines afterwards
 * @param inputs registers, flags, memory
 */
record CpuCase(String source, String code, Setting setting, int undefined, CpuInputs inputs) {
  private static final int END_VECTOR = 0x20;
  private static final int END_LENGTH = 2;

  /**
   * The state of the machine that isn't in registers.
   *
   * @param ring0 run in ring 0, not in ring 3
   * @param paging with paging on
   * @param fpu after FNINIT
   */
  record Setting(boolean ring0, boolean paging, boolean fpu) {
    static final Setting USER = new Setting(false, false, false);

    private int mode() {
      return (ring0 ? 1 : 0) | (paging ? 2 : 0) | (fpu ? 4 : 0);
    }

    @Override
    public String toString() {
      return (ring0 ? "ring0" : "ring3") + (paging ? " paging" : "") + (fpu ? " fpu" : "");
    }

    static Setting parse(String text) {
      return new Setting(text.contains("ring0"), text.contains("paging"), text.contains("fpu"));
    }
  }

  /** How many bytes {@link #write} writes. */
  int length() {
    return CpuImage.CASE_HEADER + (codeLength() + 3 & ~3);
  }

  /** Writes the case as the runner wants it. */
  void write(ByteBuffer image) {
    int end = image.position() + length();
    for (Input input : Input.values()) {
      if (input == Input.M) {
        image.putInt(setting.mode());
      }
      image.putInt(inputs.get(input));
    }
    image.putInt(codeLength()).put(HexFormat.of().parseHex(code)).position(end);
  }

  /** What the outcome is, if the instructions do nothing at all. */
  int unchanged(Field field) {
    return switch (field) {
      case V -> END_VECTOR;
      case E, CR2, HF -> 0;
      case EIP -> CpuImage.CODE + codeLength() + END_LENGTH;
      case CS -> setting.ring0 ? 0x08 : 0x1B;
      case SS, DS, ES, FS, GS -> setting.ring0 ? 0x10 : 0x23;
      case CR0 -> setting.paging ? 0x80000031 : 0x31;
      default -> inputs.get(Input.valueOf(field.name()));
    };
  }

  private int codeLength() {
    return code.length() / 2;
  }

  /** Whether only the inputs differ. */
  boolean sameCode(CpuCase other) {
    return source.equals(other.source)
        && code.equals(other.code)
        && setting.equals(other.setting)
        && undefined == other.undefined;
  }
}
