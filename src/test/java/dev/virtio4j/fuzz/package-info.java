/**
 * Fuzzing of the block device behind its PCI function.
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
 */
package dev.virtio4j.fuzz;
