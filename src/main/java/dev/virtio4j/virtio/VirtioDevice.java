package dev.virtio4j.virtio;

import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A virtio device, whatever its type and however the guest reaches it: features, status, queues,
 * configuration and the interrupt status. A transport connects it and carries the guest's accesses
 * to it; a subclass serves its queues.
 *
 * <p>A queue is served from the moment it has an address: older drivers do I/O before they set
 * DRIVER_OK.
 */
public abstract class VirtioDevice implements Stateful {
  /** Bit 0 of the interrupt status: a queue has used buffers (0.9.5, section 2.2.2.1). */
  private static final int ISR_QUEUE = 1;

  /** Bit 1: the configuration has changed. */
  private static final int ISR_CONFIG = 2;

  private static final int STATUS_DRIVER_OK = 4;

  private final String name;
  private final int type;
  private final int offeredFeatures;
  private final byte[] config;

  /** The configuration as it was when the guest last read its first byte. */
  private final byte[] shownConfig;

  private final int[] queueSizes;
  private final GuestFaultLog log =
      new GuestFaultLog(System.getLogger(VirtioDevice.class.getName()), System::nanoTime);

  private Virtqueue[] queues;
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
   * @param spec the text that it goes by; the features of the ring come from there
   * @param features what the type offers, bits 0 to 23
   * @param config the device-specific configuration, little-endian, not copied
   * @param queueSizes the size of each queue in descriptors, powers of two up to 32768
   */
  protected VirtioDevice(
      String name, int type, SpecProfile spec, int features, byte[] config, int... queueSizes) {
    this.name = name;
    this.type = type;
    this.offeredFeatures = features | spec.ringFeatures();
    this.config = config;
    shownConfig = config.clone();
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
    this.interrupt = interrupt;
    queues = new Virtqueue[queueSizes.length];
    for (int i = 0; i < queues.length; i++) {
      queues[i] = new Virtqueue(name + " queue " + i, i, queueSizes[i], memory, log);
    }
    connected(clock);
  }

  /**
   * The device is connected to its host.
   *
   * @param clock the emulated time
   */
  protected void connected(EventClock clock) {}

  /**
   * Serves a queue.
   *
   * @param queue the queue: take every chain that {@link Virtqueue#next} gives; they are completed
   *     now, or later and then {@link #publish}ed
   */
  protected abstract void serve(Virtqueue queue);

  /**
   * The driver took the ring of a queue away, or the whole device was reset: chains of this queue
   * that are not complete yet are to be completed, without a look at guest memory; a device that
   * keeps none has nothing to do.
   *
   * @param queue the queue, which has no ring now or another one
   */
  protected void abandon(Virtqueue queue) {}

  /**
   * The driver wrote to the configuration; by default that changes nothing.
   *
   * @param offset bytes from its start
   * @param value the byte, 0 to 255
   */
  protected void configWritten(int offset, int value) {}

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
   * {@link Features#BAD_FEATURE}, if that was.
   *
   * @param features feature bits 0 to 31
   */
  public final void acceptFeatures(int features) {
    int accepted = features & offeredFeatures;
    acceptedFeatures = (accepted & Features.BAD_FEATURE) != 0 ? 0 : accepted;
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
        abandon(queue);
      }
      resetConfig();
      System.arraycopy(config, 0, shownConfig, 0, config.length);
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
   * Puts a queue at a page of guest memory, empty, or takes it out of use: what it had in flight is
   * given up. The other queues and the device stay as they are.
   *
   * @param queue any number; of a queue that doesn't exist this is ignored
   * @param pageFrame the guest-physical address divided by 4096, unsigned; 0 for out of use
   */
  public final void placeQueue(int queue, int pageFrame) {
    if (hasQueue(queue)) {
      queues[queue].place(pageFrame);
      abandon(queues[queue]);
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
      publish(queues[queue]);
    }
  }

  /**
   * Shows the driver the chains of a queue that are complete, and interrupts it for them if it
   * wants that.
   *
   * @param queue a queue that chains were completed on outside of {@link #serve}
   */
  protected final void publish(Virtqueue queue) {
    if (queue.endBatch()) {
      interrupts++;
      raise(ISR_QUEUE);
    }
  }

  /**
   * Tells the driver that the configuration has changed; one that is not up yet will read it
   * anyway.
   */
  protected final void configChanged() {
    if ((status & STATUS_DRIVER_OK) != 0) {
      raise(ISR_CONFIG);
    }
  }

  private void raise(int bit) {
    interruptStatus |= bit;
    interrupt.set(true);
  }

  /**
   * Reads the interrupt status, clears it, and takes the interrupt back.
   *
   * @return bit 0 if a queue has used buffers, bit 1 if the configuration has changed
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
   * Reads the device-specific configuration. Reading its first byte takes a copy that the other
   * bytes are then read from, so that no field changes between two reads of its parts.
   *
   * @param offset bytes from its start
   * @param width 1, 2 or 4 bytes
   * @return the value; all ones if it does not wholly lie in the configuration
   */
  public final int readConfig(int offset, int width) {
    if (offset < 0 || offset > config.length - width) {
      return -1;
    }
    if (offset == 0) {
      System.arraycopy(config, 0, shownConfig, 0, config.length);
    }
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (shownConfig[offset + i] & 0xFF) << (8 * i);
    }
    return value;
  }

