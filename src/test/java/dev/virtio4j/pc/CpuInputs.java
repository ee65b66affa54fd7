package dev.virtio4j.pc;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a case starts with: the general registers, EFLAGS, and the two words of memory at {@code M}.
 * As text: {@code eax=12 f=cz}, without what has its default value. The defaults make EBX, EBP, ESI
 * and EDI point into the scratch memory.
 */
final class CpuInputs {

  /** One input, in the order in which the runner wants them. */
  enum Input {
    EAX(0x89ABCDEF),
    ECX(3),
    EDX(0xD1D2),
    EBX(CpuImage.SCRATCH + 0x100),
    ESP(CpuImage.SCRATCH + 0x300),
    EBP(CpuImage.SCRATCH + 0x280),
    ESI(CpuImage.SCRATCH + 0x40),
    EDI(CpuImage.SCRATCH + 0x180),
    F(0),
    M(0x80FF7F01),
    M4(0x12345678);

    final int byDefault;

    Input(int byDefault) {
      this.byDefault = byDefault;
    }

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Input, Integer> given;

  CpuInputs(Map<Input, Integer> given) {
    this.given = new EnumMap<>(Input.class);
    this.given.putAll(given);
  }

  /** The value of one input. EFLAGS always has its bit 1. */
  int get(Input input) {
    int value = given.getOrDefault(input, input.byDefault);
    return input == Input.F ? value | Flags.ALWAYS : value;
  }

  static CpuInputs parse(String text) {
    Map<Input, Integer> given = new EnumMap<>(Input.class);
    for (String item : text.split(" ", -1)) {
      int equals = item.indexOf('=');
      if (equals > 0) {
        Input input = Input.valueOf(item.substring(0, equals).toUpperCase(Locale.ROOT));
        given.put(input, parseValue(input, item.substring(equals + 1)));
      }
    }
    return new CpuInputs(given);
  }

  static int parseValue(Input input, String text) {
    return input == Input.F ? Flags.parse(text) : Integer.parseUnsignedInt(text, 16);
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(" ");
    given.forEach(
        (input, value) ->
            text.add(
                input.text()
                    + '='
                    + (input == Input.F ? Flags.format(value) : Integer.toHexString(value))));
    return text.toString();
  }
}
