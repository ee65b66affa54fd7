package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.BytePortDevice;
import dev.virtio4j.pc.memory.IoPorts;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * The MC146818A real-time clock with 128 bytes of CMOS memory, behind an index at port 70h and a
 * data port at 71h.
 *
 * <pre>
 *   00h to 09h  seconds, its alarm, minutes, its alarm, hours, its alarm, weekday, day, month, year
 *   0Ah to 0Dh  the registers A to D
 *   0Eh to 7Fh  memory, of which firmware keeps the first part
 * </pre>
 *
 * <p>Once a second an update cycle advances the time and sets flags; it is announced by UIP 244
 * microseconds ahead, and takes no time itself.
 */
final class RealTimeClock implements BytePortDevice, Stateful {
  static final int INDEX = 0x70;
  static final int DATA = 0x71;

  private static final int SECONDS = 0x00;
  private static final int MINUTES = 0x02;
  private static final int HOURS = 0x04;
  private static final int WEEKDAY = 0x06;
  private static final int DAY = 0x07;
  private static final int MONTH = 0x08;
  private static final int YEAR = 0x09;
  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int D = 0x0D;

  // The memory that firmware fills with what it found; sizes are in KiB where not said otherwise.
  private static final int EQUIPMENT = 0x14;
  private static final int BASE_MEMORY = 0x15;
  private static final int EXTENDED_MEMORY = 0x17;
  private static final int EXTENDED_MEMORY_COPY = 0x30;
  private static final int CENTURY = 0x32;
  private static final int MEMORY_ABOVE_16M_IN_64K = 0x34;

  /** What SeaBIOS boots from, four bits each from bit 0 on, as it has it on Bochs. */
  private static final int BOOT_ORDER = 0x3D;

  private static final int BOOT_DISK = 2;
  private static final int BOOT_CDROM = 3;

  private static final int UPDATE_IN_PROGRESS = 0x80; // register A
  private static final int DIVIDER_RESET = 0x60;
  private static final int SET = 0x80; // register B
  private static final int UPDATE_ENABLE = 0x10;
  private static final int BINARY = 0x04;
  private static final int HOURS_24 = 0x02;
  private static final int INTERRUPT_REQUEST = 0x80; // register C
  private static final int PERIODIC_FLAG = 0x40;
  private static final int ALARM_FLAG = 0x20;
  private static final int UPDATE_FLAG = 0x10;
  private static final int FLAGS = PERIODIC_FLAG | ALARM_FLAG | UPDATE_FLAG;
  private static final int VALID_TIME = 0x80; // register D
  private static final int PM = 0x80; // hours, if they count to 12

  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long UPDATE_NOTICE = 244_140;

  private final EventClock clock;
  private final InterruptLine irq8;
  private final EventClock.Timer updateTimer;
  private final EventClock.Timer periodicTimer;
  private final byte[] cmos = new byte[128];
  private int index;

  private long nextUpdate;
  private long nextPeriod = Long.MAX_VALUE;

  /**
   * Makes a clock that runs, in BCD and 24 hours, with the memory sizes that firmware would have
   * put into its CMOS memory.
   *
   * @param clock the emulated time
   * @param irq8 the interrupt output
   * @param startSeconds what the time is at switch-on, in seconds since 1970 in UTC; the year is
   *     1970 to 2099
   * @param memoryBytes how much RAM there is, at least 1 MiB
   */
  RealTimeClock(EventClock clock, InterruptLine irq8, long startSeconds, long memoryBytes) {
    this.clock = clock;
    this.irq8 = irq8;
    updateTimer = clock.timer(this::catchUp);
    periodicTimer = clock.timer(this::catchUp);
    cmos[A] = 0x26; // 32768 Hz, periodic rate 1024 Hz
    cmos[B] = HOURS_24;
    setTime(LocalDateTime.ofEpochSecond(startSeconds, 0, ZoneOffset.UTC));
    setMemorySize(memoryBytes >> 10);
    cmos[EQUIPMENT] = 0x02; // a coprocessor, no floppy drive
    cmos[BOOT_ORDER] = BOOT_CDROM << 4 | BOOT_DISK;
    nextUpdate = clock.now() + NANOS_PER_SECOND;
    updateTimer.at(nextUpdate);
    startPeriod();
  }

