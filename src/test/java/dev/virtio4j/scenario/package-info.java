/**
 * Scenarios: scripts of what a driver does and what must come back, run on our devices and on
 * QEMU's. The language is in the README beside the scripts, src/test/resources/qtest.
 *
 * <pre>
 *   ScenarioTest --- Script: the lines --&gt; ScenarioRun: does each
 *                                            Driver    of one device: Ring, ChainWriter, Request
 *                                            ScsiSteps lines about a SCSI host: Cdb, ScsiRequests
 *                                            Function  its configuration space and registers
 *                                            Qtest     the protocol, and the IRQ lines
 *                                            Machine   OurMachine, or a QemuMachine for each run
 *                                            Hands     what the user does to it meanwhile
 *   Differences: the document, from the scripts
 * </pre>
 *
 * <p>Layouts and numbers are written here once more, from the specification and not from the code
 * under test.
 */
package dev.virtio4j.scenario;
