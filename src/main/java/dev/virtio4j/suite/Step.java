package dev.virtio4j.suite;

import java.time.Duration;
import java.util.regex.Pattern;

/** One thing that a case does, after the one before it. Times are emulated time. */
public sealed interface Step {

  /** {@return where it stands} */
  Place place();

  /** {@return the step in words, one line, such as {@code expect # $}} */
  String text();

  /**
   * Waits until the guest has sent something on its serial line, after what the {@link Expect},
   * {@link Send} or {@link Monitor} before it saw or did.
   *
   * @param place where it stands
   * @param pattern what is waited for; a match never spans lines
   * @param timeout how long; at most what the case has
   */
  record Expect(Place place, Pattern pattern, Duration timeout) implements Step {
    @Override
    public String text() {
      return "expect " + pattern;
    }
  }

  /**
   * Types on the serial line.
   *
   * @param place where it stands
   * @param keys what is typed; sent as UTF-8
   */
  record Send(Place place, String keys) implements Step {
    @Override
    public String text() {
      return "send " + keys.replace("\r", "\\r").replace("\n", "\\n");
    }
  }

  /**
   * Lets the guest run on.
   *
   * @param place where it stands
   * @param time how long
   */
  record Wait(Place place, Duration time) implements Step {
    @Override
    public String text() {
      return "wait " + time.toNanos() / 1_000_000 + " ms";
    }
  }

  /**
   * Gives the monitor a command, which must succeed.
   *
   * @param place where it stands
   * @param line the command
   */
  record Monitor(Place place, String line) implements Step {
    @Override
    public String text() {
      return "monitor " + line;
    }
  }

  /**
   * A state of the machine that other cases can go on from.
   *
   * @param place where it stands
   * @param name what they call it; one of a kind in its case
   */
  record Checkpoint(Place place, String name) implements Step {
    @Override
    public String text() {
      return "checkpoint " + name;
    }
  }
}
