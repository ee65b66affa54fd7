package dev.virtio4j.scenario;

import java.util.HexFormat;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Commands of SPC, SBC and MMC, as a script names them. Letters are fields of so many digits: O
 * options (all of byte 1), L the address of a block, N a number of blocks or an allocation length,
 * P a page or another code in byte 2, S a subpage or subcode.
 */
enum Cdb {
  // spotless:off
  TEST_UNIT_READY      ("00 OO 0000 00 00"),
  REQUEST_SENSE        ("03 OO 0000 NN 00"),
  READ_6               ("08 LLLLLL NN 00"),
  WRITE_6              ("0A LLLLLL NN 00"),
  INQUIRY              ("12 OO PP NNNN 00"),
  MODE_SELECT_6        ("15 OO 0000 NN 00"),
  MODE_SENSE_6         ("1A OO PP SS NN 00"),
  START_STOP_UNIT      ("1B OO 0000 PP 00"),
  PREVENT_ALLOW        ("1E OO 0000 PP 00"),
  READ_CAPACITY_10     ("25 OO LLLLLLLL 0000 00 00"),
  READ_10              ("28 OO LLLLLLLL 00 NNNN 00"),
  WRITE_10             ("2A OO LLLLLLLL 00 NNNN 00"),
  VERIFY_10            ("2F OO LLLLLLLL 00 NNNN 00"),
  SYNCHRONIZE_CACHE_10 ("35 OO LLLLLLLL 00 NNNN 00"),
  WRITE_SAME_10        ("41 OO LLLLLLLL 00 NNNN 00"),
  UNMAP                ("42 OO 00000000 00 NNNN 00"),
  READ_TOC             ("43 OO PP 000000 SS NNNN 00"),
  GET_CONFIGURATION    ("46 OO LLLL 000000 NNNN 00"),
  GET_EVENT_STATUS     ("4A OO 0000 PP 0000 NNNN 00"),
  READ_DISC_INFORMATION("51 OO 0000000000 NNNN 00"),
  XDWRITEREAD_10       ("53 OO LLLLLLLL 00 NNNN 00"),
  MODE_SELECT_10       ("55 OO 0000000000 NNNN 00"),
  MODE_SENSE_10        ("5A OO PP SS 000000 NNNN 00"),
  PERSISTENT_RESERVE_IN("5E OO 0000000000 NNNN 00"),
  READ_16              ("88 OO LLLLLLLLLLLLLLLL NNNNNNNN 00 00"),
  COMPARE_AND_WRITE    ("89 OO LLLLLLLLLLLLLLLL 000000 NN 00 00"),
  WRITE_16             ("8A OO LLLLLLLLLLLLLLLL NNNNNNNN 00 00"),
  WRITE_SAME_16        ("93 OO LLLLLLLLLLLLLLLL NNNNNNNN 00 00"),
  READ_CAPACITY_16     ("9E 10 LLLLLLLLLLLLLLLL NNNNNNNN OO 00"),
  REPORT_LUNS          ("A0 OO PP 000000 NNNNNNNN 00 00"),
  READ_12              ("A8 OO LLLLLLLL NNNNNNNN 00 00"),
  WRITE_12             ("AA OO LLLLLLLL NNNNNNNN 00 00");
  // spotless:on

  private static final Pattern FIELD = Pattern.compile("([L-S])\\1*");

  private final String layout;

  Cdb(String layout) {
    this.layout = layout.replace(" ", "");
  }

  /** The bytes, with the values that options give to the fields; 0 where they don't. */
  byte[] bytes(Options options) {
    return HexFormat.of().parseHex(FIELD.matcher(layout).replaceAll(r -> field(r, options)));
  }

  private static String field(MatchResult field, Options options) {
    String name =
        switch (field.group(1)) {
          case "O" -> "options";
          case "L" -> "lba";
          case "N" -> "length";
          case "P" -> "page";
          case "S" -> "subpage";
          default -> throw new IllegalArgumentException("no such field: " + field.group());
        };
    int digits = field.group().length();
    String value = "%016x".formatted(options.number(name, 0));
    return value.substring(value.length() - digits);
  }
}
