package dev.virtio4j.pc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What became of a case. As text: {@code eax=12 f=cz [30100]=ff}, without what the case left
 * unchanged. A case that ran to its end ends with vector 20h just behind it.
 *
 * @param fields registers and the exception
 * @param memory the words of watched memory that changed, by address
 */
record CpuOutcome(Map<Field, Integer> fields, Map<Integer, Integer> memory) {

  /** In the order in which the runner sends them. */
  enum Field {
    V,
    E,
    EIP,
    CS,
    F,
    ESP,
    SS,
    DS,
    ES,
    FS,
    GS,
    EAX,
    ECX,
    EDX,
    EBX,
    EBP,
    ESI,
    EDI,
    CR0,
    CR2,
    HF;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean isFlags() {
      return this == F || this == HF;
    }

    /** Leaves out the handler's flags of arithmetic. */
    private int read(int value) {
      return this == HF ? value & 0x24300 : value;
    }
  }

  /** Reads all that the runner sent, up to a possible cut. */
  static List<CpuOutcome> readAll(byte[] output) {
    ByteBuffer words = ByteBuffer.wrap(output).order(ByteOrder.LITTLE_ENDIAN);
    List<CpuOutcome> outcomes = new ArrayList<>();
    int fixed = (Field.values().length + 1) * Integer.BYTES;
    while (words.remaining() >= fixed) {
      int changes = words.getInt(words.position() + fixed - Integer.BYTES);
      if (words.remaining() < fixed + changes * 8L) {
        break;
      }
      Map<Field, Integer> fields = new EnumMap<>(Field.class);
      for (Field field : Field.values()) {
        fields.put(field, field.read(words.getInt()));
      }
      words.getInt();
      Map<Integer, Integer> memory = new TreeMap<>();
      for (int i = 0; i < changes; i++) {
        int address = words.getInt();
        memory.put(address, words.getInt());
      }
      outcomes.add(new CpuOutcome(fields, memory));
    }
    return outcomes;
  }

  /** The same with the flags cleared that the case leaves undefined. */
  CpuOutcome defined(CpuCase test) {
    Map<Field, Integer> masked = new EnumMap<>(fields);
    masked.merge(Field.F, ~test.undefined(), (flags, mask) -> flags & mask);
    return new CpuOutcome(masked, memory);
  }

  /** The inverse of {@link #format}; undefined flags are clear. */
  static CpuOutcome parse(CpuCase test, String text) {
    Map<Field, Integer> fields = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      fields.put(field, test.unchanged(field));
    }
    Map<Integer, Integer> memory = new TreeMap<>();
    for (String item : text.split(" ", -1)) {
      int equals = item.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String name = item.substring(0, equals);
      String value = item.substring(equals + 1);
      if (name.startsWith("[")) {
        memory.put(
            Integer.parseUnsignedInt(name, 1, name.length() - 1, 16),
            Integer.parseUnsignedInt(value, 16));
        continue;
      }
      Field field = Field.valueOf(name.toUpperCase(Locale.ROOT));
      fields.put(
          field,
          switch (field) {
            case F -> Flags.parse(value) | Flags.ALWAYS;
            case HF -> Flags.parse(value);
            default -> Integer.parseUnsignedInt(value, 16);
          });
    }
    return new CpuOutcome(fields, memory).defined(test);
  }

  /** What differs from what the case started with. */
  String format(CpuCase test) {
    StringJoiner text = new StringJoiner(" ");
    fields.forEach(
        (field, value) -> {
          if (value != test.unchanged(field)) {
            text.add(
                field.text()
                    + '='
                    + (field.isFlags() ? Flags.format(value) : Integer.toHexString(value)));
          }
        });
    memory.forEach(
        (address, value) ->
            text.add('[' + Integer.toHexString(address) + "]=" + Integer.toHexString(value)));
    return text.toString();
  }
}
