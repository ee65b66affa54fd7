package dev.virtio4j.scsi;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * MODE SELECT (6) and (10) (SPC-4). The whole parameter list is checked before any of it counts.
 *
 * <pre>
 *   header            4 bytes in (6), 8 in (10); of a mode data length and a device-specific
 *                     parameter that MODE SENSE gave nothing is looked at
 *   block descriptor  0, 8 or, with LONGLBA in the header of (10), 16 bytes
 *   pages
 * </pre>
 */
final class ModeSelect {
  private static final int SUBPAGE_FORMAT = 0x40;
  private static final int PAGE_CODE = 0x3F;

  /** In a short block descriptor: as many blocks as there can be. */
  private static final long ALL_BLOCKS = 0xFFFF_FFFFL;

  private final ModeParameters parameters;
  private final Task task;
  private final ByteBuffer list;

  private ModeSelect(ModeParameters parameters, Task task, ByteBuffer list) {
    this.parameters = parameters;
    this.task = task;
    this.list = list;
  }

  /**
   * Runs MODE SELECT (6).
   *
   * @return whether a parameter has another value than before
   */
  static boolean run6(ModeParameters parameters, Task task) {
    ByteBuffer list = task.parameters(task.u8(4), 4);
    return list != null
        && list.hasRemaining()
        && new ModeSelect(parameters, task, list).run(ModeSense.HEADER_6);
  }

  /**
   * Runs MODE SELECT (10).
   *
   * @return whether a parameter has another value than before
   */
  static boolean run10(ModeParameters parameters, Task task) {
    ByteBuffer list = task.parameters(task.u16(7), 7);
    return list != null
        && list.hasRemaining()
        && new ModeSelect(parameters, task, list).run(ModeSense.HEADER_10);
  }

  private boolean run(int header) {
    if (list.limit() < header) {
      task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return false;
    }
    boolean isShort = header == ModeSense.HEADER_6;
    int mediumTypeAt = isShort ? 1 : 2;
    if (list.get(mediumTypeAt) != 0) {
      task.invalidParameter(mediumTypeAt);
      return false;
    }
    boolean longLba = !isShort && (list.get(4) & ModeSense.LONGLBA) != 0;
    int descriptor = isShort ? list.get(3) & 0xFF : list.getShort(6) & 0xFFFF;
    int expected = longLba ? ModeSense.LONG_DESCRIPTOR : ModeSense.DESCRIPTOR;
    if (descriptor != 0 && (descriptor != expected || !parameters.unit().hasBlockDescriptor())) {
      task.invalidParameter(isShort ? 3 : 6);
      return false;
    }
    if (list.limit() < header + descriptor) {
      task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
      return false;
    }
    return (descriptor == 0 || isDescriptorOfUnit(header, longLba))
        && arePagesGood(header + descriptor)
        && take(header + descriptor);
  }

  /** Neither the number of blocks nor their size can be changed. */
  private boolean isDescriptorOfUnit(int at, boolean longLba) {
    long blocks = longLba ? list.getLong(at) : list.getInt(at) & ALL_BLOCKS;
    boolean unchanged =
        blocks == 0 || blocks == parameters.unit().blocks() || (!longLba && blocks == ALL_BLOCKS);
    if (!unchanged) {
      task.invalidParameter(at);
      return false;
    }
    int sizeAt = at + (longLba ? 12 : 5);
    int size = longLba ? list.getInt(sizeAt) : list.getInt(at + 4) & 0xFF_FFFF;
    if (size != parameters.unit().blockSize()) {
      task.invalidParameter(sizeAt);
      return false;
    }
    return true;
  }

  private boolean arePagesGood(int start) {
    for (int at = start; at < list.limit(); ) {
      if (list.limit() - at < ModePage.HEADER) {
        task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
        return false;
      }
      if ((list.get(at) & SUBPAGE_FORMAT) != 0) {
        task.invalidParameter(at, 6);
        return false;
      }
      ModePage page = parameters.page(list.get(at) & PAGE_CODE);
      if (page == null) {
        task.invalidParameter(at, 5);
        return false;
      }
      int length = list.get(at + 1) & 0xFF;
      if (length != page.length()) {
        task.invalidParameter(at + 1);
        return false;
      }
      if (list.limit() - at < ModePage.HEADER + length) {
        task.checkCondition(Sense.PARAMETER_LIST_LENGTH_ERROR);
        return false;
      }
      if (!isPageGood(page, at)) {
        return false;
      }
      at += ModePage.HEADER + length;
    }
    return true;
  }

  private boolean isPageGood(ModePage page, int start) {
    page.refresh();
    for (int at = ModePage.HEADER; at < ModePage.HEADER + page.length(); at++) {
      int wrong = page.wrongBits(at, list.get(start + at));
      if (wrong != 0) {
        task.invalidParameter(start + at, 31 - Integer.numberOfLeadingZeros(wrong));
        return false;
      }
    }
    return true;
  }

  private boolean take(int start) {
    boolean other = false;
    try {
      for (int at = start; at < list.limit(); at = list.position()) {
        ModePage page = parameters.page(list.get(at) & PAGE_CODE);
        list.position(at + ModePage.HEADER);
        other |= page.take(list);
      }
    } catch (IOException e) {
      task.hostFailed(e, Sense.WRITE_ERROR);
    }
    return other;
  }
}
