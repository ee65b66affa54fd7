package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.pc.cpu.Cpu;
import dev.virtio4j.pc.cpu.CpuInside;
import dev.virtio4j.pc.cpu.Registers;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs each {@link RandomProgram} on machines that differ only in when they translate; the last one
 * is replaced now and then by another that takes its state over.
 */
@Timeout(120)
class LockstepTest {
  private static final int PROGRAMS = 32;
  private static final int INSTRUCTIONS = 30_000;

  /** Of how many stops all that is saved is compared at one. */
  private static final int WHOLE_STATE = 8;

  private static final TranslatedClasses CLASSES = new TranslatedClasses();

  static IntStream seeds() {
    return IntStream.range(0, PROGRAMS);
  }

  @ParameterizedTest(name = "program {0}")
  @MethodSource("seeds")
  @DisplayName("Faults, interrupts and changes to code leave translated code as interpreted code")
  void differInNothing(int seed) throws IOException {
    RandomProgram program = new RandomProgram(seed);
    byte[] image = program.image();
    List<LockstepMachine> machines =
        Stream.of(CpuInside.NEVER, 1, 2, 5)
            .map(hotAfter -> new LockstepMachine(program, image, seed, hotAfter, CLASSES))
            .toList();
    LockstepMachine interpreted = machines.get(0);
    Random random = new Random(seed);
    int stride = new int[] {40, 800, 8000}[random.nextInt(3)];
    StopReason reason = StopReason.REQUESTED;
    for (int stops = 1; reason == StopReason.REQUESTED && !isOver(interpreted); stops++) {
      long from = interpreted.pc().instructions();
      long to = from + 1 + random.nextInt(stride);
      reason = interpreted.pc().runTo(to);
      boolean whole = stops % WHOLE_STATE == 0 || isOver(interpreted);
      byte[] expected = whole ? interpreted.state() : null;
      for (LockstepMachine machine : machines.subList(1, machines.size())) {
        String between = "between instructions " + from + " and " + to;
        assertThat(machine.pc().runTo(to)).as(between).isEqualTo(reason);
        assertThat(registers(machine)).as(between).isEqualTo(registers(interpreted));
        if (whole) {
          assertThat(Arrays.mismatch(machine.state(), expected)).as(between).isEqualTo(-1);
        }
      }
      if (random.nextInt(8) == 0 && reason == StopReason.REQUESTED) {
        machines.get(machines.size() - 1).restore();
      }
    }
    assertThat(interpreted.pc().instructions()).isGreaterThan(100);
  }

  private static boolean isOver(LockstepMachine machine) {
    return machine.pc().instructions() >= INSTRUCTIONS;
  }

  /** How far it is, EIP, EFLAGS and the general registers. */
  private static List<Long> registers(LockstepMachine machine) {
    Cpu cpu = machine.pc().cpu();
    IntStream general = IntStream.rangeClosed(Registers.EAX, Registers.EDI).map(cpu::register);
    return Stream.concat(
            Stream.of(cpu.retired()),
            IntStream.concat(IntStream.of(cpu.eip(), CpuInside.flags(cpu)), general)
                .mapToObj(value -> value & 0xFFFFFFFFL))
        .toList();
  }
}
