package dev.virtio4j.suite;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the steps of a case. */
final class StepReader {
  private final Scope scope;
  private final Duration timeout;
  private final Set<String> checkpoints = new HashSet<>();

  /**
   * Makes a reader.
   *
   * @param scope of the case
   * @param timeout of the case
   */
  StepReader(Scope scope, Duration timeout) {
    this.scope = scope;
    this.timeout = timeout;
  }

  /** Reads the list. */
  List<Step> read(List<Value> steps) {
    return steps.stream().map(this::step).toList();
  }

  private Step step(Value given) {
    Map<SuiteKey, Value> keys = given.map(Section.STEP);
    Value limit = keys.remove(SuiteKey.STEP_TIMEOUT);
    if (keys.size() != 1) {
      throw given.wrong("a step has one of expect, send, wait, monitor and checkpoint");
    }
    SuiteKey key = keys.keySet().iterator().next();
    Value value = keys.get(key);
    if (limit != null && key != SuiteKey.EXPECT) {
      throw limit.wrong("is for a step with expect; leave it out");
    }
    Place place = value.place();
    return switch (key) {
      case EXPECT ->
          new Step.Expect(
              place, scope.pattern(value), limit == null ? timeout : scope.duration(limit));
      case SEND -> new Step.Send(place, scope.text(value));
      case WAIT -> new Step.Wait(place, scope.duration(value));
      case MONITOR -> new Step.Monitor(place, scope.text(value).strip());
      default -> new Step.Checkpoint(place, checkpoint(value));
    };
  }

  private String checkpoint(Value value) {
    String name = scope.text(value);
    if (!name.matches("[\\w.-]+")) {
      throw value.wrong("the name of a checkpoint is of letters, digits, '.', '_' and '-'");
    }
    if (!checkpoints.add(name)) {
      throw value.wrong("the case has a checkpoint '" + name + "' already");
    }
    return name;
  }
}