  /**
   * Writes the device-specific configuration, where it can be written.
   *
   * @param offset bytes from its start; what lies past its end is ignored
   * @param width 1, 2 or 4 bytes
   * @param value the value in the low bytes
   */
  public final void writeConfig(int offset, int width, int value) {
    for (int i = 0; i < width && offset + i < config.length; i++) {
      configWritten(offset + i, (value >>> (8 * i)) & 0xFF);
      shownConfig[offset + i] = config[offset + i];
    }
  }

  /** The fields of the configuration that a driver may write get their first values again. */
  protected void resetConfig() {}

  /**
   * How often the device has interrupted the guest.
   *
   * @return how many interrupts since the device was made
   */
  protected final long interrupts() {
    return interrupts;
  }

  /**
   * How often the device has not interrupted the guest for used buffers, because it did not want
   * that.
   *
   * @return how many times since the device was made
   */
  protected final long suppressedInterrupts() {
    return Arrays.stream(queues).mapToLong(Virtqueue::suppressed).sum();
  }

  /**
   * A queue.
   *
   * @param index which, below the number of queues
   * @return the queue
   */
  protected final Virtqueue queue(int index) {
    return queues[index];
  }

  @Override
  public final void save(StateWriter out) throws IOException {
    out.begin(name, 1);
    out.i32(acceptedFeatures);
    out.i32(status);
    out.i32(interruptStatus);
    out.i64(interrupts);
    out.bytes(config);
    out.bytes(shownConfig);
    for (Virtqueue queue : queues) {
      queue.save(out);
    }
    saveType(out);
    out.end();
  }

  @Override
  public final void load(StateReader in) throws IOException {
    in.begin(name, 1);
    int features = in.i32();
    if ((features & ~offeredFeatures) != 0) {
      throw in.wrong("has features that are not offered");
    }
    status = in.i32(0, 255, "device status");
    interruptStatus = in.i32(0, ISR_QUEUE | ISR_CONFIG, "interrupt status");
    interrupts = in.i64(0, Long.MAX_VALUE, "interrupts");
    in.bytes(config);
    in.bytes(shownConfig);
    for (Virtqueue queue : queues) {
      queue.load(in);
    }
    acceptFeatures(features);
    loadType(in);
    in.end();
    interrupt.set(interruptStatus != 0);
  }

  /**
   * Saves what the type of device has beside its features, status, queues and configuration.
   *
   * @param out where to
   * @throws IOException if it can't be written
   */
  protected void saveType(StateWriter out) throws IOException {}

  /**
   * Takes over what {@link #saveType} saved; the queues and the configuration are loaded by then.
   *
   * @param in where from
   * @throws IOException if it is not a state of this device, or can't be read
   */
  protected void loadType(StateReader in) throws IOException {}

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
