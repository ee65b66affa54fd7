package dev.virtio4j.scsi;

import dev.virtio4j.block.OnError;
import dev.virtio4j.block.PathException;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemoryException;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The targets that one initiator reaches, and its tasks on their way (SAM-5: task router and task
 * managers). A task that takes no time is executed when it is submitted; one of a unit that seems
 * slow waits for its time, and can be aborted until then.
 *
 * <p>Doesn't allocate by the task, once it has had as many in flight as it gets.
 */
public final class ScsiBus {
  /** Targets have numbers below this. */
  public static final int TARGETS = 256;

  /** Units have numbers below this, in each target. */
  public static final int LUNS = 16384;

  private static final String STATE = "SCSI bus";

  /** Who wants to know what happens on a bus beside its tasks. */
  public interface Listener {
    /**
     * A unit has another capacity, or another parameter that initiators should look at.
     *
     * @param target 0 to 255
     * @param lun 0 to 16383
     * @param attention what its initiators will be told
     */
    void parametersChanged(int target, int lun, UnitAttention attention);

    /**
     * Something has happened to a unit that an initiator can subscribe to.
     *
     * @param target 0 to 255
     * @param lun 0 to 16383
     * @param eventClasses a bit for each class, as {@link LogicalUnit#eventClasses}
     */
    void asynchronousEvent(int target, int lun, int eventClasses);

    /**
     * The host failed in a way that makes the bus stand still ({@link OnError#STOP}) until {@link
     * #resume}.
     *
     * @param why one line that names the unit
     */
    void stopped(String why);
  }

  private final Listener listener;
  private final ScsiTarget[] targets = new ScsiTarget[TARGETS];

  private final TaskSet inFlight = new TaskSet();

  private EventClock clock;
  private EventClock.Timer timer;
  private boolean timerSet;
  private boolean stopped;

  /**
   * Makes a bus without targets.
   *
   * @param listener hears of what happens to them
   */
  public ScsiBus(Listener listener) {
    this.listener = listener;
  }

  /**
   * Gives the bus its time, once, before the first task.
   *
   * @param emulatedTime when tasks are done
   * @param afterwards runs after tasks ended that nobody submitted just now
   */
  public void connect(EventClock emulatedTime, Runnable afterwards) {
    clock = emulatedTime;
    timer =
        emulatedTime.timer(
            () -> {
              timerSet = false;
              carryOut(clock.now());
              afterwards.run();
            });
  }

  // The units.

  /**
   * Adds a unit. Initiators of other units of the target are told.
   *
   * @param target 0 to 255
   * @param lun 0 to 16383
   * @param unit the unit, on no other bus
   * @param settings how its tasks are treated
   * @throws IllegalArgumentException with one line if there is one at that address, or there is no
   *     such address
   */
  public void attach(int target, int lun, LogicalUnit unit, UnitSettings settings) {
    if (target < 0 || target >= TARGETS || lun < 0 || lun >= LUNS) {
      throw new IllegalArgumentException(
          "target %d, LUN %d: use targets 0 to %d and LUNs 0 to %d"
              .formatted(target, lun, TARGETS - 1, LUNS - 1));
    }
    if (has(target, lun)) {
      throw new IllegalArgumentException(
          "target %d, LUN %d: there is a unit already".formatted(target, lun));
    }
    if (targets[target] == null) {
      targets[target] = new ScsiTarget(target);
    }
    targets[target].add(new Attachment(target, lun, unit, settings));
    unit.listen(
        new LogicalUnit.Listener() {
          @Override
          public void parametersChanged(UnitAttention attention) {
            listener.parametersChanged(target, lun, attention);
          }

          @Override
          public void asynchronousEvent(int eventClasses) {
            listener.asynchronousEvent(target, lun, eventClasses);
          }

          @Override
          public boolean abortTasks(Nexus nexus) {
            Predicate<Task> lost = task -> task.attachment.unit == unit && task.nexus() == nexus;
            boolean any = !inFlight.matching(lost).isEmpty();
            end(lost, TaskEnd.ABORTED);
            setTimer(inFlight.first());
            return any;
          }
        });
  }

  /**
   * Takes a unit away. Its tasks end as {@link TaskEnd#TRANSPORT_FAILURE}.
   *
   * @param target 0 to 255
   * @param lun 0 to 16383
   * @throws IllegalArgumentException with one line if there is none at that address
   */
  public void detach(int target, int lun) {
    if (!has(target, lun)) {
      throw new IllegalArgumentException(
          "target %d, LUN %d: there is no unit".formatted(target, lun));
    }
    Attachment removed = targets[target].find(lun);
    end(task -> task.attachment == removed, TaskEnd.TRANSPORT_FAILURE);
    targets[target].remove(removed);
    removed.unit.disconnect(removed.nexus);
    if (targets[target].count() == 0) {
      end(task -> task.attachment.target == target, TaskEnd.TRANSPORT_FAILURE);
      targets[target] = null;
    }
    setTimer(inFlight.first());
  }

