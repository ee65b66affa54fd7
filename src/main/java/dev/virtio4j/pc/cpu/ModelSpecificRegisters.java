package dev.virtio4j.pc.cpu;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * The model-specific registers (RDMSR, WRMSR), of which the time-stamp counter is the one that
 * counts.
 */
final class ModelSpecificRegisters implements Stateful {
  private static final int TIME_STAMP_COUNTER = 0x10;
  private static final int PLATFORM_ID = 0x17;
  private static final int MICROCODE_REVISION = 0x8B;

  private final LongSupplier time;
  private final GuestFault fault;
  private long timeStampOffset;

  /**
   * Makes the registers as after power-on.
   *
   * @param time the time-stamp counter's time, in emulated nanoseconds
   * @param fault the CPU's
   */
  ModelSpecificRegisters(LongSupplier time, GuestFault fault) {
    this.time = time;
    this.fault = fault;
  }

  long timeStampCounter() {
    return time.getAsLong() + timeStampOffset;
  }

  long read(int register) {
    return switch (register) {
      case TIME_STAMP_COUNTER -> timeStampCounter();
      case PLATFORM_ID, MICROCODE_REVISION -> 0;
      default -> throw fault.of(GuestFault.PROTECTION, 0);
    };
  }

  void write(int register, long value) {
    switch (register) {
      case TIME_STAMP_COUNTER -> timeStampOffset = value - time.getAsLong();
      case MICROCODE_REVISION -> {}
      default -> throw fault.of(GuestFault.PROTECTION, 0);
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.i64(timeStampOffset);
  }

  @Override
  public void load(StateReader in) throws IOException {
    timeStampOffset = in.i64();
  }
}
