/**
 * The SCSI host of virtio (0.9.5, Appendix H): a guest's way to the units of a {@link
 * dev.virtio4j.scsi.ScsiBus}.
 *
 * <pre>
 *   queue 0  control   ControlQueue   task management, subscriptions
 *   queue 1  event     EventQueue     units that come, go and change, told in buffers kept for that
 *   queue 2  requests  ScsiRequest    reads a command, is the bus's Carrier of its task, writes how
 *   ...                               it ended; {@link dev.virtio4j.virtio.scsi.ScsiHost} keeps them
 * </pre>
 *
 * <p>The older drafts have other numbers, layouts and queues: {@code Dialect}, {@code ScsiConfig}
 * and {@code ScsiResponse} have them as columns. Commands themselves are the matter of package
 * {@code scsi}.
 *
 * <p>Runs on the emulator's thread. May import {@code host}, {@code virtio}, {@code scsi} and
 * {@code block}.
 */
package dev.virtio4j.virtio.scsi;