  /**
   * Whether there is a target.
   *
   * @param target any number
   * @return true if it has at least one unit
   */
  public boolean hasTarget(int target) {
    return target >= 0 && target < TARGETS && targets[target] != null;
  }

  /**
   * Whether there is a unit.
   *
   * @param target any number
   * @param lun any number
   * @return true if there is one at that address
   */
  public boolean has(int target, int lun) {
    return unit(target, lun) != null;
  }

  /**
   * Finds a unit.
   *
   * @param target any number
   * @param lun any number
   * @return the unit; null if there is none at that address
   */
  public LogicalUnit unit(int target, int lun) {
    Attachment found = hasTarget(target) ? targets[target].find(lun) : null;
    return found == null ? null : found.unit;
  }

  /**
   * How many units a target has.
   *
   * @param target any number
   * @return 0 if there is no such target
   */
  public int units(int target) {
    return hasTarget(target) ? targets[target].count() : 0;
  }

  /**
   * The number of one of a target's units.
   *
   * @param target one that is there
   * @param index which of its units, in the order of their numbers
   * @return its LUN
   */
  public int lun(int target, int index) {
    return targets[target].lun(index);
  }

  /**
   * What a unit has done here.
   *
   * @param target of a unit that is there
   * @param lun likewise
   * @return the counts at this moment
   */
  public UnitCounters counters(int target, int lun) {
    return targets[target].find(lun).counters.plus(new UnitCounters());
  }

  // The tasks.

  /**
   * Takes a task. It may have ended when this returns. If 4096 are in flight already, it ends with
   * {@link Status#TASK_SET_FULL}.
   *
   * @param task one that has begun, with a carrier
   * @param target one that {@linkplain #hasTarget is there}
   * @param lun 0 to 16383, whether or not there is such a unit
   */
  public void submit(Task task, int target, int lun) {
    task.sendTo(targets[target].addressed(lun));
    if (inFlight.isFull()) {
      task.taskSetFull();
      tell(task, TaskEnd.COMPLETE);
      return;
    }
    long now = clock.now();
    inFlight.add(task, now);
    carryOut(now);
  }

  /** Executes all tasks whose time has come. */
  private void carryOut(long now) {
    Task next = inFlight.first();
    while (next != null && next.due <= now && !stopped) {
      execute(next);
      next = inFlight.first();
    }
    setTimer(next);
  }

  /** For the task that is done first; null if there is none. */
  private void setTimer(Task next) {
    if (next != null && !stopped) {
      timer.at(next.due);
      timerSet = true;
    } else if (timerSet) {
      timer.cancel();
      timerSet = false;
    }
  }

  private void execute(Task task) {
    try {
      task.attachment.unit.execute(task);
    } catch (GuestMemoryException e) {
      end(task, TaskEnd.BAD_BUFFERS);
      return;
    }
    if (task.hostFailure() != null) {
      switch (task.policy()) {
        case IGNORE -> task.ignoreHostFailure();
        case STOP -> {
          stopped = true;
          String why =
              "target %d, LUN %d: %s"
                  .formatted(
                      task.attachment.target, task.attachment.lun, task.hostFailure().getMessage());
          task.again();
          listener.stopped(why);
          return;
        }
        case REPORT -> {} // in its sense data, or by how the task ended
      }
    }
    end(
        task,
        task.hostFailure() instanceof PathException path
            ? TaskEnd.of(path.failure())
            : TaskEnd.COMPLETE);
  }

  private void end(Task task, TaskEnd why) {
    inFlight.remove(task, clock.now());
    tell(task, why);
  }

  /** Ends some tasks before their time; what they would have done is not done. */
  private void end(Predicate<Task> which, TaskEnd why) {
    for (Task task : inFlight.removeAll(which, clock.now())) {
      tell(task, why);
    }
  }

  private static void tell(Task task, TaskEnd why) {
    task.attachment.counters.count(task, why);
    task.carrier.ended(why);
  }

  /** After the bus {@linkplain Listener#stopped stopped}: tries again, and goes on. */
  public void resume() {
    stopped = false;
    carryOut(clock.now());
  }

  /**
   * Ends some tasks before their time, for the front end's reasons.
   *
   * @param which is asked about the carrier of each
   */
  public void giveUp(Predicate<Carrier> which) {
    end(task -> which.test(task.carrier), TaskEnd.RESET);
    setTimer(inFlight.first());
  }

  /** The whole bus is reset: tasks end as {@link TaskEnd#RESET}, units are as after power-on. */
  public void reset() {
    giveUp(carrier -> true);
    stopped = false;
    for (ScsiTarget target : targets) {
      if (target != null) {
        for (Attachment attachment : target.attachments()) {
          attachment.unit.reset(UnitAttention.POWER_ON);
        }
      }
    }
  }

