package dev.virtio4j.scenario;

import java.util.List;

/**
 * A line of a script.
 *
 * @param number counted from 1
 * @param text without the comment and the space around it
 */
record Line(int number, String text) {

  /** What lies between spaces; at least one word. */
  List<String> words() {
    return List.of(text.split("\\s+", -1));
  }

  String word(int index) {
    List<String> words = words();
    return index < words.size() ? words.get(index) : "";
  }

  /** Everything behind the first word. */
  String rest() {
    return text.substring(word(0).length()).strip();
  }

  IllegalArgumentException error(String message) {
    return new IllegalArgumentException("line " + number + ", " + text + ": " + message);
  }
}
