package dev.virtio4j.scenario;

import dev.virtio4j.block.DiskTiming;
import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.qtest.QtestSession;
import dev.virtio4j.testing.LogCapture;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.VirtioDevice;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import dev.virtio4j.virtio.scsi.ScsiHost;
import dev.virtio4j.virtio.scsi.ScsiOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

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
  public Qtest.Channel start(List<Device> devices) {
    List<VirtioDevice> made = new ArrayList<>();
    CpulessPc pc = new CpulessPc(MEMORY_MIB << 20);
    OurHands hands = new OurHands(made);
    for (Device device : devices) {
      VirtioDevice virtio =
          device instanceof Disk disk
              ? new BlkDevice(new MemoryBackend(disk.content(), disk.readOnly()), options(disk))
              : new ScsiHost(options((Host) device));
      pc.plug(VirtioPciFunction.of(virtio, pc.guestMemory(), pc.clock()));
      made.add(virtio);
      if (device instanceof Host host) {
        host.units().forEach(unit -> hands.plug(made.size() - 1, unit));
      }
    }
    return new SessionChannel(new QtestSession(pc), hands);
  }

  private static ScsiOptions options(Host host) {
    return new ScsiOptions(
        host.number("num_queues", ScsiOptions.DEFAULT.queues()),
        host.number("virtqueue_size", ScsiOptions.DEFAULT.queueSize()),
        spec(host.options().getOrDefault("spec", "default")));
  }

  private static BlkOptions options(Disk disk) {
    BlkOptions.Builder options =
        BlkOptions.builder()
            .serial(disk.options().getOrDefault("serial", ""))
            .logicalBlockSize(disk.number("logical_block_size", Disk.SECTOR))
            .physicalBlockSize(disk.number("physical_block_size", 0))
            .ioSizes(disk.number("min_io_size", 0), disk.number("opt_io_size", 0))
            .queues(disk.number("num-queues", 1), disk.number("queue-size", 256))
            .cache(
                BlkOptions.CacheMode.valueOf(
                    disk.options().getOrDefault("cache", "writeback").toUpperCase(Locale.ROOT)))
            .discard(disk.options().getOrDefault("discard", "unmap").equals("unmap"))
            .spec(spec(disk.options().getOrDefault("spec", "default")))
            .timing(new DiskTiming(disk.number("latency", 0), 0, 0, 0, 0, 0, 0));
    if (disk.options().containsKey("cyls")) {
      options.geometry(disk.number("cyls", 0), disk.number("heads", 0), disk.number("secs", 0));
    }
    return options.build();
  }

  private static SpecProfile spec(String id) {
    return Arrays.stream(SpecProfile.values())
        .filter(spec -> spec.id().equals(id))
        .findAny()
        .orElseThrow();
  }

  private static final class SessionChannel implements Qtest.Channel {
    private final QtestSession session;
    private final Hands hands;
    private final LogCapture log = new LogCapture();
    private final Deque<String> answers = new ArrayDeque<>();

    SessionChannel(QtestSession session, Hands hands) {
      this.session = session;
      this.hands = hands;
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
    public Hands hands() {
      return hands;
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
