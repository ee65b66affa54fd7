package dev.virtio4j.machine;

import dev.virtio4j.machine.BootRun.Ending;
import java.util.Collection;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/** Lets a run go on until all that is waited for came on the serial line. */
final class AwaitedOutput implements BootRun.Script {
  private final Expectations expected;
  private final Ending whenMet;
  private final IntConsumer serial;

  /**
   * Waits for these.
   *
   * @param expected the expressions in their order; without any, nothing is waited for
   * @param whenMet how the run ends when all came: before the guest's next instruction
   * @param serial takes each byte of the serial line
   */
  AwaitedOutput(Collection<Pattern> expected, Ending whenMet, IntConsumer serial) {
    this.expected = new Expectations(expected);
    this.whenMet = whenMet;
    this.serial = serial;
  }

  @Override
  public void transmitted(BootRun run, int value) {
    serial.accept(value);
    if (!expected.met()) {
      expected.accept(value);
      if (expected.met()) {
        run.end(whenMet);
      }
    }
  }

  @Override
  public Pattern outstanding() {
    return expected.next();
  }
}
