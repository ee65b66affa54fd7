package dev.virtio4j.report;

import java.time.Duration;
import java.util.Locale;

/** Figures as people read them. */
final class Figures {
  private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Figures() {}

  /** Such as {@code 340 µs}, {@code 12 ms}, {@code 1.25 s} or {@code 3 min 07 s}. */
  static String time(Duration time) {
    long nanos = time.toNanos();
    if (nanos == 0) {
      return "0 s";
    } else if (nanos < 999_500) {
      return format("%d µs", Math.round(nanos / 1e3));
    } else if (nanos < 999_500_000) {
      return format("%d ms", Math.round(nanos / 1e6));
    } else if (nanos < 59_995_000_000L) {
      return format("%.2f s", nanos / 1e9);
    }
    long seconds = Math.round(nanos / 1e9);
    if (seconds < 3600) {
      return format("%d min %02d s", seconds / 60, seconds % 60);
    }
    return format("%d h %02d min", seconds / 3600, seconds % 3600 / 60);
  }

  static String bytes(long bytes) {
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return format(unit == 0 || value >= 99.5 ? "%.0f %s" : "%.1f %s", value, BYTE_UNITS[unit]);
  }

  static String count(long count) {
    return format("%,d", count);
  }

  /** A part of a whole, in percent. */
  static String percent(double part) {
    return format("%.2f", 100 * Math.max(0, Math.min(1, part)));
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
