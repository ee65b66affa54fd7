package dev.virtio4j.scsi;

import dev.virtio4j.scsi.Disc.Profile;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;

/**
 * GET CONFIGURATION (MMC-6): what the drive can do, as features, of which those are current that
 * the medium in it allows for. Everything works without a medium.
 */
final class DriveFeatures {
  // The RT field: which features are wanted, from the starting feature number on.
  private static final int ALL = 0;
  private static final int CURRENT = 1;
  private static final int ONE = 2;
  private static final int REQUESTED_TYPE = 0x03;

  private static final int PERSISTENT_BIT = 0x02;
  private static final int CURRENT_BIT = 0x01;

  /** The media for which a feature is current; one that is for all is persistent. */
  private enum Media {
    ALL,
    MEDIUM,
    CD,
    DVD;

    boolean holds(Profile profile) {
      return switch (this) {
        case ALL -> true;
        case MEDIUM -> profile != Profile.NONE;
        case CD -> profile == Profile.CD_ROM;
        case DVD -> profile == Profile.DVD_ROM;
      };
    }
  }

  /** In the order of their numbers. */
  private enum Feature {
    // spotless:off
    /** Each profile is followed by whether it is the current one. */
    PROFILE_LIST    (0x0000, 0, Media.ALL,    "0010 00 00  0008 00 00"),
    /** On SCSI; what follows the end of a block is refused (DBE). */
    CORE            (0x0001, 2, Media.ALL,    "00000001 01 000000"),
    /** Events are polled. Operational changes can be asked for, and there are none. */
    MORPHING        (0x0002, 1, Media.ALL,    "02 000000"),
    /** A tray that loads, ejects and can be locked, and isn't at first. */
    REMOVABLE_MEDIUM(0x0003, 2, Media.ALL,    "39 000000"),
    /** Blocks of 2048 bytes, each by itself; mode page 01h is there. */
    RANDOM_READABLE (0x0010, 0, Media.MEDIUM, "00000800 0001 01 00"),
    /** No C2 pointers, no CD-Text. */
    CD_READ         (0x001E, 2, Media.CD,     "00 000000"),
    DVD_READ        (0x001F, 1, Media.DVD,    "00 00 00 00");
    // spotless:on

    private static final List<Feature> LIST = List.of(values());

    private final int number;
    private final int version;
    private final Media media;
    private final String data;

    Feature(int number, int version, Media media, String data) {
      this.number = number;
      this.version = version;
      this.media = media;
      this.data = data.replace(" ", "");
    }

    private boolean isWanted(int type, int start, Profile profile) {
      return type == ONE
          ? number == start
          : number >= start && (type == ALL || media.holds(profile));
    }

    private void put(Profile profile, ByteBuffer reply) {
      int persistent = media == Media.ALL ? PERSISTENT_BIT : 0;
      int current = media.holds(profile) ? CURRENT_BIT : 0;
      reply.putShort((short) number).put((byte) (version << 2 | persistent | current));
      reply.put((byte) (data.length() / 2));
      int dataAt = reply.position();
      reply.put(HexFormat.of().parseHex(data));
      if (this == PROFILE_LIST) {
        for (int at = dataAt; at < reply.position(); at += 4) {
          reply.put(at + 2, (byte) (reply.getShort(at) == profile.number ? CURRENT_BIT : 0));
        }
      }
    }
  }

  private DriveFeatures() {}

  static void send(Profile profile, Task task) {
    int type = task.u8(1) & REQUESTED_TYPE;
    if (type != ALL && type != CURRENT && type != ONE) {
      task.invalidField(1, 1);
      return;
    }
    ByteBuffer reply = task.reply().putInt(0).putShort((short) 0).putShort((short) profile.number);
    for (Feature feature : Feature.LIST) {
      if (feature.isWanted(type, task.u16(2), profile)) {
        feature.put(profile, reply);
      }
    }
    reply.putInt(0, reply.position() - Integer.BYTES);
    task.send(task.u16(7));
  }
}
