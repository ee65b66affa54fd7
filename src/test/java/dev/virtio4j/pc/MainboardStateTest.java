package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.host.EventClock.Timer;
import dev.virtio4j.host.StateException;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.memory.IoPorts;
import dev.virtio4j.pc.memory.PhysicalMemory;
import dev.virtio4j.testing.States;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Saves the chipset and the ISA devices at odd moments, and goes on with others. */
@DisplayName("A main board that took over a state")
class MainboardStateTest {
  private static final int BAR = 0x10;

  /** Ports that are often meant, next to any port of the board. */
  private static final int[] PORTS = {
    0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1, 0x40, 0x41, 0x42, 0x43, 0x43, 0x61, 0x70, 0x71, 0x71,
    0x60, 0x60, 0x64, 0x92, 0x3F8, 0x3F9, 0x3FA, 0x3FB, 0x3FC, 0x3FD, 0x3FE, 0x3FF
  };

  /** A board with two functions on its bus, and all that can be seen of it. */
  private static final class Board {
    final List<String> seen = new ArrayList<>();
    final IoPorts ports = new IoPorts();
    final VirtualClock clock = new VirtualClock(() -> 0, () -> {}, () -> {});
    final FakeFunction[] functions = {new FakeFunction(0x1001_1AF4), new FakeFunction(0x1004_1AF4)};
    final Mainboard mainboard =
        new Mainboard(
            new PhysicalMemory(1 << 20),
            ports,
            clock,
            ReferencePc.DEFAULT_START_SECONDS,
            asserted -> seen.add("INTR " + asserted),
            value -> seen.add("sent " + value),
            reason -> seen.add("reset " + reason));

    Board() {
      for (FakeFunction function : functions) {
        mainboard.plug(function);
      }
    }

    void in(int port) {
      seen.add("in " + ports.read(port, 1));
    }

    void out(int port, int value) {
      ports.write(port, 1, value);
    }

    void config(int device, int register, int value) {
      ports.write(PciBus.CONFADD, 4, PciBus.CONFADD_ENABLE | device << 11 | register);
      ports.write(PciBus.CONFDATA, 4, value);
    }

    void pass(long nanos) {
      long end = clock.now() + nanos;
      clock.runDue();
      while (clock.now() < end) {
        clock.skip(Math.min(clock.deadline(), end) - clock.now());
        seen.add("at " + clock.now());
        clock.runDue();
      }
    }

    Stateful[] parts() {
      return new Stateful[] {clock, mainboard};
    }

    Board restored() throws IOException {
      byte[] state = States.save(parts());
      Board other = new Board();
      States.load(state, other.parts());
      assertThat(Arrays.mismatch(States.save(other.parts()), state)).isEqualTo(-1);
      other.seen.clear();
      return other;
    }
  }

