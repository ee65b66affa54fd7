/**
 * Plugins: jars with a plugin-descriptor.xml, in a directory that an emulator looks through.
 *
 * <pre>
 *   PluginDirectory    loads every jar of a directory that has a descriptor; a broken one is named
 *     Plugin             one that is loaded, in a class loader of its own over the emulator's
 *       DeviceFactory      what its descriptor names for each type: opens devices
 *         PluginDevice       one device, which the host gives memory and time
 *   PluginDevices      the devices that a user wants, opened
 *   VirtioBlk, VirtioScsi, VirtioScsiCdrom  our own factories
 * </pre>
 *
 * <p>A third party writes a {@link dev.virtio4j.plugin.DeviceFactory}, returns any {@link
 * dev.virtio4j.pci.PciFunction}, and puts both with a descriptor into a jar. May import {@code
 * descriptor}, {@code host}, {@code pci} and, for our own devices, {@code drive}.
 */
package dev.virtio4j.plugin;
