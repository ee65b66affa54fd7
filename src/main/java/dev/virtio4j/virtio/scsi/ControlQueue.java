package dev.virtio4j.virtio.scsi;

import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.scsi.LogicalUnit;
import dev.virtio4j.scsi.ScsiBus;
import dev.virtio4j.scsi.TaskManagement;
import dev.virtio4j.virtio.DescriptorChain;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Control requests (0.9.5, Appendix H, "Device Operation: controlq"): task management functions,
 * and which events of a unit the guest wants to hear of.
 *
 * <pre>
 *   struct virtio_scsi_ctrl_tmf {      struct virtio_scsi_ctrl_an {
 *     u32 type;      // TMF 0            u32 type;     // AN_QUERY 1, AN_SUBSCRIBE 2
 *     u32 subtype;                       u8 lun[8];
 *     u8 lun[8];                         u32 event_requested;
 *     u64 id;                            u32 event_actual;  // device-writable
 *     u8 response;   // device-writable  u8 response;
 *   };                                 };
 * </pre>
 *
 * <p>In the draft of November 2011 there may be more in front of the response, which is the last
 * byte; it is that also for a request of no known structure.
 */
final class ControlQueue {
  private static final int TMF = 0;
  private static final int AN_QUERY = 1;
  private static final int AN_SUBSCRIBE = 2;

  private static final int TYPE_SIZE = 4;
  private static final int TMF_SIZE = 24;
  private static final int AN_SIZE = 16;
  private static final int EVENT_ACTUAL_SIZE = 4;
  private static final int RESPONSE_SIZE = 1;

  /** By "subtype". */
  private static final TaskManagement[] FUNCTIONS = {
    TaskManagement.ABORT_TASK,
    TaskManagement.ABORT_TASK_SET,
    TaskManagement.CLEAR_ACA,
    TaskManagement.CLEAR_TASK_SET,
    TaskManagement.I_T_NEXUS_RESET,
    TaskManagement.LOGICAL_UNIT_RESET,
    TaskManagement.QUERY_TASK,
    TaskManagement.QUERY_TASK_SET
  };

  private final ScsiBus bus;
  private final Dialect dialect;

  /** Classes of events that the guest wants to hear of, by the field "lun" of the unit. */
  private final Map<Long, Integer> subscriptions = new TreeMap<>();

  private long requests;

  ControlQueue(ScsiBus bus, Dialect dialect) {
    this.bus = bus;
    this.dialect = dialect;
  }

  /**
   * Carries a request out, and answers it.
   *
   * @return false if there is no room for an answer
   * @throws dev.virtio4j.host.GuestMemoryException if it is not in RAM
   */
  boolean execute(DescriptorChain chain) {
    requests++;
    if (chain.writable() < RESPONSE_SIZE) {
      return false;
    }
    ScsiResponse response = ScsiResponse.FAILURE;
    boolean inPlace = false;
    if (chain.readable() >= TYPE_SIZE) {
      int type = chain.read32();
      if (type == TMF && chain.readable() >= TMF_SIZE - TYPE_SIZE) {
        response = manage(chain);
        inPlace = true;
      } else if ((type == AN_QUERY || type == AN_SUBSCRIBE)
          && chain.readable() >= AN_SIZE - TYPE_SIZE
          && chain.writable() >= EVENT_ACTUAL_SIZE + RESPONSE_SIZE) {
        response = notifications(chain, type == AN_SUBSCRIBE);
        inPlace = true;
      }
    }
    if (!inPlace || dialect == Dialect.NOVEMBER_2011) {
      chain.skipWritable(chain.writable() - RESPONSE_SIZE);
    }
    chain.write8(response.code(dialect));
    return true;
  }

  private ScsiResponse manage(DescriptorChain chain) {
    int subtype = chain.read32();
    long address = chain.read64();
    long tag = chain.read64();
    if (!ScsiAddress.isValid(address)) {
      return ScsiResponse.BAD_TARGET;
    }
    if (subtype < 0 || subtype >= FUNCTIONS.length) {
      return ScsiResponse.FUNCTION_REJECTED;
    }
    TaskManagement function = FUNCTIONS[subtype];
    if (function == TaskManagement.CLEAR_ACA && dialect == Dialect.NOVEMBER_2011) {
      return ScsiResponse.OK; // "always a no-operation" there
    }
    return ScsiResponse.of(
        bus.manage(function, ScsiAddress.target(address), ScsiAddress.lun(address), tag));
  }

  private ScsiResponse notifications(DescriptorChain chain, boolean subscribe) {
    long address = chain.read64();
    int requested = chain.read32();
    int actual = 0;
    ScsiResponse response = ScsiResponse.OK;
    if (!ScsiAddress.isValid(address) || !bus.hasTarget(ScsiAddress.target(address))) {
      response = ScsiResponse.BAD_TARGET;
    } else {
      LogicalUnit unit = bus.unit(ScsiAddress.target(address), ScsiAddress.lun(address));
      if (unit == null) {
        response = ScsiResponse.INCORRECT_LUN;
      } else {
        actual = requested & unit.eventClasses();
        if (subscribe) {
          subscriptions.put(
              ScsiAddress.of(ScsiAddress.target(address), ScsiAddress.lun(address)), actual);
        }
      }
    }
    for (int i = 0; i < EVENT_ACTUAL_SIZE; i++) {
      chain.write8(actual >>> (8 * i));
    }
    return response;
  }

  /** The classes of events of a unit that the guest wants to hear of. */
  int subscribed(int target, int lun) {
    return subscriptions.getOrDefault(ScsiAddress.of(target, lun), 0);
  }

  /** The unit is gone. */
  void forget(int target, int lun) {
    subscriptions.remove(ScsiAddress.of(target, lun));
  }

  void reset() {
    subscriptions.clear();
  }

  long requests() {
    return requests;
  }

  void save(StateWriter out) throws IOException {
    out.i64(requests);
    out.i32(subscriptions.size());
    for (Map.Entry<Long, Integer> subscription : subscriptions.entrySet()) {
      out.i64(subscription.getKey());
      out.i32(subscription.getValue());
    }
  }

  void load(StateReader in) throws IOException {
    requests = in.i64(0, Long.MAX_VALUE, "a counter");
    subscriptions.clear();
    int count = in.i32(0, ScsiBus.TARGETS * ScsiBus.LUNS, "the number of subscriptions");
    for (int i = 0; i < count; i++) {
      long address = in.i64();
      subscriptions.put(address, in.i32());
    }
  }
}
