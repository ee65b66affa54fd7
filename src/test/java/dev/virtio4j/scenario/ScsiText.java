package dev.virtio4j.scenario;

/** The texts of the SCSI host, and what they call responses. */
enum ScsiText {
  /** Requests have the header of a block device's, and the results behind the data. */
  APRIL_2011("OK FAILURE"),
  NOVEMBER_2011(
      "OK UNDERRUN ABORTED BAD_TARGET RESET TRANSPORT_FAILURE TARGET_FAILURE"
          + " NEXUS_FAILURE FAILURE FUNCTION_SUCCEEDED FUNCTION_REJECTED INCORRECT_LUN"),
  /** 0.9.4 and later. */
  APPENDIX_H(
      "OK OVERRUN ABORTED BAD_TARGET RESET BUSY TRANSPORT_FAILURE TARGET_FAILURE"
          + " NEXUS_FAILURE FAILURE FUNCTION_SUCCEEDED FUNCTION_REJECTED INCORRECT_LUN");

  private static final int CLOSED = 128;

  /** By their codes, with spaces between. */
  private final String responses;

  ScsiText(String responses) {
    this.responses = responses;
  }

  /** By the name that users give it; "default", too. */
  static ScsiText of(String spec) {
    return switch (spec) {
      case "2011-04" -> APRIL_2011;
      case "2011-11" -> NOVEMBER_2011;
      default -> APPENDIX_H;
    };
  }

  /** The name of a response, or its number where it has none. */
  String response(int code) {
    if (code == CLOSED && this == APRIL_2011) {
      return "CLOSED";
    }
    String[] names = responses.split(" ", -1);
    return code < names.length ? names[code] : Integer.toString(code);
  }
}