  private void setTime(LocalDateTime time) {
    set(SECONDS, time.getSecond());
    set(MINUTES, time.getMinute());
    set(HOURS, time.getHour());
    set(WEEKDAY, time.getDayOfWeek().getValue() % 7 + 1);
    set(DAY, time.getDayOfMonth());
    set(MONTH, time.getMonthValue());
    set(YEAR, time.getYear() % 100);
    set(CENTURY, time.getYear() / 100);
  }

  private void setMemorySize(long kib) {
    setWord(BASE_MEMORY, 640);
    setWord(EXTENDED_MEMORY, kib - 1024);
    setWord(EXTENDED_MEMORY_COPY, kib - 1024);
    setWord(MEMORY_ABOVE_16M_IN_64K, Math.max(0, kib - 16 * 1024) / 64);
  }

  private void setWord(int at, long value) {
    long word = Math.min(value, 0xFFFF);
    cmos[at] = (byte) word;
    cmos[at + 1] = (byte) (word >> 8);
  }

  /** Gives the clock its ports. */
  void map(IoPorts ports) {
    ports.map(INDEX, 2, this);
  }

  @Override
  public String name(int port) {
    return "MC146818";
  }

  @Override
  public int read(int port) {
    if (port != DATA) {
      return 0xFF;
    }
    catchUp();
    return switch (index) {
      case A -> cmos[A] | (updateIsNear() ? UPDATE_IN_PROGRESS : 0);
      case C -> readFlags();
      case D -> VALID_TIME;
      default -> cmos[index];
    };
  }

  @Override
  public void write(int port, int value) {
    if (port == INDEX) {
      // Bit 7 masks NMI, which nothing raises.
      index = value & 0x7F;
      return;
    }
    catchUp();
    switch (index) {
      case A -> writeA(value & ~UPDATE_IN_PROGRESS);
      case B -> {
        // SET clears UIE (data sheet, register B).
        cmos[B] = (byte) ((value & SET) != 0 ? value & ~UPDATE_ENABLE : value);
        updateInterrupt();
      }
      case C, D -> {
        // read only
      }
      default -> cmos[index] = (byte) value;
    }
  }

  private void writeA(int value) {
    boolean ran = dividerRuns();
    cmos[A] = (byte) value;
    if (ran && !dividerRuns()) {
      nextUpdate = Long.MAX_VALUE;
      updateTimer.cancel();
    } else if (!ran && dividerRuns()) {
      // The first update comes half a second after the divider is released.
      nextUpdate = clock.now() + NANOS_PER_SECOND / 2;
      updateTimer.at(nextUpdate);
    }
    startPeriod();
  }

  private boolean dividerRuns() {
    return (cmos[A] & DIVIDER_RESET) != DIVIDER_RESET;
  }

  private boolean updateIsNear() {
    return dividerRuns() && (cmos[B] & SET) == 0 && clock.now() >= nextUpdate - UPDATE_NOTICE;
  }

  /** Reading register C clears it. */
  private int readFlags() {
    int flags = cmos[C];
    cmos[C] = 0;
    updateInterrupt();
    startPeriod();
    return flags;
  }

  /** Runs the updates and the period that have come. */
  private void catchUp() {
    long now = clock.now();
    if (nextPeriod <= now) {
      // The flag stays until register C is read; until then no later period makes a difference.
      nextPeriod = Long.MAX_VALUE;
      cmos[C] |= PERIODIC_FLAG;
    }
    while (nextUpdate <= now) {
      nextUpdate += NANOS_PER_SECOND;
      updateTimer.at(nextUpdate);
      update();
    }
    updateInterrupt();
  }

