package dev.virtio4j.virtio.blk;

import static dev.virtio4j.testing.BlkDriver.FLUSH;
import static dev.virtio4j.testing.BlkDriver.GET_ID;
import static dev.virtio4j.testing.BlkDriver.IN;
import static dev.virtio4j.testing.BlkDriver.OK;
import static dev.virtio4j.testing.BlkDriver.OUT;
import static dev.virtio4j.testing.BlkDriver.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.testing.BlkDriver;
import dev.virtio4j.testing.BlkDriver.Result;
import dev.virtio4j.testing.ChainBuilder;
import dev.virtio4j.testing.DriverQueue;
import dev.virtio4j.testing.LogCapture;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Random requests, and random garbage. Where a seed stands for all that is random in a try, there
 * is nothing to shrink in it.
 */
class BlkPropertiesTest {
  private static final int SECTORS = 256;

  private final byte[] disk = new byte[SECTORS * 512];

  private BlkDriver driver(Random random) {
    BlkDriver driver =
        new BlkDriver(new MemoryBackend(disk, false), BlkOptions.DEFAULTS, random.nextBoolean());
    driver.start(BlkDriver.ALL_FEATURES);
    return driver;
  }

  /**
   * Lengths of some descriptors that cut a number of bytes at random places, some of them empty.
   */
  private static int[] cuts(Random random, int length) {
    int count = random.nextInt(6);
    int[] places =
        IntStream.range(0, count).map(i -> random.nextInt(length + 1)).sorted().toArray();
    return IntStream.range(0, count).map(i -> places[i] - (i == 0 ? 0 : places[i - 1])).toArray();
  }

  private static int submit(Random random, ChainBuilder chain) {
    return switch (random.nextInt(3)) {
      case 0 -> chain.direct();
      case 1 -> chain.indirect();
      default -> chain.mixed(1);
    };
  }

