package dev.virtio4j.virtio;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.InterruptLine;
import java.util.function.Supplier;

/**
 * A virtio device, whatever its type and however the guest reaches it: features, status, queues,
 * configuration and the interrupt status. A transport connects it and carries the guest's accesses
 * to it; a subclass serves its queues.
 *
 * <p>A queue is served from the moment it has an address: older drivers do I/O before they set
 * DRIVER_OK.
 */
public abstract class VirtioDevice {
  /** Bit 0 of the interrupt status: a queue has used buffers (0.9.5, section 2.2.2.1). */
  private static final int ISR_QUEUE = 1;

  /** What every device of ours offers beside the features of its type. */
  private static final int RING_FEATURES =
      Features.NOTIFY_ON_EMPTY | Features.INDIRECT_DESC | Features.EVENT_IDX | Features.BAD_FEATURE;

  private final String name;
  private final int type;
  private final int offeredFeatures;
  private final byte[] config;
  private final int[] queueSizes;
  private final GuestFaultLog log =
      new GuestFaultLog(System.getLogger(VirtioDevice.class.getName()), System::nanoTime);

  private Virtqueue[] queues;
  protected EventClock clock;
  private InterruptLine interrupt;
  private int acceptedFeatures;
  private int status;
  private int interruptStatus;
  private long interrupts;

  /**
   * Describes the device.
   *
   * @param name what log lines call it
   * @param type the device type, which is the subsystem ID on PCI
   * @param features what the type offers, bits 0 to 23; the features of the ring come from here
   * @param config the device-specific configuration, little-endian, not copied
   * @param queueSizes the size of each queue in descriptors, powers of two up to 32768
   */
  protected VirtioDevice(String name, int type, int features, byte[] config, int... queueSizes) {
    this.name = name;
    this.type = type;
    this.offeredFeatures = features | RING_FEATURES;
    this.config = config;
    this.queueSizes = queueSizes;
  }

  /**
   * Connects the device to its host, once, before anything else is asked of it.
   *
   * @param memory the guest's memory
   * @param clock the emulated time
   * @param interrupt asserted while the interrupt status is not 0
   * @throws IllegalStateException if it is connected already
   */
  public final void connect(GuestMemory memory, EventClock clock, InterruptLine interrupt) {
    if (queues != null) {
      throw new IllegalStateException(name + " is connected to a transport already");
    }
    this.clock = clock;
    this.interrupt = interrupt;
    queues = new Virtqueue[queueSizes.length];
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new Virtqueue(name + " queue " + i, queueSizes[i], memory, log);
    }
  }

  /**
   * Serves a queue.
   *
   * @param queue the queue: take every chain that {@link Virtqueue#next} gives
   */
  protected abstract void serve(Virtqueue queue);

  /**
   * The device type.
   *
   * @return the number that the specification gives it
   */
  public final int type() {
    return type;
  }

  /**
   * What the device offers.
   *
   * @return feature bits 0 to 31
   */
  public final int offeredFeatures() {
    return offeredFeatures;
  }

  /**
   * What the guest accepted of it; nothing before it said so.
   *
   * @return feature bits 0 to 31
   */
  public final int acceptedFeatures() {
    return acceptedFeatures;
  }

  /**
   * Takes the guest's choice. What was not offered is dropped, and everything where the guest took
   * {@link Features#BAD_FEATURE}.
   *
   * @param features feature bits 0 to 31
   */
  public final void acceptFeatures(int features) {
    acceptedFeatures = (features & Features.BAD_FEATURE) != 0 ? 0 : features & offeredFeatures;
    for (Virtqueue queue : queues) {
      queue.acceptFeatures(acceptedFeatures);
    }
  }

  /**
   * The device status (0.9.5, section 2.2.2.1): ACKNOWLEDGE 1, DRIVER 2, DRIVER_OK 4, FAILED 128.
   * They are notes of the driver; the device acts on 0 only.
   *
   * @return 8 bits, as the driver wrote them
   */
  public final int status() {
    return status;
  }

  /**
   * Writes the device status.
   *
   * @param status 8 bits; 0 resets the device
   */
  public final void setStatus(int status) {
    this.status = status;
    if (status == 0) {
      acceptFeatures(0);
      for (Virtqueue queue : queues) {
        queue.place(0);
      }
      takeInterruptStatus();
    }
  }

  /**
   * The size of a queue.
   *
   * @param queue any number
   * @return how many descriptors it has; 0 if there is no such queue
   */
  public final int queueSize(int queue) {
    return hasQueue(queue) ? queues[queue].size() : 0;
  }

  /**
   * Where a queue is.
   *
   * @param queue any number
   * @return its guest-physical address divided by 4096; 0 if it is not in use, or there is no such
   *     queue
   */
  public final int queuePageFrame(int queue) {
    return hasQueue(queue) ? queues[queue].pageFrame() : 0;
  }

  /**
   * Puts a queue at a page of guest memory, empty, or takes it out of use. The other queues and the
   * device stay as they are.
   *
   * @param queue any number; of a queue that doesn't exist this is ignored
   * @param pageFrame the guest-physical address divided by 4096, unsigned; 0 for out of use
   */
  public final void placeQueue(int queue, int pageFrame) {
    if (hasQueue(queue)) {
      queues[queue].place(pageFrame);
    }
  }

  /**
   * The driver says that a queue has buffers. Serves what is available now, and decides on an
   * interrupt once for all of it.
   *
   * @param queue any number; of a queue that doesn't exist this is ignored
   */
  public final void notified(int queue) {
    if (hasQueue(queue)) {
      queues[queue].beginBatch();
      serve(queues[queue]);
      if (queues[queue].endBatch()) {
        interrupts++;
        interruptStatus |= ISR_QUEUE;
        interrupt.set(true);
      }
    }
  }

  /**
   * Reads the interrupt status, clears it, and takes the interrupt back.
   *
   * @return bit 0 if a queue has used buffers
   */
  public final int takeInterruptStatus() {
    int value = interruptStatus;
    interruptStatus = 0;
    interrupt.set(false);
    return value;
  }

  /**
   * The length of the device-specific configuration.
   *
   * @return bytes
   */
  public final int configLength() {
    return config.length;
  }

  /**
   * Reads the device-specific configuration.
   *
   * @param offset bytes from its start
   * @param width 1, 2 or 4 bytes
   * @return the value; all ones if it does not wholly lie in the configuration
   */
  public final int readConfig(int offset, int width) {
    if (offset < 0 || offset > config.length - width) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (config[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  /**
   * How often the device has interrupted the guest.
   *
   * @return how many interrupts since the device was made
   */
  protected final long interrupts() {
    return interrupts;
  }

  /**
   * Logs what went wrong, within limits: a guest can cause as many of these as it likes.
   *
   * @param line one line without the name of the device; asked for only if it is logged
   */
  protected final void warn(Supplier<String> line) {
    log.warn(() -> name + ": " + line.get());
  }

  private boolean hasQueue(int queue) {
    return queue >= 0 && queue < queues.length;
  }
}
