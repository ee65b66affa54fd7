/**
 * Fuzzing of the block device behind its PCI function.
 *
 * <pre>
 *   bytes --&gt; BlkScript    what a driver does, well or badly: accesses, rings, requests, damage
 *               BlkLockstep   each access goes to the device and to the model; both must agree
 *                 BlkModel      a block device as plainly as it can be written, from the text
 *                 CountingMemory   guest memory that counts how much is done to it
 * </pre>
 *
 * <p>The model is written from the specification and from no code of the device. Where the text
 * leaves a choice (what a broken ring does, how an odd access is taken apart), it follows what the
 * device documents.
 */
package dev.virtio4j.fuzz;
