/**
 * Disks as the host stores them. Knows nothing of virtio, SCSI or guests.
 *
 * <pre>
 *   device --- read, write, zero, flush --&gt; BlockBackend
 *                                             RawFile        a file
 *                                             Overlay        what was written, over another
 *                                             Qcow2          QEMU's format, only read
 *                                             MemoryBackend  an array
 *                                             TimedBackend   another, with the time it takes
 *                                             FaultyBackend  goes wrong as a FaultPlan says
 *                                             VolatileCache  what is not flushed can be lost
 * </pre>
 *
 * <p>A write may be anywhere on its way until the next flush; a flush that returns has put it on
 * stable storage. What the host can't do is an {@link java.io.IOException} with one line that names
 * the image. Like all device code, a backend is used on the emulator's thread only. Files are
 * locked while they are open ({@code LockedFile}); on Linux they give space back ({@code
 * LinuxFile}).
 *
 * <h2>The file of an overlay</h2>
 *
 * <p>It has clusters of 64 KiB, as has the disk in it. Each cluster of the disk is in the file, is
 * known to be zeroes, or shows the base.
 *
 * <pre>
 *   cluster 0   header: 512 bytes, written once       OverlayHeader has its layout
 *   cluster 1   the log begins                        LogKind has the layout of its records
 *   others      data of the disk, more of the log, or free
 *
 *   log:  NONCE  MAP disk 7..8 at file 2..3  ZERO disk 5..5  ...  LINK 4 --&gt; cluster 4:  ...
 * </pre>
 *
 * <p>What is where stands in the log alone ({@code LogReader}, {@code LogWriter}): a later record
 * holds over an earlier one. Each has a checksum over itself and the checksum before; the log ends
 * at the first that is not right.
 *
 * <p>A flush forces the data to stable storage, then appends records of what has a new place, and
 * forces these. So a crash at any point leaves a log of true records, some of the last flush's
 * perhaps missing:
 *
 * <ul>
 *   <li>A record is there only when its data is. Data stays in its place once a record names it,
 *       and is written over there.
 *   <li>A cluster of the file that the disk gave up is used again only after the flush that made
 *       this known. So no cluster shows what was written to another.
 *   <li>What a crash left behind the log's end would follow it by accident only if the same records
 *       were appended again. Therefore the first that a program appends has a random number.
 *   <li>When a file is opened, it is forced before it is used: a program that was killed may have
 *       left records that can be read and are not on stable storage.
 * </ul>
 *
 * <p>{@code OverlayScan} reads a file for all who open it; {@link dev.virtio4j.block.OverlayFile}
 * makes, checks, commits and compacts files; {@link dev.virtio4j.block.OverlayCopy} is what goes
 * with a saved machine.
 *
 * <p>Imports nothing of this library, and beside the JDK only what unpacks zstd, and JNA for what
 * Linux can do with files and Java can't.
 */
package dev.virtio4j.block;
