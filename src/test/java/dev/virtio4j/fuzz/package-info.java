/**
 * Fuzzing of the block device and of the SCSI host behind their PCI functions, and of SCSI units.
 *
 * <pre>
 *   bytes --&gt; BlkSetup     which device: size of the queues, cache, speed, spec profile, ...
 *             BlkScript    what a driver and the host do, well or badly
 *               FuzzDriver          the driver's rings, in good order
 *               MalformedRequests   many requests that break one rule
 *               BlkLockstep   each access goes to the device and to the model; both must agree
 *                 BlkModel      a block device as plainly as it can be written, from the text:
 *                                 ModelQueue, ModelChain, ModelRequest, ModelPace, ModelDisk
 *                 CountingMemory   guest memory that counts how much is done to it
 *                 HostDisk         a backend that fails when {@code HostFaults} says so
 * </pre>
 *
 * <p>The model is written from the specification and from no code of the device. Where the text
 * leaves a choice (what a broken ring does, how an odd access is taken apart, which requests are
 * carried out together), it follows what the device documents.
 *
 * <pre>
 *   bytes --&gt; ScsiSetup    which host: queues, text, speed, what to do when the host fails
 *             ScsiScript   what a driver and the host do; makes commands with Cdbs
 *               FuzzDriver, MalformedScsiRequests
 *               ScsiMachine   host, units (ScsiSlot), and what must hold after each access
 *                 QueueWatch, WatchedChain   which chains the device has, read from the rings
 *                 ScsiLayout                 what an answer may be
 *
 *   bytes --&gt; CdbScript    commands to a unit, without a host
 *               CdbBuffers, SenseReader      data within bounds, sense data well-formed
 * </pre>
 *
 * <p>These have no model: a second SCSI target would be the same code again. They check what holds
 * whatever the driver does.
 */
package dev.virtio4j.fuzz;
