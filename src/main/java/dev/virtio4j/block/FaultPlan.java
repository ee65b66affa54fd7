package dev.virtio4j.block;

import java.util.List;
import java.util.stream.Stream;

/**
 * What is to go wrong with a disk, and when:
 *
 * <pre>
 *   PLAN    FAULT[+FAULT]...
 *   FAULT   OP:WHAT[:sector=N[-M]][:after=N][:count=N]
 *   OP      read, write, zero, flush or any
 *   WHAT    EIO, ENOSPC, ...   it fails with this error of the host, and nothing is done
 *           short[=BYTES]      it moves so many bytes, or half of them, and fails with EIO;
 *                              one of no more bytes goes well
 *           slow=TIME          it takes so much longer, in emulated time: 10ms, 250us, 2s
 *           lost               a flush does nothing, and says that it went well
 *   sector  it touches one of these sectors of 512 bytes; a flush touches none
 *   after   not the first N that match
 *   count   only N of them
 * </pre>
 *
 * <p>Nothing is left to chance: the same operations meet the same faults.
 */
public final class FaultPlan {
  private final String text;
  private final List<Fault> faults;

  private FaultPlan(String text, List<Fault> faults) {
    this.text = text;
    this.faults = faults;
  }

  /**
   * Reads a plan.
   *
   * @param text as above
   * @return the plan
   * @throws IllegalArgumentException with one line that names the fault and what is wrong with it
   */
  public static FaultPlan parse(String text) {
    return new FaultPlan(text, Stream.of(text.split("\\+", -1)).map(Fault::parse).toList());
  }

  /** In the order in which they are written: of those that strike together the first one shows. */
  List<Fault> faults() {
    return faults;
  }

  /**
   * Whether a flush may do nothing. It does harm only to a disk that keeps what was written where
   * it can get lost, such as {@link VolatileCache}.
   *
   * @return true if so
   */
  public boolean losesFlushes() {
    return faults.stream().anyMatch(fault -> fault.kind() == Fault.Kind.LOST);
  }

  /**
   * The plan as it was written.
   *
   * @return what {@link #parse} was given
   */
  @Override
  public String toString() {
    return text;
  }
}
