package dev.virtio4j.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The page of a report, as {@code page.html} shows it. That template and {@code case.html} escape
 * all that they take from here. Cases are read while they are written.
 */
record PageView(
    String suite,
    String outcome,
    String verdict,
    String iconColour,
    String totals,
    int all,
    List<Count> counts,
    String started,
    String wall,
    String shard,
    String version,
    boolean hasTiles,
    List<Grid.Tile> tiles,
    List<Grid> grids,
    Mustache.Lambda cases) {

  /** How many cases ended in one way. */
  record Count(String outcome, String word, String label, int count, boolean some) {}

  /** Cases that are open from the start: the first that failed. */
  private static final int MAX_OPEN = 3;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /**
   * Writes the page.
   *
   * @param run what it shows
   * @param out where to
   */
  static void write(FinishedRun run, Writer out) throws IOException {
    try (Reader page = template("page.html")) {
      Mustache.compiler().withLoader(PageView::template).compile(page).execute(of(run), out);
    }
  }

  private static Reader template(String name) {
    InputStream in = Objects.requireNonNull(PageView.class.getResourceAsStream(name), name);
    return new InputStreamReader(in, StandardCharsets.UTF_8);
  }

  private static PageView of(FinishedRun run) {
    boolean failed = run.totals().isFailure();
    List<Grid.Tile> tiles = new ArrayList<>();
    for (FinishedCase one : run.cases()) {
      tiles.add(
          new Grid.Tile(
              "c" + (tiles.size() + 1),
              name(one.outcome()),
              one.id(),
              took(one.wall()),
              one.axes()));
    }
    List<Grid.Tile> alone = tiles.stream().filter(tile -> tile.axes().isEmpty()).toList();
    return new PageView(
        run.info().suite(),
        name(failed ? Outcome.FAILED : Outcome.PASSED),
        failed ? "Failed" : "Passed",
        failed ? "d22" : "2a5",
        run.totals().toString(),
        run.totals().all(),
        counts(run.totals()),
        time(run.info().started()),
        Figures.time(run.wall()),
        run.info().shard() == null ? null : run.info().shard().toString(),
        run.info().version(),
        !alone.isEmpty(),
        alone,
        Grid.of(tiles),
        (fragment, out) -> writeCases(run, fragment, out));
  }

  private static List<Count> counts(Totals totals) {
    return List.of(
        count(Outcome.FAILED, "failed", "Failed", totals.failed()),
        count(Outcome.ERROR, totals.errors() == 1 ? "error" : "errors", "Errors", totals.errors()),
        count(Outcome.PASSED, "passed", "Passed", totals.passed()),
        count(Outcome.SKIPPED, "skipped", "Skipped", totals.skipped()));
  }

  private static Count count(Outcome outcome, String word, String label, int count) {
    return new Count(name(outcome), word, label, count, count > 0);
  }

  private static void writeCases(FinishedRun run, Template.Fragment fragment, Writer out)
      throws IOException {
    int open = 0;
    int number = 0;
    for (FinishedCase one : run.cases()) {
      boolean opens = run.cases().size() == 1 || (one.outcome().isFailure() && open++ < MAX_OPEN);
      fragment.execute(CaseView.of(one, "c" + ++number, opens), out);
    }
  }

  /** The name of the class that the page's style has for an outcome. */
  static String name(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  /** How long a case took; nothing of one that was not run. */
  static String took(Duration wall) {
    return wall.isZero() ? "" : Figures.time(wall);
  }

  static String time(Instant time) {
    return TIME.format(time);
  }
}
