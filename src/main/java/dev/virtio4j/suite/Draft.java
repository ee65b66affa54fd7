package dev.virtio4j.suite;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A case before its values are read.
 *
 * @param name its name in the suite
 * @param axes its values in the matrix
 * @param own what it says itself
 * @param scope what its values mean
 * @param place where it stands
 */
record Draft(
    String name, Map<String, Value> axes, Map<SuiteKey, Value> own, Scope scope, Place place) {

  /** No suite needs more; a typing error in a matrix is told from that. */
  private static final int MAX_CASES = 10_000;

  /**
   * Multiplies a case by its matrix.
   *
   * @param name its name
   * @param body what it says
   * @param matrix the axes of all cases; of an axis that the case has, too, its own goes first
   * @param pinned the only values of some axes
   * @param scope the variables of the suite
   * @return a draft for each combination, the last axis fastest
   */
  static List<Draft> of(
      String name,
      Value body,
      Map<String, List<Value>> matrix,
      Map<String, String> pinned,
      Scope scope) {
    Map<SuiteKey, Value> own = body.map(Section.CASE);
    Map<String, List<Value>> axes = new LinkedHashMap<>(matrix);
    if (own.containsKey(SuiteKey.MATRIX)) {
      axes.putAll(Sources.axes(own.get(SuiteKey.MATRIX)));
    }
    List<Map<String, Value>> combinations = List.of(Map.of());
    for (Map.Entry<String, List<Value>> axis : axes.entrySet()) {
      combinations =
          multiply(combinations, axis.getKey(), values(axis, pinned.get(axis.getKey()), scope));
      if (combinations.size() > MAX_CASES) {
        throw body.wrong("the matrix makes more than " + MAX_CASES + " cases of it");
      }
    }
    return combinations.stream()
        .map(values -> new Draft(name, values, own, scope.with(values), body.place()))
        .toList();
  }

  private static List<Value> values(
      Map.Entry<String, List<Value>> axis, String pinned, Scope scope) {
    if (pinned != null) {
      return List.of(axis.getValue().get(0).replacedBy(pinned));
    }
    List<String> texts = new ArrayList<>();
    for (Value value : axis.getValue()) {
      String text = scope.text(value);
      if (texts.contains(text)) {
        throw value.wrong("'" + text + "' is given twice");
      }
      texts.add(text);
    }
    return axis.getValue();
  }

  private static List<Map<String, Value>> multiply(
      List<Map<String, Value>> combinations, String axis, List<Value> values) {
    List<Map<String, Value>> product = new ArrayList<>();
    for (Map<String, Value> combination : combinations) {
      for (Value value : values) {
        Map<String, Value> more = new LinkedHashMap<>(combination);
        more.put(axis, value);
        product.add(more);
      }
    }
    return product;
  }

  /** Its values in the matrix as texts. */
  Map<String, String> axisTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    axes.forEach((axis, value) -> texts.put(axis, scope.text(value)));
    return texts;
  }

  /** What it is called in the whole suite. */
  String id() {
    return axes.isEmpty()
        ? name
        : axisTexts().entrySet().stream()
            .map(axis -> axis.getKey() + "=" + axis.getValue())
            .collect(Collectors.joining(",", name + "[", "]"));
  }

  /** Whether another has the same values on the axes that both have. */
  boolean agreesWith(Draft other) {
    Map<String, String> others = other.axisTexts();
    return axisTexts().entrySet().stream()
        .allMatch(
            axis -> others.getOrDefault(axis.getKey(), axis.getValue()).equals(axis.getValue()));
  }
}
