package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.BytePortDevice;
import dev.virtio4j.pc.memory.IoPorts;
import java.io.IOException;

/**
 * The 8254 programmable interval timer and the port beside it that gates its third counter.
 *
 * <pre>
 *   40h to 42h  the counters: 0 drives IRQ 0, 1 nothing, 2 the speaker
 *   43h         control word, write only
 *   61h         NMI status and control: bit 0 is GATE of counter 2 and bit 5 its OUT; bit 4 changes
 *               with every refresh of memory, which comes every 18 pulses (15 microseconds)
 * </pre>
 *
 * <p>CLK is a plain function of emulated time, so that a pulse is never gained or lost.
 */
final class IntervalTimer implements BytePortDevice, Stateful {
  static final int COUNTERS = 0x40;
  static final int NMI_STATUS = 0x61;

  /** The frequency of CLK in Hz. */
  static final long FREQUENCY = 1_193_182;

  private static final int CONTROL = COUNTERS + 3;
  private static final int READ_BACK = 3;
  private static final int PULSES_PER_REFRESH = 18;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final EventClock clock;
  private final InterruptLine irq0;
  private final EventClock.Timer timer;
  private final TimerChannel[] channels = {
    new TimerChannel(true), new TimerChannel(true), new TimerChannel(false)
  };

  /** What is next on counter 0, in pulses; handled as of then, however late the timer runs. */
  private long nextChange = TimerChannel.NEVER;

  /** The level of counter 0 as of then. */
  private boolean output;

  /** Bits 3 to 0 of port 61h. */
  private int nmiControl;

  /**
   * Makes a timer whose counters stand still.
   *
   * @param clock the emulated time
   * @param irq0 the output of counter 0
   */
  IntervalTimer(EventClock clock, InterruptLine irq0) {
    this.clock = clock;
    this.irq0 = irq0;
    timer = clock.timer(() -> updateOutput(nextChange));
    output = channels[0].output(now());
    irq0.set(output);
  }

  /** Gives the timer its ports. */
  void map(IoPorts ports) {
    ports.map(COUNTERS, 4, this);
    ports.map(NMI_STATUS, 1, this);
  }

  @Override
  public String name(int port) {
    return "8254";
  }

  @Override
  public int read(int port) {
    return switch (port) {
      case NMI_STATUS -> readNmiStatus();
      case CONTROL -> 0xFF;
      default -> channels[port - COUNTERS].read(now());
    };
  }

  @Override
  public void write(int port, int value) {
    long now = now();
    switch (port) {
      case NMI_STATUS -> {
        nmiControl = value & 0x0F;
        channels[2].setGate((value & 1) != 0, now);
      }
      case CONTROL -> {
        writeControl(value, now);
        updateOutput(now);
      }
      default -> {
        channels[port - COUNTERS].writeCount(value, now);
        updateOutput(now);
      }
    }
  }

  private int readNmiStatus() {
    long now = now();
    boolean refresh = (now / PULSES_PER_REFRESH) % 2 != 0;
    return nmiControl | (refresh ? 0x10 : 0) | (channels[2].output(now) ? 0x20 : 0);
  }

  private void writeControl(int value, long now) {
    int select = value >> 6;
    if (select == READ_BACK) {
      for (int i = 0; i < channels.length; i++) {
        if (((value >> (i + 1)) & 1) != 0) {
          // COUNT and STATUS are active low.
          if ((value & 0x20) == 0) {
            channels[i].latchCount(now);
          }
          if ((value & 0x10) == 0) {
            channels[i].latchStatus(now);
          }
        }
      }
    } else if ((value & 0x30) == 0) {
      channels[select].latchCount(now);
    } else {
      channels[select].writeControl(value, now);
    }
  }

  /** Drives IRQ 0 as of a pulse, and sets the timer for the next change. */
  private void updateOutput(long pulse) {
    output = channels[0].output(pulse);
    irq0.set(output);
    nextChange = channels[0].nextChange(pulse);
    if (nextChange == TimerChannel.NEVER) {
      timer.cancel();
    } else {
      timer.at(timeOf(nextChange));
    }
  }

  /** The pulse of now, with the output of counter 0 brought up to it. */
  private long now() {
    long now = pulseAt(clock.now());
    while (nextChange <= now) {
      updateOutput(nextChange);
    }
    return now;
  }

  /** How many pulses of CLK there were up to a time. Whole seconds apart, so nothing overflows. */
  private static long pulseAt(long nanos) {
    return nanos / NANOS_PER_SECOND * FREQUENCY
        + nanos % NANOS_PER_SECOND * FREQUENCY / NANOS_PER_SECOND;
  }

  /** The first nanosecond at which a pulse has come. */
  private static long timeOf(long pulse) {
    return pulse / FREQUENCY * NANOS_PER_SECOND
        + (pulse % FREQUENCY * NANOS_PER_SECOND + FREQUENCY - 1) / FREQUENCY;
  }

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("8254", 1);
    for (TimerChannel channel : channels) {
      channel.save(out);
    }
    out.i64(nextChange);
    out.flag(output);
    out.i32(nmiControl);
    timer.save(out);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("8254", 1);
    for (TimerChannel channel : channels) {
      channel.load(in);
    }
    nextChange = in.i64();
    output = in.flag();
    nmiControl = in.i32(0, 0x0F, "port 61h");
    timer.load(in);
    in.end();
    irq0.set(output);
  }
}
