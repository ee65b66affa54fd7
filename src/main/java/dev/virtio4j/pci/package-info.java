/**
 * A PCI function: configuration header, BAR, interrupt pin. Knows nothing of virtio.
 *
 * <p>May import {@code host} only.
 */
package dev.virtio4j.pci;
