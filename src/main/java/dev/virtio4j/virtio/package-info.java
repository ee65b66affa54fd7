/**
 * Virtio as all device types and transports share it: features, status, virtqueues.
 *
 * <p>A virtqueue lies in guest memory, at a page that the driver chose:
 *
 * <pre>
 *   descriptor table        available ring           used ring (next page)
 *   +--------------------+  +--------------------+   +--------------------+
 *   | addr len flags next|  | flags  idx         |   | flags  idx         |
 *   | addr len flags next|  | head head head ... |   | head len, head len |
 *   | ...                |  | used_event         |   | avail_event        |
 *   +--------------------+  +--------------------+   +--------------------+
 *     buffers, chained        driver to device         device to driver
 * </pre>
 *
 * <p>The driver describes the buffers of a request in a chain of descriptors, puts the number of
 * its first one, its head, on the available ring, and notifies. The device walks the chain, does
 * the work, puts the head on the used ring with the number of bytes it wrote, and interrupts.
 *
 * <pre>
 *   transport -- notified --&gt; VirtioDevice -- serve --&gt; the device type
 *                               Virtqueue.next     reads the ring and checks it
 *                               DescriptorChain    read and write like streams
 *                               complete           used ring, when the batch ends
 *             &lt;-- interrupt --  decided once for the batch
 * </pre>
 *
 * <p>The guest is the adversary: each field is read once, what was checked is what is used, and
 * what it did wrong ends in the log and not in an exception. All of it runs on the emulator's
 * thread.
 *
 * <p>May import {@code host} only; knows nothing of PCI.
 */
package dev.virtio4j.virtio;