  @Provide
  Arbitrary<Integer> types() {
    return Arbitraries.of(IN, OUT, FLUSH, GET_ID, 2, 11, OUT | 0x8000_0000);
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  @Label("what comes of a request does not depend on how it is cut into descriptors")
  void sameOutcome(
      @ForAll("types") int type,
      @ForAll @IntRange(max = SECTORS + 1) int sector,
      @ForAll @IntRange(max = 4) int sectors,
      @ForAll @IntRange(max = 1) int odd,
      @ForAll @Size(max = 5) List<@IntRange(max = 600) Integer> cuts,
      @ForAll @IntRange(max = 12) int direct) {
    boolean toDisk = (type & 0xFF) == OUT;
    int length = 512 * sectors + odd;
    byte[] readable = Arrays.copyOf(header(type, sector), 16 + (toDisk ? length : 0));
    Arrays.fill(readable, 16, readable.length, (byte) 0x5A);
    int writable = toDisk ? 1 : length + 1;

    Outcome plain =
        outcome(chain -> chain.readable(readable, 16).writable(writable, writable - 1).direct());
    Outcome cut =
        outcome(
            chain ->
                chain
                    .readable(readable, within(readable.length, cuts))
                    .writable(writable, within(writable, cuts))
                    .mixed(Math.min(direct, 2 * cuts.size() + 2)));
    assertThat(cut).usingRecursiveComparison().isEqualTo(plain);
  }

  private record Outcome(Result result, ByteBuffer disk) {}

  /** Submits a request to a disk of known content. */
  private Outcome outcome(ToIntFunction<ChainBuilder> submit) {
    Random random = new Random(9);
    random.nextBytes(disk);
    BlkDriver driver = driver(random);
    ChainBuilder chain = driver.queue.chain();
    Result result = driver.finish(chain, submit.applyAsInt(chain));
    return new Outcome(result, ByteBuffer.wrap(disk.clone()));
  }

  /** Lengths of descriptors that cut no more bytes than there are. */
  private static int[] within(int length, List<Integer> cuts) {
    int[] within = new int[cuts.size()];
    int left = length;
    for (int i = 0; i < within.length; i++) {
      within[i] = Math.min(cuts.get(i), left);
      left -= within[i];
    }
    return within;
  }

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  @Label("any layout of a request moves the same bytes, and no others")
  void layouts(@ForAll long seed) {
    Random random = new Random(seed);
    random.nextBytes(disk);
    BlkDriver driver = driver(random);
    for (int i = 0; i < 5; i++) {
      byte[] model = disk.clone();
      int sector = random.nextInt(SECTORS);
      int length = 512 * random.nextInt(Math.min(SECTORS - sector, 20) + 1);
      byte[] data = new byte[length];
      random.nextBytes(data);
      boolean write = random.nextBoolean();
      ChainBuilder chain = driver.queue.chain();
      if (write) {
        System.arraycopy(data, 0, model, sector * 512, length);
        byte[] all = ByteBuffer.allocate(16 + length).put(header(OUT, sector)).put(data).array();
        chain.readable(all, cuts(random, all.length)).writable(1);
      } else {
        chain
            .readable(header(IN, sector), cuts(random, 16))
            .writable(length + 1, cuts(random, length + 1));
      }
      int head = submit(random, chain);
      byte[] before = driver.memory.ram.clone();
      Result result = driver.finish(chain, head);

      assertThat(result.status()).isEqualTo(OK);
      assertThat(result.usedLength()).isEqualTo(write ? 1 : length + 1);
      assertThat(disk).isEqualTo(model);
      if (!write) {
        assertThat(result.data())
            .isEqualTo(Arrays.copyOfRange(disk, sector * 512, sector * 512 + length));
      }
      assertOnlyAllowedChanges(driver, chain, before);
    }
  }

  /** The device writes its buffers and the used ring, and nothing else. */
  private static void assertOnlyAllowedChanges(
      BlkDriver driver, ChainBuilder chain, byte[] before) {
    byte[] now = driver.memory.ram;
    long used = driver.queue.used();
    long usedEnd = used + 6 + 8L * driver.queue.size();
    for (int at = Arrays.mismatch(before, now); at >= 0; ) {
      assertThat(chain.isWritable(at) || (at >= used && at < usedEnd))
          .as("byte %x may be written", at)
          .isTrue();
      int next = Arrays.mismatch(before, at + 1, now.length, now, at + 1, now.length);
      at = next < 0 ? -1 : at + 1 + next;
    }
  }

  private static void assertWorksAfterReset(BlkDriver driver) {
    driver.driver.placeBar();
    driver.start(BlkDriver.ALL_FEATURES);
    byte[] data = new byte[1024];
    Arrays.fill(data, (byte) 0x5A);
    assertThat(driver.write(3, data).status()).isEqualTo(OK);
    Result read = driver.read(3, 1024);
    assertThat(read.status()).isEqualTo(OK);
    assertThat(read.usedLength()).isEqualTo(1025);
    assertThat(read.data()).isEqualTo(data);
  }

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  @Label("garbage in rings, descriptors and buffers throws nothing, and ends with a reset")
  void garbageInRings(@ForAll long seed) {
    Random random = new Random(seed);
    try (LogCapture log = new LogCapture()) {
      BlkDriver driver = driver(random);
      DriverQueue queue = driver.queue;
      for (int round = 0; round < 4; round++) {
        int descriptors = 1 + random.nextInt(queue.size());
        for (int i = 0; i < descriptors; i++) {
          writeGarbage(random, queue, queue.table(), i);
          writeGarbage(random, queue, 0x2000, i);
        }
        driver.memory.write(0x4000, header(random.nextInt(10), random.nextInt(300)), 0, 16);
        int count = random.nextInt(4) == 0 ? random.nextInt(0x10000) : random.nextInt(20);
        for (int i = 0; i < Math.min(count, queue.size()); i++) {
          queue.makeAvailable(random.nextInt(random.nextInt(50) == 0 ? 0x10000 : descriptors));
        }
        driver.memory.store16(
            queue.available() + 2, driver.memory.load16(queue.available() + 2) + count / 1000);
        queue.notifyDevice();
      }
      assertWorksAfterReset(driver);
      assertThat(log.lines().size()).isLessThan(50);
    }
  }

  private static void writeGarbage(Random random, DriverQueue queue, long table, int descriptor) {
    long address =
        switch (random.nextInt(8)) {
          case 0 -> random.nextLong();
          case 1 -> queue.table() + random.nextInt(12288);
          case 2 -> 0x2000;
          case 3 -> (4 << 20) - random.nextInt(2000);
          case 4, 5 -> 0x4000;
          default -> random.nextInt(4 << 20);
        };
    long length =
        switch (random.nextInt(8)) {
          case 0 -> random.nextInt();
          case 1 -> 0;
          case 2 -> 16 * random.nextInt(300);
          case 3, 4 -> 512 * random.nextInt(100);
          case 5 -> 1;
          default -> 16;
        };
    int flags = random.nextInt(10) == 0 ? random.nextInt(0x10000) : random.nextInt(8);
    if (random.nextInt(3) > 0) {
      flags &= ~DriverQueue.INDIRECT;
    }
    int next = random.nextInt(10) == 0 ? random.nextInt(0x10000) : descriptor + 1;
    queue.writeDescriptor(table, descriptor, address, length, flags, next);
  }

  @Property(tries = 500, shrinking = ShrinkingMode.OFF)
  @Label("any access of any width to any register throws nothing, and ends with a reset")
  void garbageInRegisters(@ForAll long seed) {
    Random random = new Random(seed);
    try (LogCapture log = new LogCapture()) {
      BlkDriver driver = driver(random);
      for (int i = 0; i < 200; i++) {
        int offset = random.nextInt(random.nextBoolean() ? 24 : 140);
        int width = 1 << random.nextInt(3);
        int value = random.nextBoolean() ? random.nextInt() : random.nextInt(0x400);
        if (random.nextBoolean()) {
          driver.driver.out(offset, width, value);
        } else {
          int read = driver.driver.in(offset, width);
          assertThat(width == 4 ? 0 : read >>> (8 * width)).as("above its width").isZero();
        }
      }
      assertWorksAfterReset(driver);
      assertThat(log.lines().size()).isLessThan(50);
    }
  }
}
