package dev.virtio4j.scenario;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.qtest.QtestSession;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Our devices on the reference PC without its CPU. */
final class OurMachine implements Machine {
  @Override
  public boolean isOurs() {
    return true;
  }

  @Override
  public Duration patience() {
    return Duration.ZERO;
  }

  @Override
  public String toString() {
    return "ours";
  }

  @Override
  public Qtest.Channel start(List<Disk> disks) {
    CpulessPc pc = new CpulessPc(MEMORY_MIB << 20);
    for (Disk disk : disks) {
      BlockBackend backend = new MemoryBackend(disk.content(), disk.readOnly());
      BlkOptions options =
          BlkOptions.builder().serial(disk.serial()).logicalBlockSize(disk.blockSize()).build();
      pc.plug(VirtioPciFunction.of(new BlkDevice(backend, options), pc.guestMemory(), pc.clock()));
    }
    return new SessionChannel(new QtestSession(pc));
  }

  private static final class SessionChannel implements Qtest.Channel {
    private final QtestSession session;
    private final LogCapture log = new LogCapture();
    private final Deque<String> answers = new ArrayDeque<>();

    SessionChannel(QtestSession session) {
      this.session = session;
    }

    @Override
    public void send(String line) {
      answers.addAll(session.execute(line));
    }

    @Override
    public String receive() {
      return answers.remove();
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
