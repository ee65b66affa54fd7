/**
 * The command line: {@code demo}, {@code boot}, {@code drive-keys}, {@code image}, {@code qtest},
 * {@code firmware-test} and {@code guest fetch}.
 *
 * <pre>
 *   Main                   the commands, and which error gets which exit status
 *     BootCommand          options of one boot           DemoCommand      the boot that checks itself
 *       MachineSetup       what is booted, opened        GuestCommand     fetches the guest
 *         Machine          one power-on of the reference PC
 *         LinuxBoot        what it boots; SaveTarget and StateFile: a saved machine's file
 *       BootRun            power-on, resets, --expect, --timeout, to the end
 *       MonitorSocket      --monitor: clients and their lines; Monitor: the commands
 *       Terminal           standard input and output as COM1
 *     FirmwareTestCommand  runs bare-metal programs that test the disk
 *       FirmwareProgram    one of them, and the machine it expects
 *     QtestCommand         the machine without a CPU, on standard input and output or a socket
 *     HardwareOptions      --memory and --drive
 *       DriveKey           the keys of --drive, as a table; DriveOptions reads them
 *         DriveImage       the image of a drive, and how it is opened
 *           DiskImage      a file, its format, and what is below it
 *         ScsiDrive        its place on a bus, and what it is there
 *     Drives               the drives of a machine: names, places, plugging in and out
 *       Drive              an OpenImage, and the FrontEnd that the guest sees since power-on:
 *                          BlkFront, ScsiDiskFront or CdromFront
 *       BusHost            the SCSI host of a bus
 *     DriveKeysCommand     shows that table
 *     ImageCommand         makes images, looks after overlays
 * </pre>
 *
 * <p>This is the only package that prints or exits, and nothing imports it. Bad input is one line
 * on standard error and exit status 2; what we did wrong is a stack trace and 70.
 */
package dev.virtio4j.cli;
