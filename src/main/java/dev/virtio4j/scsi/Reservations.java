package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.util.List;

/**
 * Which initiator a unit belongs to: by RESERVE and RELEASE (SPC-2), or by {@linkplain
 * PersistentReservations persistent reservations}. The two exclude each other: as long as the unit
 * is reserved the one way, commands of the other conflict, except those that SPC-4 has for old
 * initiators ("Exceptions to SPC-2 RESERVE and RELEASE behavior": CRH). The check doesn't allocate.
 */
final class Reservations {
  /** How a command stands to reservations of others (SPC-4 and SBC-3, tables of the commands). */
  enum Access {
    /** It never conflicts. */
    ALWAYS,
    /** It conflicts with RESERVE. */
    UNLESS_RESERVED,
    /** It conflicts with RESERVE and exclusive access. */
    READS,
    /** It conflicts with all. */
    CHANGES
  }

  private final PersistentReservations persistent = new PersistentReservations();

  /** Who has sent RESERVE; null if nobody has. */
  private Nexus reserver;

  PersistentReservations persistent() {
    return persistent;
  }

  boolean isReserved() {
    return reserver != null;
  }

  boolean conflict(Nexus nexus, Access access) {
    return switch (access) {
      case ALWAYS -> false;
      case UNLESS_RESERVED -> isReservedByOther(nexus);
      case READS -> isReservedByOther(nexus) || persistent.excludes(nexus, false);
      case CHANGES -> isReservedByOther(nexus) || persistent.excludes(nexus, true);
    };
  }

  private boolean isReservedByOther(Nexus nexus) {
    return reserver != null && reserver != nexus;
  }

  /** RESERVE (6) and (10), of the whole unit for the initiator itself. */
  void reserve(Task task) {
    Nexus nexus = task.nexus();
    if (persistent.hasRegistrations()) {
      endAsHolder(task);
    } else if (isReservedByOther(nexus)) {
      task.reservationConflict();
    } else {
      reserver = nexus;
    }
  }

  /** RELEASE (6) and (10), which does nothing for an initiator that has nothing reserved. */
  void release(Task task) {
    if (persistent.hasRegistrations()) {
      endAsHolder(task);
    } else {
      forget(task.nexus());
    }
  }

  /** CRH: who has the unit by a persistent reservation need not be refused, and gets no other. */
  private void endAsHolder(Task task) {
    if (!persistent.admits(task.nexus())) {
      task.reservationConflict();
    }
  }

  /** An initiator has lost what RESERVE gave it. */
  void forget(Nexus nexus) {
    if (reserver == nexus) {
      reserver = null;
    }
  }

  /** Nobody has anything reserved by RESERVE any more; persistent reservations stay. */
  void reset() {
    reserver = null;
  }

  void save(StateWriter out, List<Nexus> nexuses) throws IOException {
    out.i32(nexuses.indexOf(reserver));
    persistent.save(out, nexuses);
  }

  void load(StateReader in, List<Nexus> nexuses) throws IOException {
    int index = in.i32(-1, nexuses.size() - 1, "the initiator that has the unit reserved");
    reserver = index < 0 ? null : nexuses.get(index);
    persistent.load(in, nexuses);
    if (reserver != null && persistent.hasRegistrations()) {
      throw in.wrong("has the unit reserved in two ways");
    }
  }
}
