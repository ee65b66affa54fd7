package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.BytePortDevice;
import dev.virtio4j.pc.memory.IoPorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A PC16550D UART.
 *
 * <pre>
 *   offset  read                     write               while DLAB is set
 *   0       RBR, receiver buffer     THR, transmitter    DLL, divisor
 *   1       IER, interrupt enable    IER                 DLM, divisor
 *   2       IIR, interrupt identity  FCR, FIFO control
 *   3       LCR, line control        LCR
 *   4       MCR, modem control       MCR
 *   5       LSR, line status
 *   6       MSR, modem status
 *   7       SCR, scratch             SCR
 * </pre>
 *
 * <p>The transmitter is always ready: a byte leaves within the access that writes it. The receiver
 * gets a byte per 10 bit times of 115200 baud, whatever the divisor says, while RTS is on and there
 * is room: the other end of the line respects hardware flow control, so an overrun only happens in
 * loopback mode. The interrupt line is driven only while OUT2 is on, as the PC wires it.
 */
public final class SerialPort implements BytePortDevice, Stateful {
  /** The first port of COM1. */
  public static final int COM1 = 0x3F8;

  /** How many ports there are. */
  public static final int PORTS = 8;

  /** The interrupt of COM1. */
  public static final int COM1_IRQ = 4;

  private static final int FIFO_SIZE = 16;

  /** What it takes to receive a byte, in nanoseconds. */
  static final long BYTE_TIME = 10 * 1_000_000_000L / 115_200;

  private static final int TIMEOUT_BYTES = 4;

  private static final int IER_RECEIVED = 0x01;
  private static final int IER_TRANSMITTER_EMPTY = 0x02;
  private static final int IER_LINE_STATUS = 0x04;
  private static final int IER_MODEM_STATUS = 0x08;

  private static final int IIR_NONE = 0x01;
  private static final int IIR_LINE_STATUS = 0x06;
  private static final int IIR_RECEIVED = 0x04;
  private static final int IIR_TIMEOUT = 0x0C;
  private static final int IIR_TRANSMITTER_EMPTY = 0x02;
  private static final int IIR_MODEM_STATUS = 0x00;
  private static final int IIR_FIFOS_ENABLED = 0xC0;

  private static final int FCR_ENABLE = 0x01;
  private static final int FCR_CLEAR_RECEIVER = 0x02;
  private static final int[] FCR_TRIGGER_LEVELS = {1, 4, 8, 14};

  private static final int LCR_DLAB = 0x80;

  private static final int MCR_DTR = 0x01;
  private static final int MCR_RTS = 0x02;
  private static final int MCR_OUT1 = 0x04;
  private static final int MCR_OUT2 = 0x08;
  private static final int MCR_LOOPBACK = 0x10;
  private static final int MCR_WRITABLE = 0x1F;

  private static final int LSR_DATA_READY = 0x01;
  private static final int LSR_OVERRUN = 0x02;
  private static final int LSR_TRANSMITTER_IDLE = 0x60; // THRE and TEMT

  private static final int MSR_CTS = 0x10;
  private static final int MSR_DSR = 0x20;
  private static final int MSR_RI = 0x40;
  private static final int MSR_DCD = 0x80;
  private static final int MSR_DELTAS = 0x0F;

  private final int base;
  private final InterruptLine line;
  private final IntConsumer output;
  private final EventClock clock;
  private final EventClock.Timer arrivalTimer;
  private final EventClock.Timer timeoutTimer;

  /** Host input that is still on its way. */
  private final ArrayDeque<Incoming> incoming = new ArrayDeque<>();

  private int incomingOffset;
  private boolean arriving;

  private final byte[] fifo = new byte[FIFO_SIZE];
  private int fifoHead;
  private int fifoCount;

  private int divisor = 12;
  private int interruptEnable;
  private int fifoControl;
  private int lineControl;
  private int modemControl;
  private int modemStatus = MSR_DCD | MSR_DSR | MSR_CTS;
  private int scratch;
  private boolean overrun;
  private boolean timedOut;
  private boolean transmitterEmptyPending;

  /** Bytes on their way to the guest. */
  private static final class Incoming {
    final byte[] bytes;
    final Runnable arrived;

    Incoming(byte[] bytes, Runnable arrived) {
      this.bytes = bytes;
      this.arrived = arrived;
    }
  }

  /**
   * Makes a port after its master reset, connected to a terminal that is switched on.
   *
   * @param base the first of its eight ports
   * @param line its interrupt line
   * @param clock the emulated time
   * @param output takes each byte that is sent, 0 to 255
   */
  public SerialPort(int base, InterruptLine line, EventClock clock, IntConsumer output) {
    this.base = base;
    this.line = line;
    this.clock = clock;
    this.output = output;
    arrivalTimer = clock.timer(this::arrive);
    timeoutTimer = clock.timer(this::timeOut);
  }

  /** Gives the device its ports. */
  void map(IoPorts ports) {
    ports.map(base, PORTS, this);
  }