  private void updateInterrupt() {
    int flags = cmos[C] & FLAGS;
    boolean asserted = (flags & cmos[B]) != 0;
    cmos[C] = (byte) (flags | (asserted ? INTERRUPT_REQUEST : 0));
    irq8.set(asserted);
  }

  /** Awaits the next period of the rate in register A. */
  private void startPeriod() {
    int rate = cmos[A] & 0x0F;
    nextPeriod = Long.MAX_VALUE;
    periodicTimer.cancel();
    if (rate != 0 && dividerRuns() && (cmos[C] & PERIODIC_FLAG) == 0) {
      // In cycles of 32768 Hz, which take 1953125/64 nanoseconds; rates 1 and 2 repeat 8 and 9.
      // Every period divides the second, so they count from the last update.
      long lastUpdate = nextUpdate - NANOS_PER_SECOND;
      long period = 1L << (rate <= 2 ? rate + 6 : rate - 1);
      long cycles = (clock.now() - lastUpdate) * 64 / 1_953_125;
      long next = (cycles / period + 1) * period;
      nextPeriod = lastUpdate + (next * 1_953_125 + 63) / 64;
      periodicTimer.at(nextPeriod);
    }
  }

  /** The update cycle. */
  private void update() {
    if ((cmos[B] & SET) != 0) {
      return;
    }
    advance();
    cmos[C] |= UPDATE_FLAG;
    if (alarmMatches(SECONDS) && alarmMatches(MINUTES) && alarmMatches(HOURS)) {
      cmos[C] |= ALARM_FLAG;
    }
  }

  /** An alarm byte, behind that of the time, from C0h up matches always. */
  private boolean alarmMatches(int field) {
    int alarm = cmos[field + 1];
    return (alarm & 0xC0) == 0xC0 || alarm == cmos[field];
  }

  /** Advances the time by a second, from whatever the guest wrote. */
  private void advance() {
    boolean newDay = count(SECONDS, 0, 59) && count(MINUTES, 0, 59) && count(HOURS, 0, 23);
    if (newDay) {
      count(WEEKDAY, 1, 7);
      boolean newYear = count(DAY, 1, daysInMonth()) && count(MONTH, 1, 12);
      if (newYear && count(YEAR, 0, 99)) {
        count(CENTURY, 0, 99);
      }
    }
  }

  /** Counts a field up, and tells whether it went round. */
  private boolean count(int field, int first, int last) {
    int value = get(field);
    set(field, value < last ? value + 1 : first);
    return value >= last;
  }

  private int daysInMonth() {
    int month = get(MONTH);
    return month < 1 || month > 12 ? 31 : YearMonth.of(2000 + get(YEAR), month).lengthOfMonth();
  }

  private int get(int field) {
    int raw = cmos[field] & 0xFF;
    if (field != HOURS || (cmos[B] & HOURS_24) != 0) {
      return decode(raw);
    }
    return decode(raw & ~PM) % 12 + ((raw & PM) != 0 ? 12 : 0);
  }

  private void set(int field, int value) {
    if (field != HOURS || (cmos[B] & HOURS_24) != 0) {
      cmos[field] = encode(value);
    } else {
      int hour = value % 12 == 0 ? 12 : value % 12;
      cmos[field] = (byte) (encode(hour) | (value >= 12 ? PM : 0));
    }
  }

  private int decode(int raw) {
    return (cmos[B] & BINARY) != 0 ? raw : (raw >> 4) * 10 + (raw & 0x0F);
  }

  private byte encode(int value) {
    return (byte) ((cmos[B] & BINARY) != 0 ? value : ((value / 10) << 4) | (value % 10));
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("MC146818", 1);
    out.bytes(cmos);
    out.i32(index);
    out.i64(nextUpdate);
    out.i64(nextPeriod);
    updateTimer.save(out);
    periodicTimer.save(out);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("MC146818", 1);
    in.bytes(cmos);
    index = in.i32(0, cmos.length - 1, "the index");
    nextUpdate = in.i64();
    nextPeriod = in.i64();
    updateTimer.load(in);
    periodicTimer.load(in);
    in.end();
    updateInterrupt();
  }
}
