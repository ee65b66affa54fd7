package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An initiator as a logical unit knows it (SAM-5: I_T_L nexus), with the unit attentions that it
 * has not been told yet. Made by {@link LogicalUnit#connect}.
 */
public final class Nexus {
  private static final List<UnitAttention> IN_ORDER = List.of(UnitAttention.values());

  private static final int TRANSPORT_ID_SIZE = 24;
  private static final int SAS_PROTOCOL = 0x06;
  private static final int SAS_ADDRESS_AT = 4;

  private final String name;
  private final Set<UnitAttention> pending = EnumSet.of(UnitAttention.POWER_ON);
  private boolean preventsRemoval;

  Nexus(String name) {
    this.name = name;
  }

  /**
   * What the initiator is called in answer to READ FULL STATUS (SPC-4, "TransportID identifiers").
   * No protocol that SPC knows carries the tasks. SAS has the plainest form, a number of 64 bits,
   * and other virtual hosts use it, too; the number is made from the name.
   */
  byte[] transportId() {
    ByteBuffer id = ByteBuffer.allocate(TRANSPORT_ID_SIZE).put((byte) SAS_PROTOCOL);
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return id.putLong(SAS_ADDRESS_AT, Inquiry.locallyAssigned(bytes)).array();
  }

  /**
   * Has the initiator told of something, once.
   *
   * @param attention what has happened
   */
  public void raise(UnitAttention attention) {
    if (attention == UnitAttention.POWER_ON) {
      pending.clear();
    }
    if (attention.isReset()) {
      if (pending.stream().anyMatch(other -> other.compareTo(attention) < 0)) {
        return;
      }
      pending.removeIf(UnitAttention::isReset);
    }
    pending.add(attention);
  }

  /** The initiator has found out by itself. */
  void forget(UnitAttention attention) {
    pending.remove(attention);
  }

  /** The next that the initiator is to be told; null for none. */
  UnitAttention next() {
    return pending.isEmpty() ? null : pending.iterator().next();
  }

  /** The next that the initiator is to be told, which is not pending any more; null for none. */
  UnitAttention take() {
    UnitAttention next = next();
    pending.remove(next);
    return next;
  }

  /** Whether the initiator wants the medium to stay (SPC-4, PREVENT ALLOW MEDIUM REMOVAL). */
  boolean preventsRemoval() {
    return preventsRemoval;
  }

  void preventRemoval(boolean prevent) {
    preventsRemoval = prevent;
  }

  void save(StateWriter out) throws IOException {
    for (UnitAttention attention : IN_ORDER) {
      out.flag(pending.contains(attention));
    }
    out.flag(preventsRemoval);
  }

  void load(StateReader in) throws IOException {
    pending.clear();
    for (UnitAttention attention : IN_ORDER) {
      if (in.flag()) {
        pending.add(attention);
      }
    }
    preventsRemoval = in.flag();
  }
}
