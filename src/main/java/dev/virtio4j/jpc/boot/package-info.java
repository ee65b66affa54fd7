/**
 * Running guests on a JPC: {@code boot --host jpc}. Loaded together with JPC's own classes by
 * {@link dev.virtio4j.machine.JpcLoader}, which gives the command line a {@link
 * dev.virtio4j.machine.Host}.
 *
 * <pre>
 *   JpcHost         the Host: JPC's options, the boot disk or the BIOS
 *     OwnDrives     its disks, which its options name
 *     JpcMachine    the Machine: one PC, run until something stops it
 *       BlockRunner runs it, a basic block at a time
 *       RunClock    its VirtualClock, which finds out that it halts for good
 *       BootDrives  VirtioDrives, with our parts that take ports from JPC's
 *         Com1      the UART of the reference PC                        &lt;--- ports 3F8 to 3FF
 *         ResetPort tells of resets                               &lt;--- ports 60, 64, 92 and CF9
 *     Screen        its display in a window
 * </pre>
 *
 * <p>Faults of JPC that are answered here; each class tells more, and when it can go:
 *
 * <table>
 * <caption>Faults of JPC, and where they are answered</caption>
 * <tr><th>Fault</th><th>Home</th></tr>
 * <tr><td>COM1 shows lines only, and takes what is typed for breaks</td><td>Com1</td></tr>
 * <tr><td>a reset is one of the CPU alone</td><td>ResetPort</td></tr>
 * <tr><td>a run can be stopped only every hundred blocks</td><td>BlockRunner</td></tr>
 * <tr><td>a drive whose file is missing is left out</td><td>OwnDrives</td></tr>
 * <tr><td>HLT with interrupts off waits for ever</td><td>RunClock</td></tr>
 * </table>
 *
 * <p>None of these needs reflection. May import {@code machine} and {@code pc} beside what {@code
 * jpc} may.
 */
package dev.virtio4j.jpc.boot;
