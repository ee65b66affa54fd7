/**
 * What a plugin-descriptor.xml says: of a plugin, the emulators that it is for, and its devices
 * with their options.
 *
 * <pre>
 *   DescriptorReader   reads and checks one, by plugin-descriptor.xsd
 *     Descriptor         what it says: Emulator, DeviceType, DeviceOption
 * </pre>
 *
 * <p>Ours is the single source for the options of {@code --drive} and {@code --device}. May import
 * {@code pci}.
 */
package dev.virtio4j.descriptor;