  /**
   * Does a task management function.
   *
   * @param function which
   * @param target any number
   * @param lun any number; makes no difference to {@link TaskManagement#I_T_NEXUS_RESET}
   * @param tag the task meant by {@link TaskManagement#ABORT_TASK} and {@link
   *     TaskManagement#QUERY_TASK}
   * @return what came of it
   */
  public TaskManagement.Response manage(TaskManagement function, int target, int lun, long tag) {
    if (!hasTarget(target)) {
      return TaskManagement.Response.BAD_TARGET;
    }
    if (function == TaskManagement.I_T_NEXUS_RESET) {
      resetNexus(target);
      return TaskManagement.Response.FUNCTION_COMPLETE;
    }
    Attachment on = targets[target].find(lun);
    if (on == null) {
      return TaskManagement.Response.INCORRECT_LOGICAL_UNIT_NUMBER;
    }
    Predicate<Task> all = task -> task.attachment == on;
    Predicate<Task> tagged = task -> task.attachment == on && task.tag == tag;
    switch (function) {
      case ABORT_TASK -> end(tagged, TaskEnd.ABORTED);
      case ABORT_TASK_SET, CLEAR_TASK_SET -> end(all, TaskEnd.ABORTED);
      case LOGICAL_UNIT_RESET -> {
        end(all, TaskEnd.RESET);
        on.unit.reset(UnitAttention.BUS_DEVICE_RESET);
      }
      case QUERY_TASK -> {
        return found(tagged);
      }
      case QUERY_TASK_SET -> {
        return found(all);
      }
      default -> {
        return TaskManagement.Response.FUNCTION_REJECTED;
      }
    }
    carryOut(clock.now()); // what waited for an aborted one
    return TaskManagement.Response.FUNCTION_COMPLETE;
  }

  private TaskManagement.Response found(Predicate<Task> which) {
    return inFlight.matching(which).isEmpty()
        ? TaskManagement.Response.FUNCTION_COMPLETE
        : TaskManagement.Response.FUNCTION_SUCCEEDED;
  }

  private void resetNexus(int target) {
    end(task -> task.attachment.target == target, TaskEnd.RESET);
    for (Attachment attachment : targets[target].attachments()) {
      attachment.unit.nexusLost(attachment.nexus);
    }
    setTimer(inFlight.first());
  }

  // The state.

  /** Makes the task anew that {@link Carrier#save} saved. */
  public interface TaskLoader {
    /**
     * Reads a task.
     *
     * @param in where from
     * @return one that has begun
     * @throws IOException if it is none, or can't be read
     */
    Task load(StateReader in) throws IOException;
  }

  /**
   * Saves the units and the tasks in flight.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  public void save(StateWriter out) throws IOException {
    out.begin(STATE, 1);
    List<Attachment> attached = attached();
    out.i32(attached.size());
    for (Attachment attachment : attached) {
      attachment.save(out);
    }
    out.i32(inFlight.all().size());
    for (Task task : inFlight.all()) {
      out.i32(task.attachment.target);
      out.i32(task.attachment.lun);
      out.flag(task.enabled);
      out.i64(task.due);
      task.carrier.save(out);
    }
    timer.save(out);
    out.flag(stopped);
    out.end();
  }

  /**
   * Takes over what {@link #save} saved of a bus with the same units.
   *
   * @param in where from
   * @param loader makes tasks
   * @throws IOException if it is not a state of this bus, or can't be read
   */
  public void load(StateReader in, TaskLoader loader) throws IOException {
    in.begin(STATE, 1);
    List<Attachment> attached = attached();
    in.i32(attached.size(), attached.size(), "the number of units");
    for (Attachment attachment : attached) {
      attachment.load(in);
    }
    inFlight.clear();
    int count = in.i32(0, Integer.MAX_VALUE, "the number of tasks in flight");
    for (int i = 0; i < count; i++) {
      int target = in.i32(0, TARGETS - 1, "a target");
      int lun = in.i32(ScsiTarget.MISSING, LUNS - 1, "a LUN");
      if (!hasTarget(target) || (lun != ScsiTarget.MISSING && !has(target, lun))) {
        throw in.wrong("has a task for a unit that is not there");
      }
      boolean enabled = in.flag();
      long due = in.i64(0, Long.MAX_VALUE, "an emulated time");
      Task task = loader.load(in);
      task.sendTo(targets[target].addressed(lun));
      task.restore(enabled, due);
      inFlight.restore(task);
    }
    timer.load(in);
    timerSet = true;
    // A machine that stood still goes on when it is restored, and so does its bus.
    stopped = false;
    if (in.flag()) {
      timer.at(clock.now());
    }
    in.end();
  }

  private List<Attachment> attached() {
    List<Attachment> all = new ArrayList<>();
    for (ScsiTarget target : targets) {
      if (target != null) {
        all.addAll(List.of(target.attachments()));
      }
    }
    return all;
  }
}
