package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The table of a matrix")
class GridTest {
  private static Grid.Tile tile(String name, String outcome, String... axes) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < axes.length; i += 2) {
      values.put(axes[i], axes[i + 1]);
    }
    return new Grid.Tile("c1", outcome, name + "[" + values + "]", "", values);
  }

  @Test
  @DisplayName("has one axis above the other, and a gap where there is no case")
  void twoAxes() {
    List<Grid.Tile> tiles = new ArrayList<>();
    tiles.add(tile("boots", "passed", "if", "virtio", "cache", "unsafe"));
    tiles.add(tile("boots", "passed", "if", "scsi", "cache", "unsafe"));
    tiles.add(tile("boots", "failed", "if", "virtio", "cache", "writeback"));
    tiles.add(tile("reads", "passed", "if", "scsi", "cache", "unsafe"));

    Grid grid = Grid.of(tiles).get(0);

    assertThat(grid.headers())
        .containsExactly(
            new Grid.Header("if", List.of(new Grid.Span("virtio", 2), new Grid.Span("scsi", 1))),
            new Grid.Header(
                "cache",
                List.of(
                    new Grid.Span("unsafe", 1),
                    new Grid.Span("writeback", 1),
                    new Grid.Span("unsafe", 1))));
    assertThat(grid.rows())
        .extracting(Grid.Row::name, Grid.Row::outcome)
        .containsExactly(tuple("boots", "failed"), tuple("reads", "passed"));
    assertThat(grid.rows().get(1).cells())
        .extracting(Grid.Cell::one)
        .containsExactly(null, null, tiles.get(3));
  }

  @Test
  @DisplayName("has axes down the side when there are too many columns")
  void threeAxes() {
    List<Grid.Tile> tiles = new ArrayList<>();
    for (String face : List.of("virtio", "scsi")) {
      for (String spec : List.of("0.9.4", "0.9.5", "default")) {
        for (String cache : List.of("writeback", "writethrough", "unsafe")) {
          tiles.add(tile("boots", "passed", "if", face, "spec", spec, "cache", cache));
        }
      }
    }

    Grid grid = Grid.of(tiles).get(0);

    assertThat(grid.headers()).extracting(Grid.Header::axis).containsExactly("cache");
    assertThat(grid.rows()).hasSize(6);
    assertThat(grid.rows().get(5).values()).containsExactly("if=scsi", "spec=default");
  }
}
