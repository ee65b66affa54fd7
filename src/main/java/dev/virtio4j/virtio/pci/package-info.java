/**
 * The legacy PCI transport of virtio: a device behind an I/O BAR, with INTx.
 *
 * <pre>
 *   IN, OUT --&gt; VirtioPciFunction --&gt; LegacyHeader: the table of registers --&gt; VirtioDevice
 *   configuration accesses --&gt; ConfigSpace &lt;-- interrupt status ------------------'
 *                                  '--&gt; INTA
 * </pre>
 *
 * <p>{@link dev.virtio4j.virtio.pci.VirtioPciFunction#of} is the way in. May import {@code host},
 * {@code pci} and {@code virtio}; knows nothing of block or SCSI.
 */
package dev.virtio4j.virtio.pci;
