package dev.virtio4j.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The cases of a matrix as a table: the last axes across, the names and the other axes down.
 *
 * @param headers a row for each axis across
 * @param rows a row for each name and each combination of the other axes
 */
record Grid(List<Header> headers, List<Row> rows) {
  /** The values of one axis. */
  record Header(String axis, List<Span> spans) {}

  /** A value, over all columns that have it side by side. */
  record Span(String value, int columns) {}

  /** Cases with the same name and values down; failed if one of them is. */
  record Row(String outcome, String name, List<String> values, List<Cell> cells) {}

  /** A case; {@code one} is null where there is none. */
  record Cell(Tile one) {}

  /** A case in the overview. */
  record Tile(String anchor, String outcome, String name, String wall, Map<String, String> axes) {
    /** The name without the axes. */
    String base() {
      int bracket = name.indexOf('[');
      return bracket < 0 ? name : name.substring(0, bracket);
    }

    private List<String> values(List<String> of) {
      return of.stream().map(axes::get).toList();
    }
  }

  /** As many columns as a page has room for. */
  private static final int MAX_COLUMNS = 8;

  /**
   * Tables of all cases that are of a matrix.
   *
   * @param tiles the cases, in the order of the suite
   * @return one for each set of axes
   */
  static List<Grid> of(List<Tile> tiles) {
    Map<List<String>, List<Tile>> byAxes = new LinkedHashMap<>();
    for (Tile tile : tiles) {
      if (!tile.axes().isEmpty()) {
        List<String> axes = List.copyOf(tile.axes().keySet());
        byAxes.computeIfAbsent(axes, none -> new ArrayList<>()).add(tile);
      }
    }
    return byAxes.entrySet().stream().map(of -> table(of.getKey(), of.getValue())).toList();
  }

  private static Grid table(List<String> axes, List<Tile> tiles) {
    int split = axes.size() - 1;
    while (split > 0
        && columns(axes.subList(split - 1, axes.size()), tiles).size() <= MAX_COLUMNS) {
      split--;
    }
    List<String> across = axes.subList(split, axes.size());
    List<String> down = axes.subList(0, split);
    List<List<String>> columns = columns(across, tiles);
    return new Grid(headers(across, columns), rows(down, across, columns, tiles));
  }

  /** The combinations of values that there are, sorted so that equal values are side by side. */
  private static List<List<String>> columns(List<String> axes, List<Tile> tiles) {
    Set<List<String>> columns = new LinkedHashSet<>();
    tiles.forEach(tile -> columns.add(tile.values(axes)));
    List<List<String>> sorted = new ArrayList<>(columns);
    for (int i = axes.size() - 1; i >= 0; i--) {
      String axis = axes.get(i);
      int index = i;
      List<String> order = tiles.stream().map(tile -> tile.axes().get(axis)).distinct().toList();
      sorted.sort(Comparator.comparingInt(column -> order.indexOf(column.get(index))));
    }
    return sorted;
  }

  private static List<Header> headers(List<String> axes, List<List<String>> columns) {
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      List<Span> spans = new ArrayList<>();
      for (int start = 0, end; start < columns.size(); start = end) {
        List<String> prefix = columns.get(start).subList(0, i + 1);
        end = start;
        while (end < columns.size() && columns.get(end).subList(0, i + 1).equals(prefix)) {
          end++;
        }
        spans.add(new Span(prefix.get(i), end - start));
      }
      headers.add(new Header(axes.get(i), spans));
    }
    return headers;
  }

  private static List<Row> rows(
      List<String> down, List<String> across, List<List<String>> columns, List<Tile> tiles) {
    record Label(String name, List<String> values) {}
    Map<Label, Map<List<String>, Tile>> rows = new LinkedHashMap<>();
    for (Tile tile : tiles) {
      List<String> values = down.stream().map(axis -> axis + "=" + tile.axes().get(axis)).toList();
      rows.computeIfAbsent(new Label(tile.base(), values), none -> new LinkedHashMap<>())
          .put(tile.values(across), tile);
    }
    return rows.entrySet().stream()
        .map(
            row ->
                new Row(
                    outcome(row.getValue().values()),
                    row.getKey().name(),
                    row.getKey().values(),
                    columns.stream().map(column -> new Cell(row.getValue().get(column))).toList()))
        .toList();
  }

  private static String outcome(Collection<Tile> row) {
    Set<String> failures = Set.of(PageView.name(Outcome.FAILED), PageView.name(Outcome.ERROR));
    boolean failed = row.stream().anyMatch(tile -> failures.contains(tile.outcome()));
    return PageView.name(failed ? Outcome.FAILED : Outcome.PASSED);
  }
}
