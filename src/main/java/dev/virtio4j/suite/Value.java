package dev.virtio4j.suite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A value in a suite: a text, a list or a map, and where it stands. Numbers and truth values are
 * their text. All that is wrong is thrown as {@link IllegalArgumentException} of one line with the
 * place.
 */
final class Value {
  /** All that has no tag of its own; the library has one for a plain {@code ${NAME}}. */
  private static final Set<Tag> TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP, Tag.ENV_TAG);

  private final Place place;
  private final Node node;
  private final String replacement;

  private Value(Place place, Node node, String replacement) {
    this.place = place;
    this.node = node;
    this.replacement = replacement;
  }

  /**
   * Of a node.
   *
   * @param file the file that it is in
   * @param key the way to it
   * @param node the node
   */
  static Value of(Path file, String key, Node node) {
    Place place = new Place(file, node.getStartMark().map(Mark::getLine).orElse(0) + 1, key);
    if (node.isRecursive()) {
      throw place.wrong("the anchor contains itself");
    }
    if (!TAGS.contains(node.getTag())) {
      throw place.wrong("the tag " + node.getTag() + " means nothing here; leave it out");
    }
    return new Value(place, node, null);
  }

  /** The same place with another text. */
  Value replacedBy(String text) {
    return new Value(place, null, text);
  }

  Place place() {
    return place;
  }

  IllegalArgumentException wrong(String what) {
    return place.wrong(what);
  }

  IllegalArgumentException wrong(Exception cause) {
    return place.wrong(cause);
  }

  /** Whether there is nothing behind the colon. */
  boolean isNothing() {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  boolean isText() {
    return replacement != null || (node instanceof ScalarNode && !isNothing());
  }

  /** The text as it is written. */
  String text() {
    if (!isText()) {
      throw wrong("a text belongs here, and this is " + kind());
    }
    return replacement != null ? replacement : ((ScalarNode) node).getValue();
  }

  /** The elements of a list. */
  List<Value> list() {
    if (!(node instanceof SequenceNode sequence)) {
      throw wrong("a list belongs here, and this is " + kind());
    }
    List<Value> elements = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      elements.add(of(place.file(), place.key() + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  /** The values of a map whose keys are the user's. */
  Map<String, Value> map() {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong("a map belongs here, and this is " + kind());
    }
    Map<String, Value> entries = new LinkedHashMap<>();
    String way = place.key().isEmpty() ? "" : place.key() + ".";
    for (NodeTuple tuple : mapping.getValue()) {
      String key = of(place.file(), place.key(), tuple.getKeyNode()).text();
      Value value = of(place.file(), way + key, tuple.getValueNode());
      if (entries.put(key, value) != null) {
        throw of(place.file(), way + key, tuple.getKeyNode()).wrong("is given twice");
      }
    }
    return entries;
  }

  /** The values of a map whose keys are ours; a key with nothing behind it is not there. */
  Map<SuiteKey, Value> map(Section section) {
    Map<SuiteKey, Value> entries = new EnumMap<>(SuiteKey.class);
    map()
        .forEach(
            (id, value) -> {
              SuiteKey key =
                  section
                      .find(id)
                      .orElseThrow(
                          () ->
                              value.wrong(
                                  "unknown key '%s'; the keys of %s are %s"
                                      .formatted(id, section.title(), section.keys())));
              if (!value.isNothing()) {
                entries.put(key, value);
              }
            });
    return entries;
  }

  private String kind() {
    if (isText()) {
      return "'" + text().lines().findFirst().orElse("") + "'";
    }
    return isNothing() ? "nothing" : node instanceof SequenceNode ? "a list" : "a map";
  }
}
