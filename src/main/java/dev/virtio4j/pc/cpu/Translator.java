package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.cpu.Region.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs hot code as bytecode and leaves the rest to the {@link Interpreter}. A block that has run
 * often enough becomes the start of a {@link Region}, which {@link RegionWriter} makes a class of;
 * HotSpot compiles it in the background as any other.
 *
 * <p>Nothing that a guest can tell depends on it. A region runs, and each loop in it once more,
 * only if that ends before the instruction at which the CPU must stop; the last instruction of a
 * block that may change more than registers and memory is always the interpreter's; and a fault, or
 * a write to the code that runs, leaves everything as it is at that very operation. Each change of
 * page looks the next block up as the interpreter does, which the TLB remembers.
 */
final class Translator {
  /** Translates no block. */
  static final int NEVER = Integer.MAX_VALUE;

  /** After how many runs it pays to translate a block. */
  static final int HOT_AFTER = 2000;

  /** Of how many runs another block joins a region: one part of those of its first. */
  private static final int JOINING_PART = 8;

  /** How many translations there may be; then all are dropped. */
  private static final int MAX_TRANSLATIONS = 6000;

  /** Of how many translations it is known without a search where they run. */
  private static final int RECENT = 1 << 12;

  /** A class file of this size has no method that HotSpot finds too large to compile. */
  private static final int MAX_CLASS_SIZE = 8000;

  // For translations.
  final int[] r;
  final Alu alu;
  final Mmu mmu;
  final RareOperations rare;

  private final Cpu cpu;
  private final Registers registers;
  private final Interpreter interpreter;
  private final int hotAfter;
  private final CodeDropped codeDropped = new CodeDropped();
  private final TranslatedClasses classes;

  /** Is told what runs; null where nobody counts. */
  private Profile profile;

  /** The blocks that have a translation. */
  private final List<Block> translated = new ArrayList<>();

  /** Those that ran last, by a hash of their address. */
  private final Translation[] recent = new Translation[RECENT];

  /** The translation that runs. */
  private Translation running;

  /** Whether it does a rarer operation, which is not left half done. */
  private boolean inRare;

  /** Whether the operation dropped the code that runs. */
  private boolean dropped;

  Translator(
      Cpu cpu,
      Interpreter interpreter,
      RareOperations rare,
      int hotAfter,
      TranslatedClasses classes) {
    this.cpu = cpu;
    this.classes = classes;
    this.interpreter = interpreter;
    this.rare = rare;
    this.hotAfter = hotAfter;
    registers = cpu.registers;
    r = registers.r;
    alu = cpu.alu;
    mmu = cpu.mmu;
  }

  void setProfile(Profile profile) {
    this.profile = profile;
  }

  /**
   * Runs from EIP until so many instructions have retired in all, or an instruction ended that may
   * have changed more than registers and memory, or earlier. A fault leaves EIP at the instruction
   * that caused it.
   *
   * @param until the count of retired instructions at which to stop, more than the present one
   */
  void run(long until) {
    do {
      int eip = registers.eip;
      int left = (int) Math.min(until - cpu.retired, Integer.MAX_VALUE);
      int slot = (eip ^ eip >>> 12) & RECENT - 1;
      Translation translation = recent[slot];
      if (translation == null || !translation.isAt(eip, cpu.mode())) {
        Block block = cpu.block(eip);
        translation = block.translation;
        if (translation == null && hotAfter != NEVER && ++block.runs >= hotAfter) {
          translation = translate(block, eip);
        }
        if (translation == null) {
          interpret(block, until);
          return;
        }
        translation.foundAt(eip);
        recent[slot] = translation;
      }
      if (left < translation.longestRun) {
        interpret(cpu.block(eip), until);
        return;
      }
      if (profile != null) {
        profile.enter(registers, true, cpu.retired);
      }
      running = translation;
      int way = translation.run(eip & -4096, left);
      running = null;
      cpu.retired += left - translation.left;
      if (way != Translation.LEFT) {
        leftInside(translation, eip & -4096, way, until);
        return;
      }
      registers.eip = translation.eip;
    } while (cpu.retired < until);
  }

  private void interpret(Block block, long until) {
    if (profile == null) {
      interpreter.run(block, 0, until);
    } else {
      profile.enter(registers, false, cpu.retired);
      interpreter.run(block, 0, Math.min(until, cpu.retired + block.count));
    }
  }

  /** Goes on inside of a block. */
  private void leftInside(Translation translation, int page, int way, long until) {
    Member member =
        translation.region.members().get((way & Translation.BLOCK) >> Translation.BLOCK_SHIFT);
    Block block = member.block();
    int operation = way & Translation.OPERATION;
    registers.eip = page + member.offset();
    if (profile != null && (way & Translation.FAULT) == 0) {
      profile.enter(registers, false, cpu.retired + block.instructionOf(operation));
    }
    if ((way & (Translation.FAULT | Translation.DROPPED)) == 0) {
      if (operation == block.code.length - 1) {
        interpreter.end(block, registers.eip);
      } else {
        interpreter.run(block, operation, until);
      }
      return;
    }
    int instruction = block.instructionOf(operation);
    if ((way & Translation.FAULT) != 0) {
      registers.eip += block.offset[instruction];
      cpu.retired += instruction;
      inRare = false;
      throw cpu.fault;
    }
    interpreter.run(
        block,
        (way & Translation.DONE) != 0 ? operation + 1 : operation,
        cpu.retired + instruction + 1);
  }

  /** Does a rarer operation for the translation that runs; see {@link Translation#doRare}. */
  boolean doRare(int h, int immediate, int nextEip) {
    inRare = true;
    dropped = false;
    rare.execute(h, immediate, nextEip);
    inRare = false;
    return dropped;
  }

  /** The blocks of some page were dropped: perhaps those that run. */
  void blocksDropped() {
    if (running != null && !running.region.head().block().valid) {
      if (!inRare) {
        throw codeDropped;
      }
      dropped = true;
    }
  }

  /** Translates the region that begins with a block, unless only the interpreter can run it. */
  private Translation translate(Block block, int eip) {
    Member head = new Member(eip & 0xFFF, block);
    if ((block.mode & Decoder.FLAT) != 0 && head.isWorthwhile()) {
      int page = mmu.fetchPlace(eip) & -4096;
      int minimumRuns = Math.max(1, block.runs / JOINING_PART);
      for (int largest = Region.MAX_OPERATIONS; largest > 0; largest = largest * 3 / 4) {
        Region region = Region.of(cpu.code, page, head, minimumRuns, largest);
        byte[] file = RegionWriter.write(region);
        if (file.length <= MAX_CLASS_SIZE) {
          return keep(block, define(file, region));
        }
      }
    }
    block.runs = Integer.MIN_VALUE;
    return null;
  }

  private Translation keep(Block block, Translation translation) {
    if (translated.size() >= MAX_TRANSLATIONS) {
      for (Block old : translated) {
        old.translation = null;
        old.runs = 0;
      }
      translated.clear();
      Arrays.fill(recent, null);
    }
    translated.add(block);
    block.translation = translation;
    return translation;
  }

  private Translation define(byte[] file, Region region) {
    try {
      return (Translation)
          classes
              .of(file)
              .getDeclaredConstructor(Translator.class, Region.class)
              .newInstance(this, region);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the class of a region has no such constructor", e);
    }
  }
}
