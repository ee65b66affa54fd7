package dev.virtio4j.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The registrations of initiators and the one reservation that there can be among them (SPC-4,
 * "Persistent reservations"), with what the others are told of a change. They outlive resets, but
 * not the program: nothing keeps them (APTPL).
 */
final class PersistentReservations {
  /** The key of who isn't registered. */
  static final long NO_KEY = 0;

  /** The keys, in the order in which they were registered. */
  private final Map<Nexus, Long> keys = new LinkedHashMap<>();

  private int generation;

  /** Null if there is no reservation. */
  private ReservationType type;

  /** Null if there is no reservation, or all who are registered hold it. */
  private Nexus holder;

  int generation() {
    return generation;
  }

  /** Something has changed that initiators may have read. */
  void countGeneration() {
    generation++;
  }

  List<Nexus> registrants() {
    return List.copyOf(keys.keySet());
  }

  boolean hasRegistrations() {
    return !keys.isEmpty();
  }

  boolean isRegistered(Nexus nexus) {
    return keys.containsKey(nexus);
  }

  /** The key that an initiator has registered, or {@link #NO_KEY}. */
  long key(Nexus nexus) {
    return keys.getOrDefault(nexus, NO_KEY);
  }

  /** The type of the reservation; null if there is none. */
  ReservationType type() {
    return type;
  }

  boolean isHeldBy(Nexus nexus) {
    return type != null && (type.heldByAll ? isRegistered(nexus) : nexus == holder);
  }

  /** The key that belongs to the reservation: none where all hold it (READ RESERVATION). */
  long holderKey() {
    return holder == null ? NO_KEY : key(holder);
  }

  /** Whether there is a reservation that lets an initiator do everything. */
  boolean admits(Nexus nexus) {
    return isHeldBy(nexus) || (type != null && type.forRegistrants && isRegistered(nexus));
  }

  /** Whether the reservation keeps an initiator out. */
  boolean excludes(Nexus nexus, boolean changes) {
    return type != null && (changes || type.excludesReaders) && !admits(nexus);
  }

  void register(Nexus nexus, long key) {
    keys.put(nexus, key);
  }

  /** Takes a registration away, and the reservation with its last holder ("Unregistering"). */
  void unregister(Nexus nexus) {
    boolean last = isHeldBy(nexus) && (!type.heldByAll || keys.size() == 1);
    keys.remove(nexus);
    if (last) {
      release(nexus);
    }
  }

  /**
   * Makes the reservation.
   *
   * @return false if there is another
   */
  boolean reserve(Nexus nexus, ReservationType newType) {
    if (type != null) {
      return isHeldBy(nexus) && type == newType;
    }
    hold(nexus, newType);
    return true;
  }

  private void hold(Nexus nexus, ReservationType newType) {
    type = newType;
    holder = newType.heldByAll ? null : nexus;
  }

  /** Takes the reservation away; tells those who could do more by it than before. */
  void release(Nexus cause) {
    if (type.forRegistrants) {
      raise(UnitAttention.RESERVATIONS_RELEASED, cause);
    }
    type = null;
    holder = null;
  }

  /** Takes all away. */
  void clear(Nexus cause) {
    raise(UnitAttention.RESERVATIONS_PREEMPTED, cause);
    keys.clear();
    type = null;
    holder = null;
  }

  private void raise(UnitAttention attention, Nexus cause) {
    for (Nexus nexus : keys.keySet()) {
      if (nexus != cause) {
        nexus.raise(attention);
      }
    }
  }

  /** Whether to preempt a key is to preempt the reservation, not only registrations. */
  boolean isHolderKey(long key) {
    return type != null && (type.heldByAll ? key == NO_KEY : key == holderKey());
  }

  /**
   * Takes the reservation over, and the registrations of a key away ("Preempting persistent
   * reservations and registration handling").
   *
   * @param key one that {@link #isHolderKey}: that of nobody for all
   * @return who has lost the registration
   */
  List<Nexus> preemptReservation(Nexus cause, long key, ReservationType newType) {
    List<Nexus> preempted = new ArrayList<>(registrants());
    preempted.removeIf(nexus -> nexus == cause || (key != NO_KEY && key(nexus) != key));
    preempted.forEach(keys::remove);
    tellPreempted(preempted, cause);
    if (type != newType) {
      raise(UnitAttention.RESERVATIONS_RELEASED, cause);
    }
    hold(cause, newType);
    return preempted;
  }

  /**
   * Takes the registrations of a key away ("Removing registrations").
   *
   * @return who has lost it, which can be the cause itself
   */
  List<Nexus> preemptRegistrations(Nexus cause, long key) {
    List<Nexus> preempted = new ArrayList<>(registrants());
    preempted.removeIf(nexus -> key(nexus) != key);
    preempted.forEach(this::unregister);
    tellPreempted(preempted, cause);
    return preempted;
  }

  private static void tellPreempted(List<Nexus> preempted, Nexus cause) {
    for (Nexus nexus : preempted) {
      if (nexus != cause) {
        nexus.raise(UnitAttention.REGISTRATIONS_PREEMPTED);
      }
    }
  }

  void save(StateWriter out, List<Nexus> nexuses) throws IOException {
    out.i32(generation);
    out.i32(keys.size());
    for (Map.Entry<Nexus, Long> registration : keys.entrySet()) {
      out.i32(nexuses.indexOf(registration.getKey()));
      out.i64(registration.getValue());
    }
    out.i32(type == null ? 0 : type.code);
    out.i32(nexuses.indexOf(holder));
  }

  void load(StateReader in, List<Nexus> nexuses) throws IOException {
    generation = in.i32();
    keys.clear();
    int count = in.i32(0, nexuses.size(), "the number of registrations");
    for (int i = 0; i < count; i++) {
      Nexus nexus = nexuses.get(in.i32(0, nexuses.size() - 1, "an initiator"));
      long key = in.i64();
      if (key == NO_KEY || keys.put(nexus, key) != null) {
        throw in.wrong("has a registration without a key, or two of an initiator");
      }
    }
    int code = in.i32();
    type = ReservationType.of(code);
    int index = in.i32(-1, nexuses.size() - 1, "the holder of a reservation");
    holder = index < 0 ? null : nexuses.get(index);
    boolean wantsHolder = type != null && !type.heldByAll;
    if ((type == null && code != 0)
        || wantsHolder != (holder != null)
        || (holder != null && !isRegistered(holder))
        || (type != null && keys.isEmpty())) {
      throw in.wrong("has a reservation that can't be");
    }
  }
}
