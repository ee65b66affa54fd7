/**
 * The virtio block device.
 *
 * <pre>
 *   Virtqueue.next --&gt; DescriptorChain
 *                        BlkRequest.parse    what the guest wants; knows the chain and no storage
 *                        BlkDisk.execute     does it; knows the storage and no ring
 *                                            status byte, used ring: BlkDevice
 * </pre>
 *
 * <p>{@link dev.virtio4j.virtio.blk.BlkDevice} is made from a backend and {@link
 * dev.virtio4j.virtio.blk.BlkOptions}, and connected by a transport; its counters are for the host
 * program to show. May import {@code host}, {@code virtio}, {@code block} and {@code scsi}, which
 * executes the SCSI commands that are sent to the disk.
 */
package dev.virtio4j.virtio.blk;
