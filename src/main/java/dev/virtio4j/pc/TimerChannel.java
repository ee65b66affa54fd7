package dev.virtio4j.pc;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;

/**
 * One counter of an 8254, as a function of time: it keeps when and with what its counting element
 * was last loaded, and works out count and output from that. So it costs nothing while nobody
 * looks, and does not drift.
 *
 * <p>Time is in pulses of CLK since switch-on. A count that is written is loaded with the next
 * pulse; in modes 2 and 3, while counting, at the end of the period or half-period; in modes 1 and
 * 5 with the pulse after a rising edge of GATE.
 */
final class TimerChannel implements Stateful {
  /** A time that never comes. */
  static final long NEVER = Long.MAX_VALUE;

  // Bits 5 and 4 of the control word: which bytes of the count are read and written.
  private static final int LOW_BYTE = 1;
  private static final int HIGH_BYTE = 2;
  private static final int LOW_THEN_HIGH = 3;

  /** Bits 5 to 0 of the last control word, which status gives back as written. */
  private int control = (LOW_THEN_HIGH << 4) | (3 << 1);

  private boolean gate;

  // The counting element. While it stands still, elapsed says how far it had come.
  private boolean loaded;
  private boolean counting;
  private int count;
  private long loadedAt;
  private long elapsed;

  /** Mode 3: whether the half-period that began with the load is the high one. */
  private boolean startsHigh;

  // The count register, and when it will be loaded.
  private boolean written;
  private int reload;
  private long loadAt = NEVER;
  private boolean nullCount = true;

  // The byte-wide port.
  private int lowByteWritten;
  private boolean highByteIsWrittenNext;
  private boolean highByteIsReadNext;
  private boolean countLatched;
  private int latchedCount;
  private boolean statusLatched;
  private int latchedStatus;

  TimerChannel(boolean gate) {
    this.gate = gate;
  }

  /** Takes a control word that selects this counter and is no latch command. */
  void writeControl(int value, long now) {
    synchronize(now);
    elapsed = sinceLoad(now);
    counting = false;
    loaded = false;
    written = false;
    loadAt = NEVER;
    nullCount = true;
    control = value & 0x3F;
    highByteIsWrittenNext = false;
    highByteIsReadNext = false;
    countLatched = false;
    statusLatched = false;
  }

  /** Takes a byte of the count. */
  void writeCount(int value, long now) {
    synchronize(now);
    switch (access()) {
      case LOW_BYTE -> setReload(value, now);
      case HIGH_BYTE -> setReload(value << 8, now);
      default -> {
        if (highByteIsWrittenNext) {
          setReload((value << 8) | lowByteWritten, now);
        } else {
          lowByteWritten = value;
          if (mode() == 0) {
            // The first byte stops the count and takes OUT low.
            elapsed = sinceLoad(now);
            loaded = false;
            counting = false;
          }
        }
        highByteIsWrittenNext = !highByteIsWrittenNext;
      }
    }
  }

  private void setReload(int value, long now) {
    reload = toCount(value);
    written = true;
    nullCount = true;
    switch (mode()) {
      case 0, 4 -> loadAt = now + 1;
      case 2, 3 -> loadAt = loaded && counting ? endOfPeriod(now) : now + 1;
      default -> {
        // Modes 1 and 5 wait for GATE.
      }
    }
    if (mode() == 0) {
      loaded = false;
    }
  }

  /** Drives GATE. */
  void setGate(boolean level, long now) {
    if (level == gate) {
      return;
    }
    synchronize(now);
    gate = level;
    boolean triggered = mode() != 0 && mode() != 4;
    if (level && triggered && written) {
      loadAt = now + 1;
    } else if (level && loaded && !triggered) {
      loadedAt = now - elapsed;
      counting = true;
    } else if (!level && counting && mode() != 1 && mode() != 5) {
      elapsed = sinceLoad(now);
      counting = false;
    }
  }

  /** Latches the count, unless one is latched and not yet read. */
  void latchCount(long now) {
    if (!countLatched) {
      latchedCount = readCount(now);
      countLatched = true;
    }
  }

  /** Latches the status, unless one is latched and not yet read. */
  void latchStatus(long now) {
    if (!statusLatched) {
      latchedStatus = (output(now) ? 0x80 : 0) | (nullCount ? 0x40 : 0) | control;
      statusLatched = true;
    }
  }

  /** Reads the next byte: of the latched status, the latched count, or the count as it is. */
  int read(long now) {
    if (statusLatched) {
      statusLatched = false;
      return latchedStatus;
    }
    int value = countLatched ? latchedCount : readCount(now);
    boolean high = access() == HIGH_BYTE || (access() == LOW_THEN_HIGH && highByteIsReadNext);
    if (access() == LOW_THEN_HIGH) {
      highByteIsReadNext = !highByteIsReadNext;
    }
    if (high || access() == LOW_BYTE) {
      countLatched = false;
    }
    return high ? value >> 8 : value & 0xFF;
  }

  /** The level of OUT. */
  boolean output(long now) {
    synchronize(now);
    long pulses = sinceLoad(now);
    if (!loaded) {
      return mode() != 0;
    }
    return switch (mode()) {
      case 0, 1 -> pulses >= count;
      case 2 -> !counting || pulses % count != count - 1;
      case 3 -> !counting || halfIsHigh(pulses);
      default -> !counting || pulses != count;
    };
  }

