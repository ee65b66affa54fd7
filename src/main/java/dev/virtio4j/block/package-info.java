/**
 * Disks as the host stores them. Knows nothing of virtio, SCSI or guests.
 *
 * <pre>
 *   device --- read, write, flush --&gt; BlockBackend
 *                                       RawFile        a file, locked while it is open
 *                                       Qcow2          QEMU's format, only read
 *                                       MemoryBackend  an array
 *                                       Snapshot       writes kept in memory, over another
 *                                       TimedBackend   another, with the time it takes
 *                                       FaultyBackend  goes wrong as a FaultPlan says
 *                                       VolatileCache  what is not flushed can be lost
 * </pre>
 *
 * <p>A write may be anywhere on its way until the next flush; a flush that returns has put it on
 * stable storage. What the host can't do is an {@link java.io.IOException} with one line that names
 * the image. Like all device code, a backend is used on the emulator's thread only.
 *
 * <p>Imports nothing of this library, and beside the JDK only what unpacks zstd.
 */
package dev.virtio4j.block;
