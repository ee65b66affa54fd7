package dev.virtio4j.report;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a case, on an axis of emulated time; as {@code case.html} draws it.
 *
 * @param buckets the width of the charts
 * @param bands the steps
 * @param activity what the drives did; null if they did nothing
 * @param serialPath when lines came, as a path of SVG
 * @param ticks of the axis
 */
record Timeline(
    int buckets, List<Band> bands, Activity activity, String serialPath, List<Tick> ticks) {

  /** A step, from its start to its end. Places and widths are in percent of the axis. */
  record Band(
      String outcome,
      String stepAnchor,
      String left,
      String width,
      boolean wide,
      int number,
      String text) {}

  /** The charts of requests and bytes. */
  record Activity(
      String requests,
      String requestPeak,
      String requestPath,
      String read,
      String written,
      String bytePeak,
      String readPath,
      String writtenPath) {}

  /** A point of the axis. */
  record Tick(String left, String text) {}

  private static final double WIDE = 0.03;
  private static final int MAX_TICKS = 6;

  /**
   * Draws a case.
   *
   * @param result the case
   * @param one where its serial log is
   * @param anchor of the case in the page
   * @return null if no time has passed in it
   */
  static Timeline of(CaseResult result, FinishedCase one, String anchor) throws IOException {
    long total = total(result);
    if (total == 0) {
      return null;
    }
    return new Timeline(
        Buckets.COUNT,
        bands(result, total, anchor),
        activity(result.activity(), total),
        serialPath(one, total),
        ticks(total));
  }

  /** The end of the axis, in nanoseconds. */
  static long total(CaseResult result) {
    long total = result.emulated().toNanos();
    for (StepResult step : result.steps()) {
      total = Math.max(total, step.end().toNanos());
    }
    for (Sample sample : result.activity()) {
      total = Math.max(total, sample.time().toNanos());
    }
    return total;
  }

  private static List<Band> bands(CaseResult result, long total, String anchor) {
    List<Band> bands = new ArrayList<>();
    for (StepResult step : result.steps()) {
      double start = step.start().toNanos() / (double) total;
      double width = step.end().minus(step.start()).toNanos() / (double) total;
      int number = bands.size() + 1;
      bands.add(
          new Band(
              PageView.name(step.outcome()),
              anchor + "s" + number,
              Figures.percent(Math.min(start, 0.995)), // its 4 pixels stay inside
              Figures.percent(width),
              width >= WIDE,
              number,
              step.text()));
    }
    return bands;
  }

  private static Activity activity(List<Sample> samples, long total) {
    if (samples.isEmpty() || samples.get(samples.size() - 1).requests() == 0) {
      return null;
    }
    Buckets requests = new Buckets(total);
    Buckets read = new Buckets(total);
    Buckets written = new Buckets(total);
    Sample before = new Sample(Duration.ZERO, 0, 0, 0);
    for (Sample sample : samples) {
      long from = before.time().toNanos();
      long to = sample.time().toNanos();
      requests.add(from, to, sample.requests() - before.requests());
      read.add(from, to, sample.bytesRead() - before.bytesRead());
      written.add(from, to, sample.bytesWritten() - before.bytesWritten());
      before = sample;
    }
    double bytePeak = Math.max(read.peak(), written.peak());
    return new Activity(
        Figures.count(before.requests()),
        Figures.count(requests.peakRate()) + "/s",
        requests.path(40, 37, requests.peak()),
        Figures.bytes(before.bytesRead()),
        Figures.bytes(before.bytesWritten()),
        Figures.bytes(Math.max(read.peakRate(), written.peakRate())) + "/s",
        read.path(40, 37, bytePeak),
        written.path(40, -37, bytePeak));
  }

  private static String serialPath(FinishedCase one, long total) throws IOException {
    Buckets lines = new Buckets(total);
    SerialReader.read(one.files(), line -> lines.add(line.nanos(), 1));
    return lines.path(20, 18, lines.peak());
  }

  /** At round times: 1, 2 or 5 of some power of ten apart. */
  private static List<Tick> ticks(long total) {
    long power = 1;
    while (power * 10 * MAX_TICKS < total) {
      power *= 10;
    }
    long step = power;
    for (int factor : new int[] {2, 5, 10}) {
      if (step * MAX_TICKS < total) {
        step = power * factor;
      }
    }
    List<Tick> ticks = new ArrayList<>();
    for (long at = 0; at <= total * 0.97; at += step) {
      ticks.add(new Tick(Figures.percent(at / (double) total), label(at, step)));
    }
    return ticks;
  }

  /** All in the same unit. */
  private static String label(long nanos, long step) {
    if (step >= 1_000_000_000) {
      return nanos / 1_000_000_000 + " s";
    } else if (step >= 100_000_000) {
      return Figures.format("%.1f s", nanos / 1e9);
    } else if (step >= 1_000_000) {
      return nanos / 1_000_000 + " ms";
    }
    return nanos / 1000 + " µs";
  }
}
