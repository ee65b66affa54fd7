/**
 * A SCSI target's logical units, as the standards of T10 describe them: SAM-5, SPC-4, SBC-3 and
 * MMC-6. Clauses are cited by name, since their numbers change from draft to draft.
 *
 * <pre>
 *   front end -- Task: CDB, data buffers --&gt; LogicalUnit.execute
 *                                              CommandTable   finds the row, checks unit attentions,
 *                                                             reservations and the CDB
 *                                              its handler    in DiskUnit, CdromUnit and LogicalUnit
 *             &lt;-- Task: status, sense ------   BlockBackend
 * </pre>
 *
 * <p>A front end is whatever carries SCSI commands to here. It fills a {@link
 * dev.virtio4j.scsi.Task} with the CDB and a view of the initiator's {@link
 * dev.virtio4j.scsi.DataBuffers}, has a unit execute it, and finds status, sense data and the
 * number of bytes moved in the same object. It {@linkplain dev.virtio4j.scsi.LogicalUnit#connect
 * connects} to the unit once for each initiator, since unit attentions and reservations are kept by
 * initiator.
 *
 * <p>A command is a row of its unit's table: operation code, name, which bits of the CDB it uses,
 * under what conditions it runs, and the method that runs it. REPORT SUPPORTED OPERATION CODES and
 * the check of reserved bits come from the same row. Reading and writing don't allocate.
 *
 * <p>Runs on the emulator's thread. May import {@code host} and {@code block}; knows nothing of
 * virtio.
 */
package dev.virtio4j.scsi;
