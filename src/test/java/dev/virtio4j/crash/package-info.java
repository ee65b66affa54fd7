/**
 * Programs that are killed while they write, and what must be on the disk afterwards.
 *
 * <pre>
 *   CrashIT                starts a program, kills it, looks at the image; again and again
 *     CrashWriter          the program: a driver that writes and flushes without end
 *       WritePlan          what it writes, the same for both sides
 *     DiskModel            which content each sector may have
 *   VersionedSector        what a sector holds: says itself which write it is of
 * </pre>
 */
package dev.virtio4j.crash;
