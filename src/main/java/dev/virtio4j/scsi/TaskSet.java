package dev.virtio4j.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Tasks that have not ended, in the order in which they came, of all units of a bus; those of one
 * unit are its task set (SAM-5, "Task set"), and their attributes say which may begin.
 */
final class TaskSet {
  private final ArrayList<Task> tasks = new ArrayList<>();

  /** Adds a task, which begins if it may. */
  void add(Task task, long now) {
    tasks.add(task);
    beginIfAllowed(tasks.size() - 1, now);
  }

  /** Adds a task that is as it was saved. */
  void restore(Task task) {
    tasks.add(task);
  }

  /** Takes a task out; others of its unit may begin then. */
  void remove(Task task, long now) {
    tasks.remove(task);
    for (int i = 0; i < tasks.size(); i++) {
      if (tasks.get(i).attachment == task.attachment) {
        beginIfAllowed(i, now);
      }
    }
  }

  private void beginIfAllowed(int index, long now) {
    Task task = tasks.get(index);
    if (!task.enabled && isAllowed(index)) {
      task.enable(now);
    }
  }

  /** Whether the others let a dormant task begin ({@link TaskAttribute}). */
  private boolean isAllowed(int index) {
    Task task = tasks.get(index);
    if (task.attribute == TaskAttribute.HEAD_OF_QUEUE) {
      return true;
    }
    for (int i = 0; i < tasks.size(); i++) {
      Task other = tasks.get(i);
      boolean older = i < index;
      if (other.attachment == task.attachment
          && i != index
          && (other.attribute == TaskAttribute.HEAD_OF_QUEUE
              || (older && other.attribute == TaskAttribute.ORDERED)
              || (older && task.attribute == TaskAttribute.ORDERED))) {
        return false;
      }
    }
    return true;
  }

  /** The task that is done first of those that have begun; of several, the oldest; or null. */
  Task first() {
    Task first = null;
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      if (task.enabled && (first == null || task.due < first.due)) {
        first = task;
      }
    }
    return first;
  }

  /** Those that something holds for, now. */
  List<Task> matching(Predicate<Task> which) {
    return tasks.stream().filter(which).toList();
  }

  List<Task> all() {
    return tasks;
  }

  void clear() {
    tasks.clear();
  }
}
