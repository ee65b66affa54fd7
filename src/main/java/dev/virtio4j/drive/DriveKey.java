package dev.virtio4j.drive;

import dev.virtio4j.descriptor.DeviceOption;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys of {@code --drive}: the options of our devices in plugin-descriptor.xml, from which come
 * what may stand behind the equals sign, the defaults, the help, the table in the README (a test
 * compares it) and the error messages. A default is read as if it were written; {@link DriveValues}
 * reads all.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the map
public enum DriveKey {
  // spotless:off
  /** file= */                FILE               ("file"),
  /** id= */                  ID                 ("id"),
  /** if= */                  IF                 ("if"),
  /** bus= */                 BUS                ("bus"),
  /** target= */              TARGET             ("target"),
  /** lun= */                 LUN                ("lun"),
  /** media= */               MEDIA              ("media"),
  /** format= */              FORMAT             ("format"),
  /** base= */                BASE               ("base"),
  /** base-format= */         BASE_FORMAT        ("base-format"),
  /** backing= */             BACKING            ("backing"),
  /** backing-format= */      BACKING_FORMAT     ("backing-format"),
  /** readonly= */            READONLY           ("readonly"),
  /** serial= */              SERIAL             ("serial"),
  /** logical_block_size= */  LOGICAL_BLOCK_SIZE ("logical_block_size"),
  /** physical_block_size= */ PHYSICAL_BLOCK_SIZE("physical_block_size"),
  /** min_io_size= */         MIN_IO_SIZE        ("min_io_size"),
  /** opt_io_size= */         OPT_IO_SIZE        ("opt_io_size"),
  /** cyls= */                CYLS               ("cyls"),
  /** heads= */               HEADS              ("heads"),
  /** secs= */                SECS               ("secs"),
  /** discard= */             DISCARD            ("discard"),
  /** cache= */               CACHE              ("cache"),
  /** rerror= */              RERROR             ("rerror"),
  /** werror= */              WERROR             ("werror"),
  /** num-queues= */          NUM_QUEUES         ("num-queues"),
  /** queue-size= */          QUEUE_SIZE         ("queue-size"),
  /** spec= */                SPEC               ("spec"),
  /** fault= */               FAULT              ("fault"),
  /** latency= */             LATENCY            ("latency"),
  /** bps= */                 BPS                ("bps"),
  /** bps_rd= */              BPS_RD             ("bps_rd"),
  /** bps_wr= */              BPS_WR             ("bps_wr"),
  /** iops= */                IOPS               ("iops"),
  /** iops_rd= */             IOPS_RD            ("iops_rd"),
  /** iops_wr= */             IOPS_WR            ("iops_wr");
  // spotless:on

  /** Those that say what the image is. */
  static final Set<DriveKey> OF_IMAGE =
      EnumSet.of(FILE, FORMAT, BASE, BASE_FORMAT, BACKING, BACKING_FORMAT, FAULT);

  /** Those that say what the SCSI host is; the drives of a bus share them. */
  public static final Set<DriveKey> OF_HOST = EnumSet.of(NUM_QUEUES, QUEUE_SIZE, SPEC);

  private final String id;

  /** What the descriptor says, of each kind of drive that has the key; there is one at least. */
  private final Map<DriveKind, DeviceOption> options = new EnumMap<>(DriveKind.class);

  DriveKey(String id) {
    this.id = id;
    for (DriveKind kind : DriveKind.values()) {
      kind.type().find(id).ifPresent(option -> options.put(kind, option));
    }
  }

  private DeviceOption option() {
    return options.values().iterator().next();
  }

  /**
   * Finds a key.
   *
   * @param id what stands before the equals sign
   * @return the key
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static DriveKey of(String id) {
    return Arrays.stream(values())
        .filter(key -> key.id.equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("unknown key '" + id + "'; " + list()));
  }

  /** All keys, in words. */
  static String list() {
    return "the keys are "
        + Arrays.stream(values()).map(DriveKey::id).collect(Collectors.joining(", "));
  }

  /** {@return what stands before the equals sign} */
  public String id() {
    return id;
  }

  /**
   * {@return what may stand behind it: words with a bar between them, or in capitals what it is}
   */
  public String syntax() {
    return isChoice() ? String.join("|", words()) : option().type().name();
  }

  private boolean isChoice() {
    return option().type() == DeviceOption.Type.CHOICE;
  }

  /** {@return the value where none is given; empty for nothing} */
  public String byDefault() {
    return option().byDefault();
  }

  /**
   * The value where none is given for one kind of drive.
   *
   * @param kind the kind
   * @return its value; empty for nothing
   */
  String byDefault(DriveKind kind) {
    return options.getOrDefault(kind, option()).byDefault();
  }

  /**
   * Tells whether a drive of some kind has this key.
   *
   * @param kind the kind
   * @return whether it has
   */
  public boolean isOf(DriveKind kind) {
    return options.containsKey(kind);
  }

  /** {@return what it is for} */
  public String help() {
    return option().help();
  }

  /** {@return the words of a choice; for other keys what their values are} */
  public List<String> words() {
    return isChoice()
        ? options.values().stream().flatMap(option -> option.values().stream()).distinct().toList()
        : List.of(syntax());
  }

  /** What may stand behind the equals sign, for a message. */
  String allowed() {
    return switch (option().type()) {
      case TEXT, FILE -> "a text; " + help();
      case NAME -> "letters, digits, '.', '_' and '-'";
      case NUMBER -> "a number; " + help();
      case SIZE -> "a " + Sizes.EXAMPLES + "; " + help();
      case TIME -> "a time such as 100us or 5ms; " + help();
      case CHOICE -> String.join(", ", words()).replaceFirst(", (?=[^,]*$)", " or ");
    };
  }
}
