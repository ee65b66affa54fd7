package dev.virtio4j.pc.memory;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.testing.GuestMemoryContract;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("guest memory of the reference PC")
class PhysicalMemoryContractTest extends GuestMemoryContract {
  private static final int SIZE = 2 << 20;

  @Override
  protected GuestMemory create() {
    return new PhysicalMemory(SIZE);
  }

  @Override
  protected long size() {
    return SIZE;
  }

  @Override
  protected List<Long> notRam() {
    return List.of(0x9FFF1L, 0xA0000L, 0xBFFF0L);
  }
}
