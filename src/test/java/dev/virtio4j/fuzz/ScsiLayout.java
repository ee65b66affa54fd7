package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.require;
import static dev.virtio4j.fuzz.BlkLockstep.requireEqual;

import dev.virtio4j.fuzz.ModelMemory.NotRam;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What a driver can tell from a request that came back, whatever was in it (0.9.5, Appendix H, and
 * the drafts before it): that the response is one of the text, and agrees with itself.
 */
final class ScsiLayout {
  private static final int HEADER = 19;
  private static final int RESPONSE = 12;

  private static final int DRAFT_HEADER = 8;
  private static final int DRAFT_SENSE = 96;
  private static final int DRAFT_RESPONSE = 10;

  private static final int EVENT = 16;
  private static final int EVENTS_MISSED = 0x8000_0000;
  private static final int LAST_EVENT = 3;

  private static final int OK = 0;
  private static final int CHECK_CONDITION = 0x02;
  private static final Set<Integer> STATUSES =
      Set.of(0x00, 0x02, 0x04, 0x08, 0x14, 0x18, 0x28, 0x30, 0x40);

  // Response codes, as "0.9.5", "November 2011" and "April 2011" have them.
  private static final Set<Integer> COMMAND_CODES = Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  private static final Set<Integer> CONTROL_CODES = Set.of(0, 3, 9, 10, 11, 12);
  private static final Set<Integer> SECOND_DRAFT_COMMAND_CODES = Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8);
  private static final Set<Integer> SECOND_DRAFT_CONTROL_CODES = Set.of(0, 3, 8, 9, 10, 11);
  private static final Set<Integer> FIRST_DRAFT_CODES = Set.of(0, 1, 128);

  private final ScsiSetup setup;

  ScsiLayout(ScsiSetup setup) {
    this.setup = setup;
  }

  /** What stands at the front of a request, as far as it can be read. */
  ScsiCommand command(WatchedChain chain, long senseSize, long cdbSize) {
    long before = setup.isFirstDraft() ? DRAFT_HEADER : HEADER + cdbSize;
    long behind = setup.isFirstDraft() ? DRAFT_SENSE + DRAFT_RESPONSE : RESPONSE + senseSize;
    long data =
        Math.max(0, chain.readableLength() - before) + Math.max(0, chain.writableLength() - behind);
    boolean whole = chain.readableLength() >= before && cdbSize > 0;
    try {
      if (setup.isFirstDraft() && chain.readableLength() > DRAFT_HEADER) {
        return new ScsiCommand(0, chain.sent(DRAFT_HEADER, 1).get() & 0xFF, behind, data);
      } else if (!setup.isFirstDraft() && whole) {
        long address = chain.sent(0, Long.BYTES).getLong();
        return new ScsiCommand(address, chain.sent(HEADER, 1).get() & 0xFF, behind, data);
      }
    } catch (NotRam e) {
      // It can't be executed.
    }
    return new ScsiCommand(0, ScsiCommand.NO_CODE, behind, data);
  }

  /** A request for a command came back. */
  void checkCommand(WatchedChain chain, byte[] ram, long used) {
    ScsiCommand command = chain.command();
    if (chain.writableLength() < command.answerLength()) {
      requireEqual("used.len of a request without room for an answer", used, 0);
      return;
    }
    if (!chain.isInRam()) {
      return;
    }
    ByteBuffer answer = answer(chain, ram);
    require(used >= answer.remaining(), "used.len is less than the response");
    long senseLength = Integer.toUnsignedLong(answer.getInt());
    long residual = Integer.toUnsignedLong(answer.getInt());
    if (!setup.isFirstDraft()) {
      requireEqual("status_qualifier", answer.getShort(), 0);
    }
    int status = answer.get() & 0xFF;
    int response = answer.get() & 0xFF;
    require(commandCodes().contains(response), "a response that the text doesn't have");
    long senseSize = command.answerLength() - (setup.isFirstDraft() ? DRAFT_RESPONSE : RESPONSE);
    require(senseLength <= senseSize, "sense_len is above sense_size");
    require(residual <= command.dataLength(), "residual is above the length of the data");
    if (response == OK) {
      require(STATUSES.contains(status), "a status that SAM doesn't have");
      boolean wantsSense = status == CHECK_CONDITION && senseSize > 0;
      if (senseLength > 0 != wantsSense) {
        throw new AssertionError(
            "status %x with %d bytes of sense data".formatted(status, senseLength));
      }
    } else {
      require(status == 0 && senseLength == 0, "a status beside a response that is not OK");
    }
  }

  private ByteBuffer answer(WatchedChain chain, byte[] ram) {
    return setup.isFirstDraft()
        ? chain.written(ram, chain.writableLength() - DRAFT_RESPONSE, DRAFT_RESPONSE)
        : chain.written(ram, 0, RESPONSE);
  }

  private Set<Integer> commandCodes() {
    if (setup.isFirstDraft()) {
      return FIRST_DRAFT_CODES;
    }
    return setup.isSecondDraft() ? SECOND_DRAFT_COMMAND_CODES : COMMAND_CODES;
  }

  /** A control request came back. */
  void checkControl(WatchedChain chain, byte[] ram, long used) {
    if (chain.isInRam() && chain.writableLength() > 0) {
      require(used == 1 || used == 5, "used.len of a control request");
      // Where the structure has it, or at the end if there is none.
      int inPlace = chain.written(ram, (int) used - 1, 1).get() & 0xFF;
      int last = chain.written(ram, chain.writableLength() - 1, 1).get() & 0xFF;
      Set<Integer> codes = setup.isSecondDraft() ? SECOND_DRAFT_CONTROL_CODES : CONTROL_CODES;
      require(
          codes.contains(inPlace) || codes.contains(last), "a response that the text doesn't have");
    }
  }

  /** A buffer for events came back. */
  void checkEvent(WatchedChain chain, byte[] ram, long used) {
    if (chain.isInRam() && chain.writableLength() >= EVENT) {
      requireEqual("used.len of an event", used, EVENT);
      int event = chain.written(ram, 0, Integer.BYTES).getInt() & ~EVENTS_MISSED;
      require(event >= 0 && event <= LAST_EVENT, "an event that the text doesn't have");
    }
  }
}
