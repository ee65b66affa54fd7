/**
 * The driver's side of everything, for tests: guest memory, a driver that reaches a device only
 * through configuration space, I/O BAR, guest memory and interrupt line, and contract tests.
 *
 * <pre>
 *   LegacyDriver   finds and places the BAR, negotiates, notifies, sees the interrupt line
 *   DriverQueue    a ring in guest memory: makes chains available, reaps used entries
 *   ChainBuilder   the buffers of one chain, cut into descriptors at any byte
 *   BlkDriver      block requests on top of these
 *   EchoDevice     a device that sends back what it gets, to test rings without a disk
 * </pre>
 *
 * <p>Layouts and numbers are written here once more, from the specification and not from the code
 * under test.
 */
package dev.virtio4j.testing;
