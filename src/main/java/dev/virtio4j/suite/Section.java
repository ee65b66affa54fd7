package dev.virtio4j.suite;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The maps in a suite whose keys are ours. */
enum Section {
  SUITE("a suite"),
  DEFAULTS("defaults"),
  CASE("a case"),
  STEP("a step"),
  CHECK("a check"),
  IMAGE("a check of an image"),
  COUNTER("a check of a counter"),
  TIME("a check of the time");

  private final String title;

  Section(String title) {
    this.title = title;
  }

  /** What it is, in words. */
  String title() {
    return title;
  }

  /** Finds one of its keys. */
  Optional<SuiteKey> find(String id) {
    return Arrays.stream(SuiteKey.values())
        .filter(key -> key.isOf(this) && key.id().equals(id))
        .findFirst();
  }

  /** Its keys, in words. */
  String keys() {
    return Arrays.stream(SuiteKey.values())
        .filter(key -> key.isOf(this))
        .map(SuiteKey::id)
        .collect(Collectors.joining(", "));
  }
}
