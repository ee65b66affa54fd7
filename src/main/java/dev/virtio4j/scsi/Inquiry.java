package dev.virtio4j.scsi;

import dev.virtio4j.block.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * INQUIRY (SPC-4) with the vital product data pages that every unit has, and those that its kind
 * adds.
 */
final class Inquiry {
  private static final int EVPD = 0x01;

  private static final int RMB = 0x80;
  private static final int VERSION_SPC4 = 0x06;

  /** Hierarchical LUNs, and the response data format that all later texts have. */
  private static final int HISUP_AND_FORMAT = 0x12;

  private static final int CMDQUE = 0x02;
  private static final int STANDARD_LENGTH = 96;

  // Version descriptors, at most eight of them.
  private static final int VERSIONS_AT = 58;
  private static final int SAM_5 = 0x00A0;
  private static final int SPC_4 = 0x0460;

  private static final int SUPPORTED_PAGES = 0x00;
  private static final int UNIT_SERIAL_NUMBER = 0x80;
  private static final int DEVICE_IDENTIFICATION = 0x83;

  // Designators ("Device Identification VPD page"): code set, and type.
  private static final int BINARY = 1;
  private static final int ASCII = 2;
  private static final int T10_VENDOR_ID = 1;
  private static final int NAA = 3;

  /** NAA Locally Assigned format: nobody gave us a number to assign others from. */
  private static final long NAA_LOCALLY_ASSIGNED = 0x3L << 60;

  /** What follows the four bytes that every page begins with. */
  interface Page {
    void put(ByteBuffer page);
  }

  private final int deviceType;
  private final boolean removable;
  private final int commandSet;
  private final UnitIdentity identity;
  private final NavigableMap<Integer, Page> pages = new TreeMap<>();

  /**
   * Describes a kind of unit.
   *
   * @param deviceType the peripheral device type
   * @param removable whether its medium can be removed
   * @param commandSet the version descriptor of the text with its commands
   * @param identity of the unit
   * @param more the pages of this kind of unit, by page code
   */
  Inquiry(
      int deviceType,
      boolean removable,
      int commandSet,
      UnitIdentity identity,
      Map<Integer, Page> more) {
    this.deviceType = deviceType;
    this.removable = removable;
    this.commandSet = commandSet;
    this.identity = identity;
    pages.put(SUPPORTED_PAGES, this::supportedPages);
    if (!identity.serial().isEmpty()) {
      pages.put(UNIT_SERIAL_NUMBER, page -> page.put(ascii(identity.serial())));
    }
    pages.put(DEVICE_IDENTIFICATION, this::designators);
    pages.putAll(more);
  }

  void run(Task task) {
    int code = task.u8(2);
    if ((task.u8(1) & EVPD) == 0) {
      if (code != 0) {
        task.invalidField(2);
        return;
      }
      putStandard(task.reply());
    } else {
      Page page = pages.get(code);
      if (page == null) {
        task.invalidField(2);
        return;
      }
      ByteBuffer reply = task.reply();
      reply.put((byte) deviceType).put((byte) code).putShort((short) 0);
      page.put(reply);
      reply.putShort(2, (short) (reply.position() - 4));
    }
    task.send(task.u16(3));
  }

  private void putStandard(ByteBuffer reply) {
    reply.put((byte) deviceType).put((byte) (removable ? RMB : 0));
    reply.put((byte) VERSION_SPC4).put((byte) HISUP_AND_FORMAT);
    reply.put((byte) (STANDARD_LENGTH - 5)).putShort((short) 0).put((byte) CMDQUE);
    reply.put(ascii(identity.vendorAndProduct())).put(ascii(identity.paddedRevision()));
    putZeroes(reply, VERSIONS_AT - reply.position());
    reply.putShort((short) SAM_5).putShort((short) SPC_4).putShort((short) commandSet);
    putZeroes(reply, STANDARD_LENGTH - reply.position());
  }

  private void supportedPages(ByteBuffer page) {
    pages.keySet().forEach(code -> page.put(code.byteValue()));
  }

  /** All from the serial number: the same wherever the disk is, and another for another disk. */
  private void designators(ByteBuffer page) {
    if (!identity.serial().isEmpty()) {
      byte[] name = ascii(identity.vendorAndProduct() + identity.serial());
      page.put((byte) ASCII).put((byte) T10_VENDOR_ID).put((byte) 0).put((byte) name.length);
      page.put(name);
      page.put((byte) BINARY).put((byte) NAA).put((byte) 0).put((byte) Long.BYTES);
      page.putLong(locallyAssigned(name));
    }
  }

  /** A name of 64 bits, from a longer one. */
  static long locallyAssigned(byte[] name) {
    byte[] hash = Sha256.start().digest(name);
    return NAA_LOCALLY_ASSIGNED | ByteBuffer.wrap(hash).getLong() >>> 4;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static void putZeroes(ByteBuffer into, int count) {
    for (int i = 0; i < count; i++) {
      into.put((byte) 0);
    }
  }
}
