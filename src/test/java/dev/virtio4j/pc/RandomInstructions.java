package dev.virtio4j.pc;

import static dev.virtio4j.pc.Flags.ARITHMETIC;

import dev.virtio4j.pc.CpuCase.Setting;
import dev.virtio4j.pc.CpuInputs.Input;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A sequence of random integer instructions of ring 3 without faults. Memory operands stay in the
 * scratch memory around EBP, which nothing changes; ESP is only pushed and popped.
 */
final class RandomInstructions extends RandomOperations {

  private static final int NEARLY_FLAT = 0x113;

  /**
   * The end of one instruction, or of a loop, in the sequence.
   *
   * @param end how many bytes there are up to here
   * @param undefined the flags that are undefined here
   */
  private record Step(int end, int undefined) {}

  private final List<Step> steps = new ArrayList<>();
  private final CpuInputs inputs;
  private final Setting setting;

  /** Makes the sequence that belongs to the seed. */
  RandomInstructions(long seed, int length) {
    super(seed);
    setting = new Setting(false, random.nextBoolean(), false);
    Map<Input, Integer> given = new EnumMap<>(Input.class);
    for (int register : WRITABLE) {
      given.put(register(register), number());
    }
    given.put(Input.EBP, POINTER);
    given.put(Input.F, random.nextInt() & ARITHMETIC);
    given.put(Input.M, number());
    given.put(Input.M4, number());
    inputs = new CpuInputs(given);
    if (random.nextBoolean()) {
      // DS, ES and SS with a limit: our CPU decodes code in another way where they aren't flat
      emit(0xB8, NEARLY_FLAT & 0xFF, NEARLY_FLAT >> 8, 0, 0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0);
      steps.add(new Step(code.size(), undefined));
    }
    for (int i = 0; i < length; i++) {
      instruction(true);
      steps.add(new Step(code.size(), undefined));
    }
  }

  /** The whole sequence. */
  CpuCase whole() {
    return prefix(steps.size());
  }

  /** All that begin as this one does, each one instruction longer than the one before. */
  List<CpuCase> prefixes() {
    List<CpuCase> prefixes = new ArrayList<>();
    for (int length = 1; length <= steps.size(); length++) {
      prefixes.add(prefix(length));
    }
    return prefixes;
  }

  private CpuCase prefix(int length) {
    Step last = steps.get(length - 1);
    int start = length == 1 ? 0 : steps.get(length - 2).end;
    String hex = HexFormat.of().formatHex(code.toByteArray(), 0, last.end);
    return new CpuCase(hex.substring(2 * start), hex, setting, last.undefined, inputs);
  }

  private static Input register(int number) {
    return new Input[] {
          Input.EAX, Input.ECX, Input.EDX, Input.EBX, Input.ESP, Input.EBP, Input.ESI, Input.EDI
        }
        [number];
  }
}
