package dev.virtio4j.scsi;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Tasks that have not ended, in the order in which they came, of all units of a bus; those of one
 * unit are its task set (SAM-5, "Task set"), and their attributes say which may begin.
 */
final class TaskSet {
  /**
   * How many there can be. Each that comes or goes is compared with all the others, so this bounds
   * what a guest can make the host do.
   */
  private static final int MAX_TASKS = 4096;

  private final ArrayList<Task> tasks = new ArrayList<>();

  boolean isFull() {
    return tasks.size() >= MAX_TASKS;
  }

  /** Adds a task, which begins if it may. */
  void add(Task task, long now) {
    tasks.add(task);
    beginAllowed(task.attachment, now);
  }

  /** Adds a task that is as it was saved. */
  void restore(Task task) {
    tasks.add(task);
  }

  /** Takes a task out; others of its unit may begin then. */
  void remove(Task task, long now) {
    tasks.remove(task);
    beginAllowed(task.attachment, now);
  }

  /** Takes some tasks out; others of their units may begin then. */
  List<Task> removeAll(Predicate<Task> which, long now) {
    List<Task> removed = matching(which);
    tasks.removeAll(Set.copyOf(removed));
    removed.stream().map(task -> task.attachment).distinct().forEach(u -> beginAllowed(u, now));
    return removed;
  }

  /** Lets those dormant tasks of a unit begin that the others allow to ({@link TaskAttribute}). */
  private void beginAllowed(Attachment unit, long now) {
    boolean head = false;
    for (int i = 0; i < tasks.size() && !head; i++) {
      Task task = tasks.get(i);
      head = task.attachment == unit && task.attribute == TaskAttribute.HEAD_OF_QUEUE;
    }
    boolean older = false;
    boolean ordered = false;
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      if (task.attachment == unit) {
        boolean allowed =
            switch (task.attribute) {
              case HEAD_OF_QUEUE -> true;
              case ORDERED -> !head && !older;
              case SIMPLE -> !head && !ordered;
            };
        if (allowed && !task.enabled) {
          task.enable(now);
        }
        older = true;
        ordered |= task.attribute == TaskAttribute.ORDERED;
      }
    }
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
