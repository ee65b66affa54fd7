/**
 * Running a guest: what the command line, regression suites and people's own tests have in common.
 *
 * <pre>
 *   MachineOptions     what the user wants
 *   MachineSetup       what is booted and the drives, opened; kept from one power-on to the next
 *     Boot             LinuxBoot or FirmwareBoot
 *     Host             makes machines: ReferenceHost, or what JpcLoader loads by JpcOptions;
 *                      JpcHosts for several at the same time
 *       Machine        one power-on of one
 *     StateFile        a saved machine's file; SaveTarget writes it
 *   BootRun            power-on, resets, to the end
 *     Script           what goes along with it: AwaitedOutput ends it when all came that is waited for
 *       Expectations   looks for expressions in the serial line
 *   Monitor            commands to a machine that runs
 *   Report             the figures of a run, for people and as JSON
 *   ProfileReport      where its instructions went, for people and for flame graphs
 * </pre>
 *
 * <p>Whatever is wrong with what the user gave is a {@link dev.virtio4j.machine.BadInputException},
 * one line that names the thing. Nothing here prints or exits. May import {@code host}, {@code
 * drive}, {@code plugin}, {@code pc} and below; {@code cli} is above.
 */
package dev.virtio4j.machine;
