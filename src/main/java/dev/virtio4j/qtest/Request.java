package dev.virtio4j.qtest;

import java.math.BigInteger;
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

  /** What {@code strtoull} with base 0 takes, all of the word: hexadecimal, octal or decimal. */
  private static final Pattern NUMBER =
      Pattern.compile("[ \\t\\x0B\\f\\r]*([+-]?)(?:0[xX](\\p{XDigit}+)|(0[0-7]*)|([1-9][0-9]*))");

  private static final BigInteger UNSIGNED_END = BigInteger.ONE.shiftLeft(Long.SIZE);
  private static final BigInteger SIGNED_END = BigInteger.ONE.shiftLeft(Long.SIZE - 1);

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
    BigInteger number = parse(words[index]);
    if (number.abs().compareTo(UNSIGNED_END) >= 0) {
      throw new BadRequestException("more than 64 bits: '" + words[index] + "'");
    }
    return number.longValue();
  }

  /**
   * A signed number of 64 bits.
   *
   * @param index 1 for the first word after the command
   * @return the number
   * @throws BadRequestException if the word is no number, or too large a one
   */
  long signedNumber(int index) throws BadRequestException {
    BigInteger number = parse(words[index]);
    if (number.compareTo(SIGNED_END) >= 0 || number.compareTo(SIGNED_END.negate()) < 0) {
      throw new BadRequestException("no signed number of 64 bits: '" + words[index] + "'");
    }
    return number.longValue();
  }

  private static BigInteger parse(String word) throws BadRequestException {
    Matcher matcher = NUMBER.matcher(word);
    if (word.length() > 100 || !matcher.matches()) {
      throw new BadRequestException("not a number: '" + word + "'");
    }
    String sign = matcher.group(1);
    if (matcher.group(2) != null) {
      return new BigInteger(sign + matcher.group(2), 16);
    } else if (matcher.group(3) != null) {
      return new BigInteger(sign + matcher.group(3), 8);
    }
    return new BigInteger(sign + matcher.group(4));
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
      if (word.startsWith("0x")) {
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
