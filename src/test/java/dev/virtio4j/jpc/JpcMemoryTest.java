package dev.virtio4j.jpc;

import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.testing.GuestMemoryContract;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

@DisplayName("guest memory of JPC")
class JpcMemoryTest extends GuestMemoryContract {
  @Override
  protected GuestMemory create() {
    return new JpcMachine().memory;
  }

  @Override
  protected long size() {
    return JpcMachine.RAM;
  }

  /** The display adapter, the gap behind its ROM, and the BIOS. */
  @Override
  protected List<Long> notRam() {
    return List.of(0x9FFF1L, 0xA0000L, 0xBFFF0L, 0xC0000L, 0xD8000L, 0xF0000L, 0xFFFF0L);
  }
}
