package dev.virtio4j.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** A case as {@code case.html} shows it. */
record CaseView(
    String anchor,
    String id,
    String outcome,
    boolean open,
    String message,
    String wall,
    List<Fact> facts,
    String files,
    boolean hasChecks,
    List<Check> checks,
    Timeline timeline,
    boolean hasSteps,
    List<Step> steps,
    boolean hasLog,
    Mustache.Lambda log) {

  /** A figure of the case. */
  record Fact(String name, String value) {}

  /** A check after the run. */
  record Check(String outcome, String text, String expected, String found) {}

  /** A step that was begun. */
  record Step(String outcome, String stepAnchor, String text, String start, String took) {}

  static CaseView of(FinishedCase one, String anchor, boolean open) throws IOException {
    CaseResult result = one.source().read();
    List<Step> steps = new ArrayList<>();
    for (StepResult step : result.steps()) {
      steps.add(
          new Step(
              PageView.name(step.outcome()),
              anchor + "s" + (steps.size() + 1),
              Visible.text(step.text()),
              Figures.time(step.start()),
              Figures.time(step.end().minus(step.start()))));
    }
    return new CaseView(
        anchor,
        result.id(),
        PageView.name(result.outcome()),
        open,
        result.message() == null ? null : Visible.text(result.message()),
        PageView.took(result.wall()),
        facts(result),
        one.files() == null ? null : ReportFolder.CASES + "/" + one.files().getFileName(),
        !result.checks().isEmpty(),
        result.checks().stream().map(CaseView::check).toList(),
        Timeline.of(result, one, anchor),
        !steps.isEmpty(),
        steps,
        one.files() != null && Files.exists(one.files().resolve(SerialLog.LOG)),
        (fragment, out) -> writeLog(result, one, fragment, out));
  }

  private static Check check(CheckResult check) {
    return new Check(
        PageView.name(check.passed() ? Outcome.PASSED : Outcome.FAILED),
        Visible.text(check.text()),
        Visible.text(check.expected()),
        Visible.text(check.found()));
  }

  private static List<Fact> facts(CaseResult result) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("Started", PageView.time(result.started())));
    if (result.exitReason() == null) {
      return facts; // there was no guest
    }
    facts.add(new Fact("Ended by", result.exitReason()));
    facts.add(new Fact("Emulated time", Figures.time(result.emulated())));
    facts.add(new Fact("Instructions", Figures.count(result.instructions())));
    facts.add(new Fact("Took", Figures.time(result.wall())));
    facts.add(new Fact("Began with", result.from() == null ? "power-on" : result.from()));
    if (result.from() != null) {
      facts.add(new Fact("Checkpoint", result.reused() ? "reused" : "made in this run"));
    }
    return facts;
  }

  private static void writeLog(
      CaseResult result, FinishedCase one, Template.Fragment fragment, Writer out)
      throws IOException {
    LogView log =
        new LogView(result, SerialReader.lines(one.files()), row -> fragment.execute(row, out));
    SerialReader.read(one.files(), log::add);
    log.end();
  }
}
