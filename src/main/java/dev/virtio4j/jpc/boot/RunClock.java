package dev.virtio4j.jpc.boot;

import dev.virtio4j.pc.StopReason;
import org.jpc.emulator.processor.Processor;
import org.jpc.j2se.VirtualClock;

/**
 * JPC's clock.
 *
 * <p>Answers a fault: at HLT, JPC waits for an interrupt even if the CPU takes none, so a guest
 * that powers off by {@code cli; hlt} never ends. This can go when {@code
 * Processor.waitForInterrupt} tells of it.
 */
final class RunClock extends VirtualClock {
  /** How many timers may expire before a guest that is to stop is taken out of a HLT. */
  private static final int PATIENCE = 100;

  private Processor cpu;
  private int expired;
  private volatile boolean stopping;

  /**
   * Says whose clock it is.
   *
   * @param processor the PC's
   */
  void watch(Processor processor) {
    cpu = processor;
  }

  /** The PC is to stop; any thread may call this. */
  void stop() {
    stopping = true;
  }

  /** JPC calls this at HLT, until there is an interrupt: the next timer expires. */
  @Override
  public void updateNowAndProcess(boolean sleep) {
    if (!cpu.eflagsInterruptEnable) {
      throw new StopRun(StopReason.HALTED);
    }
    if (stopping && ++expired > PATIENCE) {
      throw new StopRun(StopReason.REQUESTED); // all interrupts are masked
    }
    super.updateNowAndProcess(false); // a clock that goes by instructions need not wait
  }
}
