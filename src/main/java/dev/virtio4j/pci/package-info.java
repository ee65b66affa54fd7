/**
 * A PCI function: configuration header, I/O BAR, interrupt pin. Knows nothing of virtio.
 *
 * <pre>
 *   host's PCI bus --- readConfig, writeConfig --&gt; PciFunction --- ConfigSpace: the header
 *                  --- readIo, writeIo ----------&gt;             --- what answers behind the BAR
 *   interrupt line &lt;-- INTA ----------------------  ConfigSpace, gated by the command register
 * </pre>
 *
 * <p>{@link dev.virtio4j.pci.PciFunction} is what a host sees and calls; {@link
 * dev.virtio4j.pci.ConfigSpace} is what an implementation of it is built from. Like all device
 * code, this is called on the emulator's thread only.
 *
 * <p>May import {@code host} only.
 */
package dev.virtio4j.pci;