  /**
   * Sends bytes to the guest. They wait, in order and however many, until the guest takes them.
   *
   * @param bytes the bytes, which must not change from now on
   * @param arrived called when the last of them has left the line
   */
  public void receive(byte[] bytes, Runnable arrived) {
    if (bytes.length > 0) {
      incoming.add(new Incoming(bytes, arrived));
      awaitArrival();
    }
  }

  @Override
  public String name(int port) {
    return "16550A";
  }

  @Override
  public int read(int port) {
    return switch (port - base) {
      case 0 -> divisorIsSelected() ? divisor & 0xFF : readReceiver();
      case 1 -> divisorIsSelected() ? divisor >> 8 : interruptEnable;
      case 2 -> readInterruptIdentity();
      case 3 -> lineControl;
      case 4 -> modemControl;
      case 5 -> readLineStatus();
      case 6 -> readModemStatus();
      default -> scratch;
    };
  }

  @Override
  public void write(int port, int value) {
    switch (port - base) {
      case 0 -> {
        if (divisorIsSelected()) {
          divisor = (divisor & 0xFF00) | value;
        } else {
          transmit(value);
        }
      }
      case 1 -> {
        if (divisorIsSelected()) {
          divisor = (divisor & 0xFF) | (value << 8);
        } else {
          writeInterruptEnable(value & 0x0F);
        }
      }
      case 2 -> writeFifoControl(value);
      case 3 -> lineControl = value;
      case 4 -> writeModemControl(value & MCR_WRITABLE);
      case 7 -> scratch = value;
      default -> {
        // LSR and MSR are read only
      }
    }
  }

  private boolean divisorIsSelected() {
    return (lineControl & LCR_DLAB) != 0;
  }

  private boolean isLoopback() {
    return (modemControl & MCR_LOOPBACK) != 0;
  }

  private boolean hasFifos() {
    return (fifoControl & FCR_ENABLE) != 0;
  }

  // Transmitter

  private void transmit(int value) {
    // While the byte is in THR no interrupt is pending; as it leaves at once there is a new one.
    transmitterEmptyPending = false;
    updateInterrupt();
    if (isLoopback()) {
      accept((byte) value);
    } else {
      output.accept(value);
    }
    transmitterEmptyPending = true;
    updateInterrupt();
  }

  private void writeInterruptEnable(int value) {
    // Enabling the interrupt of an empty transmitter raises it each time (8250 drivers test that).
    int enabled = value & ~interruptEnable;
    interruptEnable = value;
    if ((enabled & IER_TRANSMITTER_EMPTY) != 0) {
      transmitterEmptyPending = true;
    }
    updateInterrupt();
  }

  // Receiver

  /** Takes the next byte off the line when its time is over. */
  private void arrive() {
    arriving = false;
    if (canAccept()) {
      Incoming first = incoming.element();
      accept(first.bytes[incomingOffset++]);
      if (incomingOffset == first.bytes.length) {
        incoming.remove();
        incomingOffset = 0;
        first.arrived.run();
      }
      awaitArrival();
    }
  }

  private void awaitArrival() {
    if (!arriving && canAccept()) {
      arriving = true;
      arrivalTimer.at(clock.now() + BYTE_TIME);
    }
  }

  private boolean canAccept() {
    boolean ready = (modemControl & MCR_RTS) != 0 && !isLoopback();
    return ready && !incoming.isEmpty() && fifoCount < capacity();
  }

  private int capacity() {
    return hasFifos() ? FIFO_SIZE : 1;
  }

  private void accept(byte value) {
    if (fifoCount == capacity()) {
      overrun = true;
      if (hasFifos()) {
        updateInterrupt();
        return;
      }
      fifoCount = 0; // without FIFOs the new byte destroys the one in RBR
    }
    fifo[(fifoHead + fifoCount) % FIFO_SIZE] = value;
    fifoCount++;
    startTimeout();
    updateInterrupt();
  }

  private int readReceiver() {
    if (fifoCount == 0) {
      return 0;
    }
    int value = fifo[fifoHead];
    fifoHead = (fifoHead + 1) % FIFO_SIZE;
    fifoCount--;
    startTimeout();
    awaitArrival();
    updateInterrupt();
    return value;
  }

  private void clearReceiver() {
    fifoCount = 0;
    startTimeout();
    awaitArrival();
  }

  /** FIFO mode: bytes below the trigger level are reported after four byte times of silence. */
  private void startTimeout() {
    timedOut = false;
    if (hasFifos() && fifoCount > 0) {
      timeoutTimer.at(clock.now() + TIMEOUT_BYTES * BYTE_TIME);
    } else {
      timeoutTimer.cancel();
    }
  }

  private void timeOut() {
    timedOut = true;
    updateInterrupt();
  }

  private void writeFifoControl(int value) {
    // The other bits count only together with the enable bit; changing that clears the FIFOs.
    int written = (value & FCR_ENABLE) != 0 ? value : 0;
    boolean clear = ((written ^ fifoControl) & FCR_ENABLE) != 0;
    fifoControl = written;
    if (clear || (written & FCR_CLEAR_RECEIVER) != 0) {
      clearReceiver();
    }
    updateInterrupt();
  }

