package dev.virtio4j.qtest;

import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a line. The first is the command; words past those that a command needs are ignored,
 * as QEMU does.
 */
final class Request {
  private static final int PORTS = 0x10000;

  /** What C's {@code strtoull} reads with base 0, where it reads all of the word. */
  private static final Pattern NUMBER =
      Pattern.compile(
          "\\s*(?<sign>[+-]?)(?:0[xX](?<hex>\\p{XDigit}+)|(?<other>0[0-7]*|[1-9][0-9]*))");

  private final String[] words;

  Request(String line) {
    words = line.split(" ", -1);
  }

  String command() {
    return words[0];
  }

  /** How many words follow the command. */
  int arguments() {
    return words.length - 1;
  }

  /**
   * A word as it is.
   *
   * @param index 1 for the first after the command
   * @return the word, which may be empty
   */
  String word(int index) {
    return words[index];
  }

  /**
   * A number of 64 bits. As in C, one with a minus sign is taken from 2^64.
   *
   * @param index 1 for the first word after the command
   * @return the number, unsigned
   * @throws BadRequestException if the word is no number, or one of more than 64 bits
   */
  long number(int index) throws BadRequestException {
    Digits digits = digits(words[index]);
    try {
      long magnitude = Long.parseUnsignedLong(digits.text, digits.radix);
      return digits.sign.equals("-") ? -magnitude : magnitude;
    } catch (NumberFormatException e) {
      throw new BadRequestException("more than 64 bits: '" + words[index] + "'");
    }
  }

  /**
   * A signed number of 64 bits.
   *
   * @param index 1 for the first word after the command
   * @return the number
   * @throws BadRequestException if the word is no number, or too large a one
   */
  long signedNumber(int index) throws BadRequestException {
    Digits digits = digits(words[index]);
    try {
      return Long.parseLong(digits.sign + digits.text, digits.radix);
    } catch (NumberFormatException e) {
      throw new BadRequestException("more than 63 bits and a sign: '" + words[index] + "'");
    }
  }

  /** The parts of a number, without its prefix. */
  private record Digits(String sign, String text, int radix) {}

  private static Digits digits(String word) throws BadRequestException {
    Matcher matcher = NUMBER.matcher(word);
    if (!matcher.matches()) {
      throw new BadRequestException("not a number: '" + word + "'");
    }
    String sign = matcher.group("sign");
    if (matcher.group("hex") != null) {
      return new Digits(sign, matcher.group("hex"), 16);
    }
    String text = matcher.group("other");
    return new Digits(sign, text, text.startsWith("0") ? 8 : 10);
  }

  /**
   * An I/O port.
   *
   * @param index 1 for the first word after the command
   * @return 0 to 65535
   * @throws BadRequestException if the word is none
   */
  int port(int index) throws BadRequestException {
    long port = number(index);
    if (port < 0 || port >= PORTS) {
      throw new BadRequestException("no I/O port: '" + words[index] + "'");
    }
    return (int) port;
  }

  /**
   * How many bytes.
   *
   * @param index 1 for the first word after the command
   * @param limit the most that is allowed
   * @return 0 to the limit
   * @throws BadRequestException if the word is no number, or one past the limit
   */
  long size(int index, long limit) throws BadRequestException {
    long size = number(index);
    if (size < 0 || size > limit) {
      throw new BadRequestException("more than " + limit + " bytes: '" + words[index] + "'");
    }
    return size;
  }

  /**
   * Bytes in hexadecimal digits after 0x.
   *
   * @param index 1 for the first word after the command
   * @return the bytes
   * @throws BadRequestException if the word has another form, or half a byte
   */
  byte[] hexadecimal(int index) throws BadRequestException {
    String word = words[index];
    try {
      if (word.regionMatches(true, 0, "0x", 0, 2)) {
        return HexFormat.of().parseHex(word, 2, word.length());
      }
    } catch (IllegalArgumentException e) {
      // so it is not what it should be either
    }
    throw new BadRequestException("data is not 0x and pairs of hexadecimal digits");
  }

  /**
   * Bytes in Base64.
   *
   * @param index 1 for the first word after the command
   * @return the bytes
   * @throws BadRequestException if the word has another form
   */
  byte[] base64(int index) throws BadRequestException {
    try {
      return Base64.getDecoder().decode(words[index]);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("data is not Base64");
    }
  }
}
