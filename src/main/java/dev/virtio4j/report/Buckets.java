package dev.virtio4j.report;

import java.util.Arrays;

/** What there was in each of the equal parts of a time, drawn as an area of steps. */
final class Buckets {
  /** How many parts. */
  static final int COUNT = 160;

  private final double[] values = new double[COUNT];
  private final double total;

  /**
   * Nothing yet.
   *
   * @param total the whole time, in nanoseconds
   */
  Buckets(long total) {
    this.total = total;
  }

  /** Adds something that was at a point in time. */
  void add(long nanos, long value) {
    values[index(nanos)] += value;
  }

  /** Adds something that was spread evenly over a time. */
  void add(long from, long to, long value) {
    int first = index(from);
    int last = index(to);
    if (first == last || to <= from) {
      values[last] += value;
      return;
    }
    for (int i = first; i <= last; i++) {
      double start = Math.max((double) from, i * total / COUNT);
      double end = Math.min((double) to, (i + 1) * total / COUNT);
      values[i] += Math.max(0, end - start) / (to - from) * value;
    }
  }

  private int index(long nanos) {
    return (int) Math.max(0, Math.min(COUNT - 1, nanos / total * COUNT));
  }

  double peak() {
    return Arrays.stream(values).max().orElseThrow();
  }

  /**
   * What the peak would be in a second.
   *
   * @return per second
   */
  long peakRate() {
    return Math.round(peak() / (total / COUNT / 1e9));
  }

  /**
   * The area between a line and the values.
   *
   * @param base where the line is
   * @param height of the highest value above it; below it if that is negative
   * @param highest that value
   * @return a path of SVG, one unit wide for each part
   */
  String path(double base, double height, double highest) {
    StringBuilder path = new StringBuilder(Figures.format("M0 %.0f", base));
    double before = base;
    for (int i = 0; i < COUNT; i++) {
      double y = highest == 0 ? base : base - height * values[i] / highest;
      if (i == 0 || Math.abs(y - before) >= 0.05) {
        path.append(Figures.format("H%dV%.1f", i, y));
        before = y;
      }
    }
    return path.append(Figures.format("H%dV%.0fZ", COUNT, base)).toString();
  }
}