  private int readLineStatus() {
    int status = LSR_TRANSMITTER_IDLE;
    if (fifoCount > 0) {
      status |= LSR_DATA_READY;
    }
    if (overrun) {
      status |= LSR_OVERRUN;
      overrun = false;
      updateInterrupt();
    }
    return status;
  }

  // Modem lines

  private void writeModemControl(int value) {
    modemControl = value;
    int lines = isLoopback() ? loopedModemLines(value) : MSR_DCD | MSR_DSR | MSR_CTS;
    int changed = ((lines ^ modemStatus) >> 4) & MSR_DELTAS;
    // Of the ring indicator only the end of a ring counts.
    if ((lines & MSR_RI) != 0) {
      changed &= ~(MSR_RI >> 4);
    }
    modemStatus = lines | (modemStatus & MSR_DELTAS) | changed;
    awaitArrival();
    updateInterrupt();
  }

  private static int loopedModemLines(int control) {
    return ((control & MCR_RTS) != 0 ? MSR_CTS : 0)
        | ((control & MCR_DTR) != 0 ? MSR_DSR : 0)
        | ((control & MCR_OUT1) != 0 ? MSR_RI : 0)
        | ((control & MCR_OUT2) != 0 ? MSR_DCD : 0);
  }

  private int readModemStatus() {
    int status = modemStatus;
    modemStatus &= ~MSR_DELTAS;
    updateInterrupt();
    return status;
  }

  // Interrupts

  /** The pending interrupt of the highest priority, as IIR names it. */
  private int pendingInterrupt() {
    if ((interruptEnable & IER_LINE_STATUS) != 0 && overrun) {
      return IIR_LINE_STATUS;
    }
    if ((interruptEnable & IER_RECEIVED) != 0) {
      int trigger = hasFifos() ? FCR_TRIGGER_LEVELS[fifoControl >> 6] : 1;
      if (fifoCount >= trigger) {
        return IIR_RECEIVED;
      }
      if (timedOut) {
        return IIR_TIMEOUT;
      }
    }
    if ((interruptEnable & IER_TRANSMITTER_EMPTY) != 0 && transmitterEmptyPending) {
      return IIR_TRANSMITTER_EMPTY;
    }
    if ((interruptEnable & IER_MODEM_STATUS) != 0 && (modemStatus & MSR_DELTAS) != 0) {
      return IIR_MODEM_STATUS;
    }
    return IIR_NONE;
  }

  private int readInterruptIdentity() {
    int pending = pendingInterrupt();
    if (pending == IIR_TRANSMITTER_EMPTY) {
      transmitterEmptyPending = false;
      updateInterrupt();
    }
    return pending | (hasFifos() ? IIR_FIFOS_ENABLED : 0);
  }

  private void updateInterrupt() {
    boolean driven = (modemControl & MCR_OUT2) != 0 && !isLoopback();
    line.set(driven && pendingInterrupt() != IIR_NONE);
  }

  // State

  @Override
  public void save(StateWriter out) throws IOException {
    out.begin("16550A", 1);
    ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    incoming.forEach(some -> waiting.writeBytes(some.bytes));
    out.array(Arrays.copyOfRange(waiting.toByteArray(), incomingOffset, waiting.size()));
    out.flag(arriving);
    out.bytes(fifo);
    out.i32(fifoHead);
    out.i32(fifoCount);
    out.i32(divisor);
    out.i32(interruptEnable);
    out.i32(fifoControl);
    out.i32(lineControl);
    out.i32(modemControl);
    out.i32(modemStatus);
    out.i32(scratch);
    out.flag(overrun);
    out.flag(timedOut);
    out.flag(transmitterEmptyPending);
    arrivalTimer.save(out);
    timeoutTimer.save(out);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin("16550A", 1);
    byte[] waiting = in.array();
    incoming.clear();
    incomingOffset = 0;
    if (waiting.length > 0) {
      incoming.add(new Incoming(waiting, () -> {}));
    }
    arriving = in.flag();
    in.bytes(fifo);
    fifoHead = in.i32(0, FIFO_SIZE - 1, "the head of the FIFO");
    fifoCount = in.i32(0, FIFO_SIZE, "the bytes in the FIFO");
    divisor = in.i32(0, 0xFFFF, "the divisor");
    interruptEnable = in.i32(0, 0x0F, "IER");
    fifoControl = in.i32(0, 0xFF, "FCR");
    lineControl = in.i32(0, 0xFF, "LCR");
    modemControl = in.i32(0, MCR_WRITABLE, "MCR");
    modemStatus = in.i32(0, 0xFF, "MSR");
    scratch = in.i32(0, 0xFF, "SCR");
    overrun = in.flag();
    timedOut = in.flag();
    transmitterEmptyPending = in.flag();
    arrivalTimer.load(in);
    timeoutTimer.load(in);
    in.end();
    updateInterrupt();
  }
}
