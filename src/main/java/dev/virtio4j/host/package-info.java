/**
 * What a host emulator gives to a device: guest memory for DMA, an interrupt line, and the emulated
 * clock.
 *
 * <pre>
 *   device --- GuestMemory ----&gt; the guest's RAM
 *          --- InterruptLine --&gt; the interrupt controller
 *          &lt;-- EventClock -----  timers, and work that another thread posted
 * </pre>
 *
 * <p>This is the whole of what devices know about their host. An emulator that implements these
 * three interfaces can carry every device of this library; nothing here knows PCI or virtio.
 *
 * <p>What a guest can tell of a device is its state, which {@link dev.virtio4j.host.Stateful} saves
 * and loads between two instructions, as sections of a {@link dev.virtio4j.host.StateWriter}.
 *
 * <p>All device code is single-threaded: it runs on the emulator's thread. The one method that
 * another thread may call is {@link dev.virtio4j.host.EventClock#post}.
 */
package dev.virtio4j.host;
