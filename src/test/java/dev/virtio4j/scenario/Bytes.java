package dev.virtio4j.scenario;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Content as a script writes it: parts, one after the other. The last may leave out its length. */
final class Bytes {
  private static final Set<String> KINDS = Set.of("like", "text", "hex", "zero", "untouched");

  private Bytes() {}

  /** Whether a word is a part of content. */
  static boolean isContent(String word) {
    return KINDS.contains(word.split("=", 2)[0]);
  }

  /**
   * Makes the content.
   *
   * @param parts {@code like=SECTOR[,LENGTH]}, {@code text=TEXT}, {@code hex=DIGITS}, {@code
   *     zero[=LENGTH]}, {@code untouched[=LENGTH]}
   * @param length how much there is to be
   * @return so many bytes, or more where the parts have more
   */
  static byte[] parse(List<String> parts, int length, Variables variables) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String part : parts) {
      int equals = part.indexOf('=');
      String kind = equals < 0 ? part : part.substring(0, equals);
      String value = part.substring(equals + 1);
      int rest = Math.max(0, length - all.size());
      all.writeBytes(
          switch (kind) {
            case "like" -> {
              String[] numbers = value.split(",", -1);
              int count = numbers.length > 1 ? (int) variables.evaluate(numbers[1]) : rest;
              yield Disk.like(variables.evaluate(numbers[0]), count);
            }
            case "text" -> value.getBytes(StandardCharsets.US_ASCII);
            case "hex" -> HexFormat.of().parseHex(value);
            case "zero" -> new byte[equals < 0 ? rest : (int) variables.evaluate(value)];
            case "untouched" -> {
              byte[] bytes = new byte[equals < 0 ? rest : (int) variables.evaluate(value)];
              Arrays.fill(bytes, (byte) Chain.UNTOUCHED);
              yield bytes;
            }
            default -> throw new IllegalArgumentException("no kind of content: " + part);
          });
    }
    return all.toByteArray();
  }
}
