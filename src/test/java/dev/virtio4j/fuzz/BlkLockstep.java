package dev.virtio4j.fuzz;

import com.sun.management.ThreadMXBean;
import dev.virtio4j.pci.PciFunction;
import dev.virtio4j.testing.DriverLine;
import dev.virtio4j.testing.ManualClock;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * A block device behind its PCI function, and the model of it, side by side. Each access goes to
 * both, and they must agree on the value, the interrupt, every byte of RAM and every byte of the
 * disk. No access may do more work than {@link #MAX_ACCESSES}, {@link #MAX_BYTES} and {@link
 * #MAX_ALLOCATED} say.
 */
final class BlkLockstep {
  static final int RAM_SIZE = 0x10000;
  static final int SECTORS = 24;
  static final int BAR_SIZE = 128;

  private static final int DISK_SIZE = 512 * SECTORS;
  private static final String SERIAL = "fuzz-0123456789";
  private static final int CONFIG_LENGTH = 57;

  /** One chain: two loads per descriptor, those that name indirect tables included. */
  private static final long DESCRIPTOR_LOADS =
      2L * (BlkModel.MAX_DESCRIPTORS + BlkModel.QUEUE_SIZE);

  /**
   * Guest-memory accesses that one access to a port may cause: for each chain in a full ring its
   * entries in both rings, its descriptors, and each of its buffers twice, since there may be no
   * window on it; header and status byte by byte; and for the ring itself both indices, the event
   * indices, and the flags.
   */
  private static final long MAX_ACCESSES =
      BlkModel.QUEUE_SIZE * (2 + DESCRIPTOR_LOADS + 2L * BlkModel.MAX_DESCRIPTORS + 16 + 1) + 5;

  /** Bytes of guest memory likewise: the data of a request is never more than the disk. */
  private static final long MAX_BYTES =
      BlkModel.QUEUE_SIZE * (10 + 8 * DESCRIPTOR_LOADS + 2L * DISK_SIZE + 16 + 1) + 10;

  /**
   * Bytes that one access to a port may allocate: room for a fuzzer that instruments a class at its
   * first use, but not for what a guest names as a length.
   */
  private static final long MAX_ALLOCATED = 64 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final byte[] INITIAL_RAM = new byte[RAM_SIZE];
  private static final byte[] INITIAL_DISK = new byte[DISK_SIZE];

  static {
    Random random = new Random(4);
    random.nextBytes(INITIAL_RAM);
    random.nextBytes(INITIAL_DISK);
  }

  private final CountingMemory memory;
  private final byte[] disk = INITIAL_DISK.clone();
  private final PciFunction function;
  private final DriverLine line = new DriverLine();
  private boolean unflushed;

  private final byte[] modelRam = INITIAL_RAM.clone();
  private final byte[] modelDisk = INITIAL_DISK.clone();
  private final BlkModel model;

  /**
   * Builds the two.
   *
   * @param readOnly whether the disk can only be read
   * @param blockSize the logical block size, 512 or 4096
   * @param views whether guest memory gives windows
   */
  BlkLockstep(boolean readOnly, int blockSize, boolean views) {
    memory = new CountingMemory(RAM_SIZE, views, MAX_ACCESSES, MAX_BYTES);
    System.arraycopy(INITIAL_RAM, 0, memory.ram(), 0, RAM_SIZE);
    BlkDevice device =
        new BlkDevice(
            new TrackedDisk(disk, readOnly, value -> unflushed = value),
            BlkOptions.builder().serial(SERIAL).logicalBlockSize(blockSize).build());
    function = VirtioPciFunction.of(device, memory, new ManualClock());
    function.connect(line);
    requireEqual("size of the BAR", function.ioSize(), BAR_SIZE);
    byte[] config = new byte[CONFIG_LENGTH];
    for (int i = 0; i < CONFIG_LENGTH; i++) {
      config[i] = (byte) function.readIo(20 + i, 1);
    }
    byte[] id = Arrays.copyOf(SERIAL.getBytes(StandardCharsets.US_ASCII), 20);
    int offered = function.readIo(0, 4);
    model = new BlkModel(modelRam, modelDisk, readOnly, blockSize, id, offered, config);
  }

  /** IN. */
  int in(int offset, int width) {
    memory.restart();
    int value = function.readIo(offset, width);
    requireEqual("accesses to memory by IN", memory.accesses(), 0);
    int expected = model.in(offset, width);
    requireEqual("value of an IN", value, expected);
    checkInterrupt();
    return value;
  }

  /** OUT. */
  void out(int offset, int width, int value) {
    memory.restart();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    function.writeIo(offset, width, value);
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    require(allocated <= MAX_ALLOCATED, "too many bytes allocated");
    model.out(offset, width, value);
    if (memory.accesses() > 0) {
      checkMemoryAndDisk();
    }
    checkInterrupt();
  }

  /** Reads configuration space. */
  void readConfig(int offset, int width) {
    int value = function.readConfig(offset, width);
    require(width == 4 || value >>> (8 * width) == 0, "configuration value above its width");
  }

  /** Writes configuration space. */
  void writeConfig(int offset, int width, int value) {
    function.writeConfig(offset, width, value);
    int base = function.ioBase();
    require(base == -1 || (base > 0 && base + BAR_SIZE <= 0x10000), "BAR is not in I/O space");
    requireEqual("device identity", function.readConfig(0, 4), 0x1001_1AF4);
    checkInterrupt();
  }

  /** The bus is reset. */
  void resetBus() {
    function.reset();
    model.reset();
    requireEqual("BAR after a reset", function.ioBase(), -1);
    checkInterrupt();
  }

  /** The guest writes to its RAM; what is outside of it is lost. */
  void store(long address, int width, long value) {
    for (int i = 0; i < width; i++) {
      long at = address + i;
      if (at >= 0 && at < RAM_SIZE) {
        memory.ram()[(int) at] = (byte) (value >>> (8 * i));
        modelRam[(int) at] = (byte) (value >>> (8 * i));
      }
    }
  }

  /** The guest clears some of its RAM; what is outside of it is lost. */
  void clear(long address, int length) {
    if (address >= 0 && address < RAM_SIZE) {
      int end = (int) Math.min(RAM_SIZE, address + length);
      Arrays.fill(memory.ram(), (int) address, end, (byte) 0);
      Arrays.fill(modelRam, (int) address, end, (byte) 0);
    }
  }

  /** The guest reads one byte of its RAM. */
  int load(int address) {
    return memory.ram()[address] & 0xFF;
  }

  /** The two agree on every byte of RAM and disk. */
  void checkMemoryAndDisk() {
    requireSame("RAM", memory.ram(), modelRam);
    requireSame("the disk", disk, modelDisk);
    require(unflushed == model.unflushed(), "a flush was left out, or was not asked for");
  }

  private void checkInterrupt() {
    boolean pending = (function.readConfig(6, 2) & 8) != 0;
    boolean enabled = (function.readConfig(4, 2) & 0x400) == 0;
    require(pending == model.interrupts(), "interrupt in the PCI status");
    require(line.isAsserted() == (pending && enabled), "INTA");
  }

  static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  private static void requireSame(String what, byte[] actual, byte[] expected) {
    int at = Arrays.mismatch(actual, expected);
    if (at >= 0) {
      throw new AssertionError("%s differs from the model's at %x".formatted(what, at));
    }
  }

  /** The numbers are shown in hexadecimal. */
  static void requireEqual(String what, long actual, long expected) {
    if (actual != expected) {
      throw new AssertionError("%s: %x, expected %x".formatted(what, actual, expected));
    }
  }
}
