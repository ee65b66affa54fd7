package dev.virtio4j.pc;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.boot.Firmware;
import dev.virtio4j.pc.boot.LinuxEntry;
import dev.virtio4j.pc.boot.LinuxKernel;
import dev.virtio4j.pc.boot.MultibootImage;
import dev.virtio4j.pc.cpu.Cpu;
import dev.virtio4j.pc.cpu.CpuMode;
import dev.virtio4j.pc.cpu.Profile;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.pci.PciFunction;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The machine: a CPU on a {@link Mainboard}, and the PCI functions that are plugged in. Made,
 * plugged, booted once, and run until the guest or somebody outside ends it; for a restart, make
 * another.
 *
 * <p>Everything runs on the thread that calls {@link #run}, but for {@link #receive} and {@link
 * #stop}. A device that has to wait for the host makes it stand still by {@link #pause}.
 *
 * <p>Where {@link #run} stopped because it was asked to, the machine can be saved. Another that was
 * made with the same memory size and plugged alike, and not booted, takes the state over and runs
 * on as this one would have: nothing that a guest can tell depends on where a machine was stopped
 * or saved, or on which code it keeps decoded.
 */
public final class ReferencePc implements Stateful {
  /** When the real-time clock starts, unless one says otherwise: 1 January 2026, 00:00 UTC. */
  public static final long DEFAULT_START_SECONDS = 1_767_225_600L;

  /** The smallest memory, in bytes. */
  public static final int MIN_MEMORY = PhysicalMemory.MIN_SIZE;

  /**
   * The longest time, in instructions, after which the machine looks for work from other threads.
   */
  private static final long SLICE = 1_000_000;

  private final PhysicalMemory memory;
  private final IoPorts ports = new IoPorts();
  private final VirtualClock clock;
  private final Cpu cpu;
  private final Mainboard board;

  private IntConsumer firmwareLog = value -> {};
  private boolean paced;
  private long wallStart;
  private StopReason stopReason;
  private boolean paused;
  private volatile Thread runner;
  private final AtomicInteger untaken = new AtomicInteger();

  /**
   * Makes a machine with nothing plugged in, whose CPU translates what is hot.
   *
   * @param memoryBytes the size of RAM in bytes, a multiple of 4096 from {@link #MIN_MEMORY} up
   * @param startSeconds when the real-time clock starts, in seconds since 1970, UTC
   * @param serialOutput takes each byte that the guest sends on COM1, 0 to 255
   * @throws IllegalArgumentException if the memory's size is none of these
   */
  public ReferencePc(int memoryBytes, long startSeconds, IntConsumer serialOutput) {
    this(memoryBytes, startSeconds, serialOutput, CpuMode.TRANSLATOR, new TranslatedClasses());
  }

  /**
   * Makes a machine with nothing plugged in.
   *
   * @param memoryBytes the size of RAM in bytes, a multiple of 4096 from {@link #MIN_MEMORY} up
   * @param startSeconds when the real-time clock starts, in seconds since 1970, UTC
   * @param serialOutput takes each byte that the guest sends on COM1, 0 to 255
   * @param mode how the CPU runs; the guest can't tell
   * @param classes has what the CPU translates; may be that of other machines
   * @throws IllegalArgumentException if the memory's size is none of these
   */
  public ReferencePc(
      int memoryBytes,
      long startSeconds,
      IntConsumer serialOutput,
      CpuMode mode,
      TranslatedClasses classes) {
    this(memoryBytes, startSeconds, serialOutput, mode.hotAfter(), classes);
  }

  /** Makes a machine whose CPU translates a block after so many runs. */
  ReferencePc(
      int memoryBytes,
      long startSeconds,
      IntConsumer serialOutput,
      int hotAfter,
      TranslatedClasses classes) {
    memory = new PhysicalMemory(memoryBytes);
    clock = new VirtualClock(this::instructions, this::reconsider, this::wake);
    cpu = new Cpu(memory, ports, clock::now, hotAfter, classes);
    board =
        new Mainboard(
            memory, ports, clock, startSeconds, cpu::setInterruptRequest, serialOutput, this::end);
    cpu.setInterruptController(board.interrupts);
    ports.map(DebugPort.PORT, 1, new DebugPort(value -> firmwareLog.accept(value)));
  }

  /**
   * The guest's memory, for devices.
   *
   * @return its memory, all of it RAM but for A0000 to BFFFF, and as the host bridge has it C0000
   *     to FFFFF
   */
  public GuestMemory guestMemory() {
    return memory;
  }

  /**
   * The emulated time, for devices.
   *
   * @return the clock: a nanosecond an instruction, and what HLT skips
   */
  public EventClock clock() {
    return clock;
  }

  /**
   * Plugs a function into the next free slot of the PCI bus.
   *
   * @param function the function; INTA is connected now, its BAR gets a place at {@link #boot}
   * @throws IllegalArgumentException if the bus is full
   */
  public void plug(PciFunction function) {
    board.plug(function);
  }

  /**
   * Plugs a function into a slot of the PCI bus. The four PIRQs go round: slots 4 apart share one.
   *
   * @param device the device number, 0 to 31; 0 and 1 are the chipset's
   * @param function the function; INTA is connected now, its BAR gets a place at {@link #boot}
   * @throws IllegalArgumentException if the slot is taken
   */
  public void plug(int device, PciFunction function) {
    board.bus.add(device, function);
  }

  /**
   * Does what firmware does, loads a kernel, and leaves the CPU at its entry.
   *
   * @param kernel the kernel
   * @param initrd the initial RAM disk, or null for none
   * @param commandLine the kernel's command line
   * @throws IllegalArgumentException if it does not fit; the message says what would
   */
  public void boot(LinuxKernel kernel, byte[] initrd, String commandLine) {
    PciSetup.run(ports);
    LinuxEntry entry = kernel.load(memory, initrd, commandLine);
    cpu.setGdtr(entry.gdtBase(), entry.gdtLimit());
    cpu.setRegister(Registers.ESI, entry.bootParams());
    cpu.enterFlat(LinuxEntry.BOOT_CS, LinuxEntry.BOOT_DS, entry.eip());
  }

  /**
   * Does what firmware does, loads a multiboot image, and leaves the CPU at its entry: in 32-bit
   * protected mode with flat segments, interrupts off, and boot information that says nothing.
   *
   * @param image the image
   * @throws IllegalArgumentException if it does not fit; the message says what would
   */
  public void boot(MultibootImage image) {
    PciSetup.run(ports);
    int entry = image.load(memory);
    cpu.setRegister(Registers.EAX, MultibootImage.BOOTLOADER_MAGIC);
    cpu.setRegister(Registers.EBX, MultibootImage.INFORMATION);
    enterFlat(entry);
  }

  /**
   * Puts firmware into the ROM, and leaves the CPU where it is after power-on: at its reset vector.
   *
   * @param firmware the firmware
   */
  public void boot(Firmware firmware) {
    firmware.load(memory);
  }

  /**
   * Shows what the firmware says on its debug port, 402h.
   *
   * @param log takes each byte from now on, 0 to 255, in place of any before it
   */
  public void logFirmware(IntConsumer log) {
    firmwareLog = log;
  }

  /**
   * Counts where the instructions of the guest go from now on. The guest can't tell; it runs
   * slower.
   *
   * @param profile where to count them
   */
  public void profile(Profile profile) {
    cpu.setProfile(profile);
  }

  /**
   * Ties emulated time to the wall clock: it neither runs ahead nor, where the machine is slower,
   * falls behind. Two runs are no longer the same.
   */
  public void paceToWallClock() {
    paced = true;
  }

  /**
   * Runs the machine on the calling thread, from where it is.
   *
   * @return why it stopped; after {@link StopReason#PAUSED} it may be run again
   */
  public StopReason run() {
    return runTo(Long.MAX_VALUE);
  }

  /**
   * Runs the machine until so many instructions have retired since power-on, at the latest.
   *
   * @param limit how many; where there are no more to run, {@link StopReason#REQUESTED}
   */
  StopReason runTo(long limit) {
    runner = Thread.currentThread();
    wallStart = System.nanoTime() - clock.now();
    paused = false;
    while (true) {
      if (!paused) { // who stands still sees no timer
        if (paced) {
          catchUp();
        }
        clock.runDue();
      }
      if (paused) {
        return StopReason.PAUSED;
      }
      if (stopReason != null) {
        return stopReason;
      }
      if (cpu.isShutDown()) {
        return StopReason.TRIPLE_FAULT;
      }
      if (cpu.retired() >= limit) {
        return StopReason.REQUESTED;
      }
      if (!cpu.isHalted() || cpu.willWake()) {
        long wait = clock.deadline() - clock.now();
        cpu.run(Math.min(limit, cpu.retired() + Math.max(1, Math.min(wait, SLICE))));
      } else if (cpu.interruptsEnabled()) {
        idle();
      } else {
        return StopReason.HALTED;
      }
    }
  }

  /**
   * Lets time pass to the next timer, or waits for work from another thread where there is none.
   */
  private void idle() {
    long deadline = clock.deadline();
    if (deadline == Long.MAX_VALUE) {
      LockSupport.park(this);
    } else if (paced) {
      LockSupport.parkNanos(this, deadline - clock.now());
    } else {
      clock.skip(deadline - clock.now());
    }
  }

  private void catchUp() {
    long behind = System.nanoTime() - wallStart - clock.now();
    if (behind < 0) {
      LockSupport.parkNanos(this, -behind);
    } else {
      // timer by timer, so that each runs at its own time
      clock.skip(Math.max(0, Math.min(behind, clock.deadline() - clock.now())));
    }
  }

  /** Work was posted: the machine may be waiting for it. */
  private void wake() {
    LockSupport.unpark(runner);
  }

  /** A timer was set that is due before what the CPU was told to run to. */
  private void reconsider() {
    if (cpu != null) {
      cpu.requestStop();
    }
  }

  /**
   * Makes the {@link #run} at hand return with {@link StopReason#PAUSED} before the next
   * instruction. Emulated time stands still until it is run again, and the guest can't tell that it
   * did. To be called while it runs, on its thread: by a device that has to wait for the host.
   */
  public void pause() {
    paused = true;
    cpu.requestStop();
  }

  private void end(StopReason reason) {
    stopReason = reason;
    cpu.requestStop();
  }

  /**
   * Types on COM1. Any thread may call this.
   *
   * @param bytes what the guest receives
   */
  public void receive(byte[] bytes) {
    byte[] own = bytes.clone();
    untaken.addAndGet(own.length);
    clock.post(() -> board.serial.receive(own, () -> untaken.addAndGet(-own.length)));
  }

  /**
   * How much of what was typed has not arrived yet. Any thread may call this.
   *
   * @return bytes; whoever types faster than the guest reads should wait while this is large
   */
  public int untaken() {
    return untaken.get();
  }

  /**
   * Ends {@link #run}, with {@link StopReason#REQUESTED}: soon, or where a device or timer of the
   * machine calls this, after the instruction at hand. Any thread may call this.
   */
  public void stop() {
    if (Thread.currentThread() == runner) {
      end(StopReason.REQUESTED);
    } else {
      clock.post(() -> end(StopReason.REQUESTED));
    }
  }

  /**
   * How far the guest is.
   *
   * @return instructions retired since power-on
   */
  public long instructions() {
    return cpu == null ? 0 : cpu.retired();
  }

  /** What was typed and has not arrived is saved, but no longer counts as {@link #untaken}. */
  @Override
  public void save(StateWriter out) throws IOException {
    for (Stateful part : parts()) {
      part.save(out);
    }
  }

  @Override
  public void load(StateReader in) throws IOException {
    for (Stateful part : parts()) {
      part.load(in);
    }
  }

  /** In the order in which they must be loaded. */
  private List<Stateful> parts() {
    return List.of(memory, clock, cpu, board);
  }

  /** {@return its memory} */
  public PhysicalMemory memory() {
    return memory;
  }

  // --- for tests of the CPU
  // ------------------------------------------------------------------------

  IoPorts ports() {
    return ports;
  }

  Cpu cpu() {
    return cpu;
  }

  /** Leaves the CPU in flat 32-bit protected mode at an address, as a multiboot loader does. */
  void enterFlat(int eip) {
    cpu.enterFlat(0x08, 0x10, eip);
  }
}
