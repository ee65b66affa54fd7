/**
 * Runs the cases of a suite.
 *
 * <pre>
 *   SuiteRunner        which cases, in which order, on how many threads, how often
 *     Checkpoints      the cache of saved machines; CheckpointKeys says which one a case needs
 *     CaseRun          one case on a machine, from power-on to its checks
 *       StepScript     the steps, between two instructions of the guest
 *         Watch        an expression that must not appear
 *       Recording      the serial log, and what the drives do over time
 *       Checks         what must hold at the end
 *   RunListener        hears how far it is
 * </pre>
 *
 * <p>A case runs on one thread, and shares nothing with those that run at the same time but images
 * that are only read: what its guest writes goes to temporary overlays. All times are the guest's,
 * so that a run is the same each time. May import {@code suite}, {@code report}, {@code machine}
 * and what is below.
 */
package dev.virtio4j.suite.run;
