package dev.virtio4j.suite.run;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.machine.BootRun;
import dev.virtio4j.machine.BootRun.Ending;
import dev.virtio4j.machine.Expectations;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.Monitor;
import dev.virtio4j.report.Outcome;
import dev.virtio4j.report.StepResult;
import dev.virtio4j.suite.Case;
import dev.virtio4j.suite.Step;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Does the steps of a case. Each begins before the instruction of the guest that follows the end of
 * the step before it, and all time is the guest's, so that a run is the same each time.
 *
 * <p>What an {@code expect} waits for may come as soon as what is typed or given to the monitor
 * before it, or what was expected before it: a {@code wait} or {@code checkpoint} in between makes
 * it miss nothing.
 */
final class StepScript implements BootRun.Script {
  /** How long a guest that has failed may go on, as it may have more to say about it. */
  private static final Duration LAST_WORDS = Duration.ofMillis(50);

  /** How often a machine that stands still tries again by itself. */
  private static final int MAX_TRIES = 1000;

  private static final long NEVER = Long.MAX_VALUE / 4;

  private final Case test;
  private final List<Step> steps;
  private final boolean endsWithSteps;
  private final MachineSetup setup;
  private final Recording recording;
  private final CheckpointTaker checkpoints;

  private final List<StepResult> results = new ArrayList<>();
  private final Expectations awaited = new Expectations(List.of());
  private final Watch panic = new Watch(BootRun.PANIC);
  private final List<Watch> failIf;

  private BootRun run;
  private Monitor monitor;
  private EventClock.Timer stepTimer;
  private EventClock.Timer nextInstruction;
  private int index;
  private long stepStart;
  private long stepEnd = NEVER;
  private boolean waits;
  private int tries;
  private Watch failed;
  private String failure;

  /** Saves the machine at a checkpoint. */
  @FunctionalInterface
  interface CheckpointTaker {
    /**
     * Saves it, if it is wanted; between two instructions.
     *
     * @param name of the checkpoint
     * @param setup the machine
     * @throws IOException if that fails
     */
    void take(String name, MachineSetup setup) throws IOException;
  }

  /**
   * Prepares the steps.
   *
   * @param test the case
   * @param count how many of its steps are done; with fewer than all, the run ends after those
   * @param setup its machine
   * @param recording takes what the guest sends
   * @param checkpoints takes checkpoints
   */
  StepScript(
      Case test, int count, MachineSetup setup, Recording recording, CheckpointTaker checkpoints) {
    this.test = test;
    this.setup = setup;
    this.recording = recording;
    this.checkpoints = checkpoints;
    steps = test.steps().subList(0, count);
    endsWithSteps = count < test.steps().size() || test.exit().equals(Case.EXPECTED);
    failIf = test.failIf().stream().map(Watch::new).toList();
  }

  @Override
  public void poweredOn(BootRun newRun) {
    boolean first = run == null;
    run = newRun;
    EventClock clock = run.machine().clock();
    nextInstruction = clock.timer(() -> run.post(this::expectedCame));
    stepTimer = clock.timer(() -> run.post(this::stepTimeIsOver));
    at(clock.timer(this::timeIsOver), test.timeout().toNanos());
    at(stepTimer, stepEnd);
    recording.poweredOn(run);
    if (failed != null) {
      run.end(Ending.QUIT);
    } else if (first) {
      monitor = new Monitor(run, setup);
      await(0);
      run.post(this::goOn);
    }
  }

  /** Sets a timer to a time of the run, which may have begun before the machine's. */
  private void at(EventClock.Timer timer, long nanos) {
    if (nanos < NEVER) {
      timer.at(run.machine().clock().now() + nanos - run.emulatedNanos());
    }
  }

  @Override
  public void transmitted(BootRun sameRun, int value) {
    recording.transmitted(run.emulatedNanos(), value);
    awaited.accept(value);
    if (waits && isMet()) {
      nextInstruction.at(run.machine().clock().now());
    }
    if (panic.sees(value)) {
      afterLastWords(Ending.CRASHED);
    }
    for (Watch watch : failIf) {
      if (watch.sees(value) && failed == null) {
        failed = watch;
        afterLastWords(Ending.QUIT);
      }
    }
  }

  private void afterLastWords(Ending ending) {
    EventClock clock = run.machine().clock();
    clock.timer(() -> run.end(ending)).at(clock.now() + LAST_WORDS.toNanos());
  }

  /** Does steps until one has to wait. */
  private void goOn() {
    while (index < steps.size()) {
      if (failed != null) {
        return;
      }
      Step step = steps.get(index);
      if (step instanceof Step.Expect expect) {
        if (!isMet()) {
          waitFor(expect.timeout());
          return;
        }
      } else if (step instanceof Step.Wait pause) {
        waitFor(pause.time());
        return;
      } else if (!acts(step)) {
        return;
      }
      passed();
    }
    if (endsWithSteps) {
      run.end(Ending.EXPECTED);
    }
  }

