package dev.virtio4j.scsi;

import java.util.Arrays;

/**
 * A target of a bus: its logical units by number, in a flat array that is searched without
 * allocation. A number without a unit is answered by a {@link MissingUnit} (SPC-4, "Incorrect
 * logical unit selection").
 */
final class ScsiTarget implements LunInventory {
  /** Stands for every number without a unit. */
  static final int MISSING = -1;

  private final Attachment missing;
  private Attachment[] attachments = {};

  ScsiTarget(int number) {
    MissingUnit none = new MissingUnit();
    none.belongTo(this);
    missing = new Attachment(number, MISSING, none, UnitSettings.DEFAULT);
  }

  /** What executes the tasks for a number: the unit, or what says that there is none. */
  Attachment addressed(int lun) {
    Attachment found = find(lun);
    return found != null ? found : missing;
  }

  /** The unit with a number; null if there is none. */
  Attachment find(int lun) {
    for (Attachment attachment : attachments) {
      if (attachment.lun == lun) {
        return attachment;
      }
    }
    return null;
  }

  /** Adds a unit in its place; the others tell their initiators. */
  void add(Attachment added) {
    raiseForAll();
    int at = 0;
    while (at < attachments.length && attachments[at].lun < added.lun) {
      at++;
    }
    Attachment[] more = Arrays.copyOf(attachments, attachments.length + 1);
    System.arraycopy(attachments, at, more, at + 1, attachments.length - at);
    more[at] = added;
    attachments = more;
    added.unit.belongTo(this);
  }

  /** Takes a unit out; the others tell their initiators. */
  void remove(Attachment removed) {
    attachments = Arrays.stream(attachments).filter(a -> a != removed).toArray(Attachment[]::new);
    raiseForAll();
  }

  private void raiseForAll() {
    for (Attachment attachment : attachments) {
      attachment.unit.raise(UnitAttention.REPORTED_LUNS_CHANGED);
    }
  }

  Attachment[] attachments() {
    return attachments;
  }

  @Override
  public int count() {
    return attachments.length;
  }

  @Override
  public int lun(int index) {
    return attachments[index].lun;
  }
}