  /** Something that a guest, the world or a device on the bus does. */
  private static void act(Random random, Board board) {
    int port = PORTS[random.nextInt(PORTS.length)];
    int value = random.nextInt(4) == 0 ? random.nextInt(256) : 1 << random.nextInt(8);
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> board.out(port, value);
      case 4, 5, 6 -> board.in(port);
      case 7 -> board.pass(random.nextInt(1 << random.nextInt(24)));
      case 8 -> board.seen.add("vector " + board.mainboard.interrupts.acknowledge());
      case 9 -> board.functions[random.nextInt(2)].line.set(random.nextBoolean());
      case 10 -> board.config(Piix3.DEVICE, Piix3.PIRQRCA, random.nextInt());
      default -> {
        byte[] typed = new byte[random.nextInt(40)];
        random.nextBytes(typed);
        board.mainboard.serial.receive(typed, () -> {});
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  @DisplayName("does the same from there on, whatever was done before")
  void anything(long seed) throws IOException {
    Board board = new Board();
    Random random = new Random(seed);
    for (int restore = 0; restore < 100; restore++) {
      for (int i = random.nextInt(60); i > 0; i--) {
        act(random, board);
      }
      Board other = board.restored();
      board.seen.clear();
      long acts = random.nextLong();
      for (Board each : List.of(board, other)) {
        Random same = new Random(acts);
        for (int i = 0; i < 60; i++) {
          act(same, each);
        }
      }
      assertThat(other.seen).isEqualTo(board.seen);
      assertThat(Arrays.mismatch(States.save(other.parts()), States.save(board.parts())))
          .isEqualTo(-1);
      board = other;
    }
  }

  @Test
  @DisplayName("ends the interrupt that was in service, and then serves the one that waited")
  void interruptInService() throws IOException {
    Board board = new Board();
    for (int[] write :
        new int[][] {{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, 0}, {0x43, 0x34}}) {
      board.out(write[0], write[1]);
    }
    board.out(0x40, 100);
    board.out(0x40, 0);
    board.pass(200_000);
    assertThat(board.mainboard.interrupts.acknowledge()).isEqualTo(0x20);
    board.pass(200_000);

    Board other = board.restored();
    other.out(0x20, 0x20);

    assertThat(other.seen).containsExactly("INTR true");
    assertThat(other.mainboard.interrupts.acknowledge()).isEqualTo(0x20);
  }

  @Test
  @DisplayName("gives what is in the FIFO, and then what was on its way, at its time")
  void midFifo() throws IOException {
    Board board = new Board();
    board.out(0x3FC, 3);
    board.out(0x3FA, 1);
    board.mainboard.serial.receive("abcd".getBytes(StandardCharsets.US_ASCII), () -> {});
    board.pass(2 * SerialPort.BYTE_TIME + 10);
    board.in(0x3F8);

    Board other = board.restored();

    other.in(0x3F8);
    other.in(0x3FD);
    other.pass(SerialPort.BYTE_TIME - 10);
    other.in(0x3FD);
    other.in(0x3F8);
    assertThat(other.seen.stream().filter(seen -> seen.startsWith("in ")))
        .containsExactly("in 98", "in 96", "in 97", "in 99");
  }

  @Test
  @DisplayName("leaves ports that two BARs cover with the one that had them first")
  void overlappingBars() throws IOException {
    Board board = new Board();
    for (int device : new int[] {3, 2}) {
      board.config(device, BAR, 0xC000);
      board.config(device, 0x04, 1);
    }

    Board other = board.restored();
    other.out(0xC004, 5);

    assertThat(other.functions[0].ioAccesses).isEmpty();
    assertThat(other.functions[1].ioAccesses).containsExactly("write 4/1 5");
  }

  @Test
  @DisplayName("must have the same slots taken")
  void otherSlots() {
    byte[] state = States.save(new Board().parts());
    Board more = new Board();
    more.mainboard.plug(new FakeFunction(0));
    assertThatThrownBy(() -> States.load(state, more.parts()))
        .isInstanceOf(StateException.class)
        .hasMessage(
            "the saved state of pci bus has other PCI devices than the machine: they differ at 4");
  }

  @Test
  @DisplayName("keeps the order of timers of the same time")
  void orderOfTimers() throws IOException {
    List<String> ran = new ArrayList<>();
    byte[] state;
    {
      VirtualClock clock = new VirtualClock(() -> 0, () -> {}, () -> {});
      Timer first = clock.timer(() -> {});
      Timer second = clock.timer(() -> {});
      Timer unset = clock.timer(() -> {});
      second.at(10);
      first.at(10);
      unset.at(10);
      unset.cancel();
      state = States.save(clock, first, second, unset);
    }
    VirtualClock clock = new VirtualClock(() -> 0, () -> {}, () -> {});
    Timer first = clock.timer(() -> ran.add("first"));
    Timer second = clock.timer(() -> ran.add("second"));
    Timer unset = clock.timer(() -> ran.add("unset"));
    unset.at(1);
    States.load(state, clock, first, second, unset);
    clock.timer(() -> ran.add("new")).at(10);

    clock.skip(10);
    clock.runDue();

    assertThat(ran).containsExactly("second", "first", "new");
  }
}
