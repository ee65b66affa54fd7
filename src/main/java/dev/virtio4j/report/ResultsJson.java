package dev.virtio4j.report;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonStringWriter;
import com.grack.nanojson.JsonWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The records as JSON, and back. Times are in nanoseconds; what is null has no key. */
final class ResultsJson {
  private ResultsJson() {}

  /** The members of a run, without those that come after its cases. */
  static String info(SuiteInfo info) {
    JsonStringWriter json = JsonWriter.string().object();
    json.value("suite", info.suite())
        .value("version", info.version())
        .value("started", info.started().toString());
    if (info.shard() != null) {
      json.object("shard")
          .value("index", info.shard().index())
          .value("total", info.shard().total())
          .end();
    }
    return json.array("cases", info.cases()).array("planned", info.planned()).end().done();
  }

  static SuiteInfo info(JsonObject json) {
    JsonObject shard = json.getObject("shard");
    return new SuiteInfo(
        json.getString("suite"),
        json.getString("version"),
        Instant.parse(json.getString("started")),
        shard == null ? null : new Shard(shard.getInt("index"), shard.getInt("total")),
        strings(json.getArray("cases")),
        strings(json.getArray("planned")));
  }

  private static List<String> strings(JsonArray array) {
    return array.stream().map(String.class::cast).toList();
  }

  /**
   * A case, in one line.
   *
   * @param result the case
   * @param files the folder with its files, relative to that of the report; null if it has none
   */
  static String text(CaseResult result, String files) {
    JsonStringWriter json = JsonWriter.string().object();
    json.value("id", result.id())
        .object("axes", result.axes())
        .value("outcome", name(result.outcome()));
    optional(json, "message", result.message());
    json.value("started", result.started().toString())
        .value("wall_ns", result.wall().toNanos())
        .value("instructions", result.instructions())
        .value("emulated_ns", result.emulated().toNanos());
    optional(json, "exit_reason", result.exitReason());
    optional(json, "from", result.from());
    json.value("reused", result.reused());
    optional(json, "files", files);
    json.value("tail", result.tail()).array("steps");
    for (StepResult step : result.steps()) {
      json.object()
          .value("text", step.text())
          .value("start_ns", step.start().toNanos())
          .value("end_ns", step.end().toNanos())
          .value("outcome", name(step.outcome()))
          .end();
    }
    json.end().array("checks");
    for (CheckResult check : result.checks()) {
      json.object()
          .value("text", check.text())
          .value("expected", check.expected())
          .value("found", check.found())
          .value("passed", check.passed())
          .end();
    }
    json.end().array("activity");
    for (Sample sample : result.activity()) {
      json.object()
          .value("time_ns", sample.time().toNanos())
          .value("requests", sample.requests())
          .value("bytes_read", sample.bytesRead())
          .value("bytes_written", sample.bytesWritten())
          .end();
    }
    return json.end().end().done();
  }

  private static void optional(JsonStringWriter json, String key, String value) {
    if (value != null) {
      json.value(key, value);
    }
  }

  static CaseResult caseResult(JsonObject json) {
    Map<String, String> axes = new LinkedHashMap<>();
    json.getObject("axes").forEach((axis, value) -> axes.put(axis, (String) value));
    return new CaseResult(
        json.getString("id"),
        axes,
        outcome(json),
        json.getString("message"),
        Instant.parse(json.getString("started")),
        nanos(json, "wall_ns"),
        json.getLong("instructions"),
        nanos(json, "emulated_ns"),
        json.getString("exit_reason"),
        json.getString("from"),
        json.getBoolean("reused"),
        json.getString("tail"),
        list(json, "steps", ResultsJson::step),
        list(json, "checks", ResultsJson::check),
        list(json, "activity", ResultsJson::sample));
  }

  private static StepResult step(JsonObject json) {
    return new StepResult(
        json.getString("text"), nanos(json, "start_ns"), nanos(json, "end_ns"), outcome(json));
  }

  private static CheckResult check(JsonObject json) {
    return new CheckResult(
        json.getString("text"),
        json.getString("expected"),
        json.getString("found"),
        json.getBoolean("passed"));
  }

  private static Sample sample(JsonObject json) {
    return new Sample(
        nanos(json, "time_ns"),
        json.getLong("requests"),
        json.getLong("bytes_read"),
        json.getLong("bytes_written"));
  }

  private static <T> List<T> list(JsonObject json, String key, Function<JsonObject, T> reader) {
    return json.getArray(key).stream().map(JsonObject.class::cast).map(reader).toList();
  }

  static Duration nanos(JsonObject json, String key) {
    return Duration.ofNanos(json.getNumber(key).longValue());
  }

  private static String name(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  private static Outcome outcome(JsonObject json) {
    return Outcome.valueOf(json.getString("outcome").toUpperCase(Locale.ROOT));
  }
}
