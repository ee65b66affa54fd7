package dev.virtio4j.jpc;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What is changed in JPC itself by reflection, so that guests run. None of it is needed for the
 * devices, and each can be left out.
 *
 * @see Repairs
 */
public enum JpcRepair {
  /** CMPXCHG8B is decoded: Linux for a Pentium or newer stops without it. */
  CMPXCHG8B,

  /** DIV takes unsigned numbers: programs stop at a divide error now and then without it. */
  DIV,

  /** HLT with interrupts off is not ended by a request: guests may run on for ever without it. */
  HLT,

  /** RDPMC is executed: a Debian kernel for the 686 can't power off without it. */
  RDPMC,

  /**
   * The TLB keeps to CR0.WP and has room for large pages: Linux from 4.12 stops without it, and all
   * that uses large pages is slow.
   */
  TLB,

  /** Instructions of real mode that SeaBIOS has, and JPC only in protected mode. */
  REAL_MODE,

  /** The memory of the BIOS and of option ROMs can be written to: SeaBIOS keeps its data there. */
  SHADOW_RAM;

  /**
   * The name that users write.
   *
   * @return the name, in lower case with hyphens
   */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Finds a repair.
   *
   * @param id what {@link #id} gives
   * @return the repair
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static JpcRepair of(String id) {
    return Arrays.stream(values())
        .filter(repair -> repair.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no repair of JPC '%s'; there are %s"
                        .formatted(
                            id,
                            Arrays.stream(values())
                                .map(JpcRepair::id)
                                .collect(Collectors.joining(", ")))));
  }
}
