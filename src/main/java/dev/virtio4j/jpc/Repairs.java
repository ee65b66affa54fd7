package dev.virtio4j.jpc;

import java.util.Set;
import org.jpc.emulator.PC;

/** Repairs JPC: {@code Repairs.apply(pc, EnumSet.allOf(JpcRepair.class))}. */
public final class Repairs {
  private Repairs() {}

  /**
   * Repairs a PC that does not run. To be called when it was made, and once more when a state was
   * loaded into it; twice does no harm.
   *
   * @param pc the PC
   * @param which what is to be repaired
   * @throws IllegalArgumentException if this JPC has not what is to be changed; the message is one
   *     line that names the repair
   */
  public static void apply(PC pc, Set<JpcRepair> which) {
    for (JpcRepair repair : which) {
      try {
        apply(pc, repair);
      } catch (ReflectiveOperationException
          | LinkageError
          | ClassCastException
          | IndexOutOfBoundsException e) {
        throw new IllegalArgumentException(
            "the repair '%s' does not fit this JPC (%s); leave it out to run without it"
                .formatted(repair.id(), e),
            e);
      }
    }
  }

  /** Twice does what once does. */
  private static void apply(PC pc, JpcRepair repair) throws ReflectiveOperationException {
    switch (repair) {
      case CMPXCHG8B -> Cmpxchg8b.repair();
      case DIV -> Div.repair();
      case HLT -> Hlt.repair();
      case RDPMC -> Rdpmc.repair();
      case TLB -> PageTlb.repair(pc);
      case REAL_MODE -> RealMode.repair();
      case SHADOW_RAM -> ShadowRam.repair(pc);
    }
  }
}
