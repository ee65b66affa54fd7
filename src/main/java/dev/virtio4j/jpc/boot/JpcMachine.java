package dev.virtio4j.jpc.boot;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.jpc.JpcRepair;
import dev.virtio4j.jpc.Repairs;
import dev.virtio4j.machine.Machine;
import dev.virtio4j.pc.SerialPort;
import dev.virtio4j.pc.StopReason;
import dev.virtio4j.pci.PciFunction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jpc.emulator.PC;
import org.jpc.emulator.processor.ProcessorException;
import org.jpc.support.DriveSet;

/**
 * A JPC with its drives, from power-on. It stops between two basic blocks: at the next branch after
 * the instruction at which it was asked to.
 */
final class JpcMachine implements Machine {
  private static final Logger LOGGER = Logger.getLogger(JpcMachine.class.getName());
  private static final String SECTION = "JPC";

  private final Drives drives;
  private final IntConsumer serialOutput;
  private final Set<JpcRepair> repairs;
  private final RunClock time = new RunClock();
  private final BootDrives parts;
  private final PC pc;
  private final BlockRunner blocks;
  private final AtomicInteger untaken = new AtomicInteger();

  private EventClock clock;
  private SerialPort uart;
  private long instructions;
  private boolean paused;
  private volatile boolean stopping;

  /**
   * Powers one on.
   *
   * @param memoryBytes the size of RAM
   * @param start what its real-time clock shows
   * @param ownDrives JPC's own drives
   * @param drives its virtio drives
   * @param repairs what is repaired in it
   * @param serialOutput takes the bytes of COM1
   * @throws IOException if JPC can't be made
   * @throws IllegalArgumentException if something does not fit it
   */
  JpcMachine(
      int memoryBytes,
      Calendar start,
      DriveSet ownDrives,
      Drives drives,
      Set<JpcRepair> repairs,
      IntConsumer serialOutput)
      throws IOException {
    this.drives = drives;
    this.serialOutput = serialOutput;
    this.repairs = repairs;
    parts = new BootDrives(ownDrives, this::powerOn);
    pc = new PC(time, parts, memoryBytes, start);
    time.watch(pc.getProcessor());
    blocks = new BlockRunner(pc);
    completed();
  }

  private List<PciFunction> powerOn(GuestMemory memory, EventClock jpcClock) {
    clock = jpcClock;
    uart =
        new SerialPort(
            SerialPort.COM1,
            asserted -> parts.interrupt(SerialPort.COM1_IRQ, asserted),
            clock,
            serialOutput);
    List<PciFunction> functions = new ArrayList<>();
    drives.plugInto(memory, clock, functions::add, this::pause);
    return functions;
  }

  /** What JPC's constructor and its loading leave to us. */
  private void completed() {
    Repairs.apply(pc, repairs);
    parts.takePorts(new Com1(uart));
  }

  /** {@return the PC} */
  PC pc() {
    return pc;
  }

  /** JPC stands at the first instruction of its BIOS. */
  @Override
  public void boot() {}

  @Override
  public StopReason run() {
    paused = false;
    pc.start();
    try {
      while (!paused && !stopping) {
        instructions += blocks.run();
      }
      return stopping ? StopReason.REQUESTED : StopReason.PAUSED;
    } catch (StopRun e) {
      return stopped(e.reason());
    } catch (RuntimeException e) {
      return stopped(failed(e));
    } finally {
      pc.stop();
    }
  }

  /** What the guest does after it was asked to stop, before it does, is not what stopped it. */
  private StopReason stopped(StopReason reason) {
    return stopping ? StopReason.REQUESTED : reason;
  }

  private static StopReason failed(RuntimeException e) {
    if (e instanceof ProcessorException) {
      return StopReason.TRIPLE_FAULT; // it could not be taken
    }
    StackTraceElement[] trace = e.getStackTrace();
    if (trace.length == 0 || !trace[0].getClassName().startsWith("org.jpc.")) {
      throw e;
    }
    if (String.valueOf(e.getMessage()).startsWith("Triple Fault")) {
      return StopReason.TRIPLE_FAULT;
    }
    LOGGER.log(Level.WARNING, "JPC failed: {0} at {1}", new Object[] {e, trace[0]});
    return StopReason.EMULATOR_FAULT;
  }

  @Override
  public void stop() {
    stopping = true;
    time.stop();
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public EventClock clock() {
    return clock;
  }

  @Override
  public void receive(byte[] bytes) {
    byte[] own = bytes.clone();
    untaken.addAndGet(own.length);
    clock.post(() -> uart.receive(own, () -> untaken.addAndGet(-own.length)));
  }

  @Override
  public int untaken() {
    return untaken.get();
  }

  @Override
  public long instructions() {
    return instructions;
  }

  @Override
  public String waitsFor() {
    return drives.waitsFor();
  }

  @Override
  public boolean resume() {
    return drives.resume();
  }

  @Override
  public void save(StateWriter out) throws IOException {
    ByteArrayOutputStream state = new ByteArrayOutputStream();
    pc.saveState(state);
    out.begin(SECTION, 2);
    out.array(state.toByteArray());
    parts.keyboardResets().save(out);
    uart.save(out);
    out.end();
  }

  @Override
  public void load(StateReader in) throws IOException {
    in.begin(SECTION, 2);
    pc.loadState(new ByteArrayInputStream(in.array()));
    completed();
    parts.keyboardResets().load(in);
    uart.load(in);
    in.end();
  }
}
