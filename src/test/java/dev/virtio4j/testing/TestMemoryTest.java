package dev.virtio4j.testing;

import dev.virtio4j.host.GuestMemory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;

class TestMemoryTest {
  private static final int SIZE = 0x8000;

  @Nested
  @DisplayName("guest memory of the tests, with windows")
  class WithViews extends GuestMemoryContract {
    @Override
    protected GuestMemory create() {
      return new TestMemory(SIZE, true);
    }

    @Override
    protected long size() {
      return SIZE;
    }
  }

  @Nested
  @DisplayName("guest memory of the tests, without windows")
  class WithoutViews extends GuestMemoryContract {
    @Override
    protected GuestMemory create() {
      return new TestMemory(SIZE, false);
    }

    @Override
    protected long size() {
      return SIZE;
    }
  }
}