  /** Does a step that takes no time, or has failed; whether the next one may follow at once. */
  private boolean acts(Step step) {
    try {
      if (step instanceof Step.Checkpoint checkpoint) {
        checkpoints.take(checkpoint.name(), setup);
        return true;
      }
      await(index + 1);
      if (step instanceof Step.Send send) {
        run.machine().receive(send.keys().getBytes(StandardCharsets.UTF_8));
        passed();
        run.machine().clock().post(this::goOn); // when what is typed is on the line
        return false;
      } else if (step instanceof Step.Monitor command) {
        String answer = monitor.execute(command.line().strip());
        if (answer.startsWith("error:")) {
          fail(answer.strip(), Ending.QUIT);
          return false;
        }
      }
    } catch (IOException e) {
      fail(e.getMessage(), Ending.QUIT);
      return false;
    }
    passed();
    run.post(this::goOn); // unless the command has ended the run
    return false;
  }

  /** Begins to look for what the steps from one on expect. */
  private void await(int from) {
    awaited.restart(expectedFrom(from));
  }

  /** What the steps from one on expect before they do something else to the guest. */
  private List<Pattern> expectedFrom(int from) {
    List<Pattern> patterns = new ArrayList<>();
    for (Step step : steps.subList(from, steps.size())) {
      if (step instanceof Step.Send || step instanceof Step.Monitor) {
        break;
      }
      if (step instanceof Step.Expect expect) {
        patterns.add(expect.pattern());
      }
    }
    return patterns;
  }

  /** Whether what the step at hand expects came. */
  private boolean isMet() {
    return steps.get(index) instanceof Step.Expect
        && awaited.outstanding() <= expectedFrom(index + 1).size();
  }

  private void waitFor(Duration time) {
    waits = true;
    stepEnd = stepStart + Math.min(time.toNanos(), NEVER - stepStart);
    at(stepTimer, stepEnd);
  }

  private void expectedCame() {
    if (waits && isMet()) {
      passed();
      goOn();
    }
  }

  private void stepTimeIsOver() {
    if (!waits || run.emulatedNanos() < stepEnd) {
      return; // the step ended at the same time
    }
    if (steps.get(index) instanceof Step.Expect expect) {
      fail("it did not come within " + seconds(expect.timeout()), Ending.TIMEOUT);
    } else {
      passed();
      goOn();
    }
  }

  private void timeIsOver() {
    if (index < steps.size()) {
      fail("the %s that the case has are over".formatted(seconds(test.timeout())), Ending.TIMEOUT);
    } else {
      run.end(Ending.TIMEOUT);
    }
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0
        ? time.toSeconds() + " s of the guest's time"
        : time.toMillis() + " ms of the guest's time";
  }

  private void passed() {
    report(Outcome.PASSED);
    index++;
    stepStart = run.emulatedNanos();
  }

  private void report(Outcome outcome) {
    waits = false;
    stepEnd = NEVER;
    stepTimer.cancel();
    results.add(
        new StepResult(
            steps.get(index).text(),
            Duration.ofNanos(stepStart),
            Duration.ofNanos(run.emulatedNanos()),
            outcome));
  }

  private void fail(String why, Ending ending) {
    if (failure == null) {
      failure = position() + ": " + why;
    }
    run.end(ending);
  }

  private String position() {
    Step step = steps.get(index);
    return "%s: step %d of %d, %s"
        .formatted(step.place(), index + 1, test.steps().size(), step.text());
  }

  /** Nobody is there to mend what keeps the machine. */
  @Override
  public void standsStill(BootRun sameRun) {
    if (run.isHeld() || ++tries > MAX_TRIES) {
      failure =
          run.isHeld()
              ? run.whyItStandsStill()
              : run.machine().waitsFor() + "; the machine stands still";
      run.end(Ending.QUIT);
    } else {
      run.goOn();
    }
  }

  @Override
  public Pattern outstanding() {
    return index < steps.size() && steps.get(index) instanceof Step.Expect expect
        ? expect.pattern()
        : null;
  }

  /**
   * What is wrong with a run that has ended.
   *
   * @param result how it ended
   * @return one line; null if all steps were done and nothing came that must not
   */
  String failure(BootRun.Result result) {
    if (index < steps.size()) {
      report(Outcome.FAILED);
    }
    boolean crashed = result.ending() == Ending.CRASHED;
    String ended = crashed ? crash(result) : result.ending().text();
    if (failed != null) {
      return "fail-if %s: %s".formatted(failed.pattern(), failed.line());
    }
    if (failure == null && index < steps.size()) {
      return position() + ": " + ended;
    }
    return failure == null && crashed && !test.exit().equals("crashed") ? ended : failure;
  }

  private String crash(BootRun.Result result) {
    return panic.line() == null ? "the guest crashed (" + result.stopped() + ")" : panic.line();
  }

  /** The steps that were begun. */
  List<StepResult> results() {
    return results;
  }
}
