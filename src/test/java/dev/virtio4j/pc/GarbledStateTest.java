package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.host.StateException;
import dev.virtio4j.testing.States;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Loads what no checksum has looked at. */
@DisplayName("The state of a machine")
class GarbledStateTest {
  private static final int TRIALS = 1500;

  private byte[] state;

  private static ReferencePc machine(int memory) {
    ReferencePc pc = new ReferencePc(memory, ReferencePc.DEFAULT_START_SECONDS, value -> {});
    BlkDevice disk =
        new BlkDevice(new MemoryBackend(new byte[1 << 20], false), BlkOptions.DEFAULTS);
    pc.plug(VirtioPciFunction.of(disk, pc.guestMemory(), pc.clock()));
    return pc;
  }

  @BeforeEach
  void save() {
    ReferencePc pc = machine(1 << 20);
    PciSetup.run(pc.ports());
    pc.receive("typed".getBytes(StandardCharsets.US_ASCII));
    pc.memory().store16(0x10000, 0xFEEB); // jmp $
    pc.enterFlat(0x10000);
    pc.runTo(1000);
    state = States.save(pc);
  }

  private static void loadOrRefuse(byte[] garbled, String what) {
    try {
      States.load(garbled, machine(1 << 20));
    } catch (StateException e) {
      assertThat(e).as(what).hasMessageStartingWith("the saved state ");
    } catch (IOException | RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  @Test
  @DisplayName("with a few bytes changed is refused or taken, and nothing else")
  void changed() {
    Random random = new Random(1);
    for (int trial = 0; trial < TRIALS; trial++) {
      byte[] garbled = state.clone();
      StringBuilder what = new StringBuilder("trial " + trial + ":");
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = random.nextInt(garbled.length);
        // most of it is the TLB: the sections after that more often
        at = random.nextInt(4) == 0 ? at : garbled.length - 1 - random.nextInt(2500);
        garbled[at] = (byte) (random.nextBoolean() ? random.nextInt() : garbled[at] ^ 0x80);
        what.append(" [").append(at).append("]=").append(garbled[at]);
      }
      loadOrRefuse(garbled, what.toString());
    }
  }

  @Test
  @DisplayName("that is cut short anywhere is refused")
  void cut() {
    Random random = new Random(2);
    for (int trial = 0; trial < TRIALS / 10; trial++) {
      byte[] part = Arrays.copyOf(state, random.nextInt(state.length));
      assertThatThrownBy(() -> States.load(part, machine(1 << 20)))
          .isInstanceOf(StateException.class)
          .message()
          .matches("the saved state (of .* )?is cut short");
    }
  }

  @Test
  @DisplayName("of a machine with other memory is refused")
  void otherMemory() {
    assertThatThrownBy(() -> States.load(state, machine(2 << 20)))
        .isInstanceOf(StateException.class)
        .hasMessage("the saved state of memory has 1048576 bytes, and the machine has 2097152");
    assertThatCode(() -> States.load(state, machine(1 << 20))).doesNotThrowAnyException();
  }
}
