package dev.virtio4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("DESIGN: no allocation per request")
class ScsiAllocationTest {
  private static final int TASKS = 20_000;
  private static final int LENGTH = 8 * 512;
  private static final byte[] READ = HexFormat.of().parseHex("28080000000100000800");
  private static final byte[] READ_2_BLOCKS = HexFormat.of().parseHex("28000000000100000200");
  private static final byte[] WRITE = HexFormat.of().parseHex("2A000000000100000800");
  private static final byte[] VERIFY = HexFormat.of().parseHex("2F020000000100000800");

  private final TestDisk disk = TestDisk.of(1 << 20);
  private final DiskUnit unit = disk.unit();
  private final CdromUnit drive = new CdromUnit(TestDiscs.IDENTITY, TestDiscs.cd(16));
  private final Task task = new Task();

  /** The same window again and again. */
  private static final class Window implements DataBuffers {
    private final ByteBuffer bytes = ByteBuffer.allocate(LENGTH);

    @Override
    public long outRemaining() {
      return LENGTH;
    }

    @Override
    public ByteBuffer nextOut(long limit) {
      return bytes.clear();
    }

    @Override
    public long inRemaining() {
      return LENGTH;
    }

    @Override
    public ByteBuffer nextIn(long limit) {
      return bytes.clear();
    }

    @Override
    public void commitIn() {}
  }

  private final Window window = new Window();

  private void run(LogicalUnit on, Nexus nexus, byte[]... cdbs) {
    for (int i = 0; i < TASKS; i++) {
      byte[] cdb = cdbs[i % cdbs.length];
      System.arraycopy(cdb, 0, task.cdb(), 0, cdb.length);
      task.begin(nexus, cdb.length, window);
      on.execute(task);
    }
  }

  @ParameterizedTest(name = "merge limit {0}")
  @ValueSource(ints = {0, 256 * 1024})
  @DisplayName("to read, to write and to verify, with and without a buffer between")
  void readAndWrite(int mergeLimit) {
    disk.mergeLimit = mergeLimit;
    allocatesNothing(unit, READ, WRITE, VERIFY);
  }

  @Test
  @DisplayName("to read a CD-ROM")
  void readCdrom() {
    allocatesNothing(drive, READ_2_BLOCKS);
  }

  @Test
  @DisplayName("to find out that a reservation is for all who are registered")
  void reserved() {
    Nexus nexus = unit.connect();
    Initiator registers = new Initiator(unit, nexus);
    PersistentReserve.register(registers, 1);
    PersistentReserve.reserve(registers, 1, PersistentReserve.EXCLUSIVE_ACCESS_ALL_REGISTRANTS);
    allocatesNothing(unit, nexus, READ, WRITE);
  }

  private void allocatesNothing(LogicalUnit on, byte[]... cdbs) {
    allocatesNothing(on, on.connect(), cdbs);
  }

  private void allocatesNothing(LogicalUnit on, Nexus nexus, byte[]... cdbs) {
    run(on, nexus, cdbs);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    run(on, nexus, cdbs);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(task.status()).isEqualTo(Status.GOOD);
    assertThat(task.moved()).isEqualTo(LENGTH);
    assertThat(allocated).as("bytes in %d tasks", TASKS).isLessThan(TASKS / 10);
  }
}