  /** When OUT may change next, or a count be loaded; later than now, or {@link #NEVER}. */
  long nextChange(long now) {
    synchronize(now);
    long change = loaded && counting ? nextEdge(now) : NEVER;
    return Math.min(change, loadAt);
  }

  private long nextEdge(long now) {
    long pulses = now - loadedAt;
    long phase = pulses % count;
    long next =
        switch (mode()) {
          case 0, 1 -> pulses < count ? count : NEVER;
          case 2 -> phase < count - 1 ? pulses - phase + count - 1 : pulses + 1;
          case 3 -> pulses - phase + (phase < firstHalf() ? firstHalf() : count);
          default -> pulses < count ? count : pulses == count ? pulses + 1 : NEVER;
        };
    return next == NEVER ? NEVER : loadedAt + next;
  }

  /** Loads the counting element if its time has come. */
  private void synchronize(long now) {
    if (loadAt > now) {
      return;
    }
    // In mode 3 a new count that comes into effect within a period begins with its other half.
    startsHigh = !(loaded && counting) || !halfIsHigh(loadAt - loadedAt - 1);
    count = reload;
    loadedAt = loadAt;
    elapsed = 0;
    loaded = true;
    counting = gate || mode() == 1 || mode() == 5;
    loadAt = NEVER;
    nullCount = false;
  }

  /** How many pulses were counted since the load. */
  private long sinceLoad(long now) {
    return counting ? now - loadedAt : elapsed;
  }

  /** The end of the running period of mode 2, or half-period of mode 3; later than now. */
  private long endOfPeriod(long now) {
    long pulses = now - loadedAt;
    long phase = pulses % count;
    boolean inFirstHalf = mode() == 3 && phase < firstHalf();
    return now - phase + (inFirstHalf ? firstHalf() : count);
  }

  /** The length of the first half-period; the high one has the pulse more of an odd count. */
  private int firstHalf() {
    return startsHigh ? (count + 1) / 2 : count / 2;
  }

  private boolean halfIsHigh(long pulses) {
    return (pulses % count < firstHalf()) == startsHigh;
  }

  /** The counting element as it is read: 16 bits, binary or BCD. */
  private int readCount(long now) {
    synchronize(now);
    if (!loaded && loadAt != NEVER) {
      // on a PC the read takes longer than the pulse that loads it
      return toRegister((mode() == 3 ? reload & ~1 : reload) % modulus());
    }
    if (count == 0) {
      return 0;
    }
    long pulses = sinceLoad(now);
    long phase = pulses % count;
    long value =
        switch (mode()) {
          case 2 -> count - phase;
          case 3 -> (count & ~1) - 2 * (phase < firstHalf() ? phase : phase - firstHalf());
          default -> Math.floorMod(count - pulses, modulus());
        };
    return toRegister((int) (value % modulus()));
  }

  private int mode() {
    int mode = (control >> 1) & 7;
    return mode > 5 ? mode - 4 : mode;
  }

  private int access() {
    return control >> 4;
  }

  private boolean decimal() {
    return (control & 1) != 0;
  }

  private int modulus() {
    return decimal() ? 10_000 : 0x10000;
  }

  /** How many pulses a count register stands for: 0 is the largest, and 1 is none in mode 2. */
  private int toCount(int register) {
    int value = register;
    if (decimal()) {
      value =
          (register >> 12) * 1000
              + ((register >> 8) & 15) * 100
              + ((register >> 4) & 15) * 10
              + (register & 15);
    }
    boolean periodic = mode() == 2 || mode() == 3;
    return value == 0 ? modulus() : periodic ? Math.max(2, value) : value;
  }

  private int toRegister(int value) {
    if (!decimal()) {
      return value;
    }
    int thousands = value / 1000;
    int hundreds = value / 100 % 10;
    int tens = value / 10 % 10;
    return (thousands << 12) | (hundreds << 8) | (tens << 4) | (value % 10);
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("counter", 1);
    out.i32(control);
    out.flag(gate);
    out.flag(loaded);
    out.flag(counting);
    out.i32(count);
    out.i64(loadedAt);
    out.i64(elapsed);
    out.flag(startsHigh);
    out.flag(written);
    out.i32(reload);
    out.i64(loadAt);
    out.flag(nullCount);
    out.i32(lowByteWritten);
    out.flag(highByteIsWrittenNext);
    out.flag(highByteIsReadNext);
    out.flag(countLatched);
    out.i32(latchedCount);
    out.flag(statusLatched);
    out.i32(latchedStatus);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("counter", 1);
    control = in.i32(0, 0x3F, "the control word");
    gate = in.flag();
    loaded = in.flag();
    counting = in.flag();
    count = in.i32(loaded ? 1 : 0, 0x10000, "the count");
    loadedAt = in.i64();
    elapsed = in.i64();
    startsHigh = in.flag();
    written = in.flag();
    reload = in.i32(written ? 1 : 0, 0x10000, "the count register");
    loadAt = in.i64();
    if (loadAt != NEVER && !written) {
      throw in.wrong("loads a count that was never written");
    }
    nullCount = in.flag();
    lowByteWritten = in.i32(0, 0xFF, "the low byte");
    highByteIsWrittenNext = in.flag();
    highByteIsReadNext = in.flag();
    countLatched = in.flag();
    latchedCount = in.i32(0, 0xFFFF, "the latched count");
    statusLatched = in.flag();
    latchedStatus = in.i32(0, 0xFF, "the latched status");
    in.end();
  }
}
