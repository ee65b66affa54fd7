/**
 * The file of a regression suite, and what is in it.
 *
 * <pre>
 *   SuiteReader        YAML to a Suite in which everything is resolved: defaults, variables,
 *                      included files, the matrix, the case that a case goes on from
 *   Suite              the cases, in their order
 *     Case             one machine, and what is done with it
 *       Start          what it boots, or the Checkpoint that it goes on from
 *       Step           one thing after the other: expect, send, wait, monitor, checkpoint
 *       Check          what must hold at the end
 *   SuiteText          the JSON schema for editors, and the suite to start from
 *   Place              where something stands in a file, for messages
 * </pre>
 *
 * <p>May import package drive, whose words the drives of a case are. Knows no machine: package
 * suite.run runs the cases.
 */
package dev.virtio4j.suite;
