package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.pc.memory.IoPorts;
import java.util.ArrayList;
import java.util.List;

/** Ports and a clock, on which a test plays the driver and lets time pass. */
final class Bench {
  final IoPorts ports = new IoPorts();
  final VirtualClock clock = new VirtualClock(() -> 0, () -> {}, () -> {});

  int in(int port) {
    return ports.read(port, 1);
  }

  /** Writes bytes, one after the other, to the same port. */
  void out(int port, int... values) {
    for (int value : values) {
      ports.write(port, 1, value);
    }
  }

  /** Lets time pass up to a moment, running each timer at its own time. */
  void advanceTo(long nanos) {
    while (clock.deadline() <= nanos) {
      clock.skip(Math.max(0, clock.deadline() - clock.now()));
      clock.runDue();
    }
    clock.skip(nanos - clock.now());
    clock.runDue();
  }

  void advance(long nanos) {
    advanceTo(clock.now() + nanos);
  }

  /** Lets time pass with the CPU so busy that timers run only at the end. */
  void advanceLate(long nanos) {
    clock.skip(nanos);
    clock.runDue();
  }

  /** An interrupt line that remembers when it rose. */
  final class Line implements InterruptLine {
    final List<Long> rises = new ArrayList<>();
    boolean asserted;

    @Override
    public void set(boolean level) {
      if (level && !asserted) {
        rises.add(clock.now());
      }
      asserted = level;
    }
  }
}
