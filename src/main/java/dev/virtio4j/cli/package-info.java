/**
 * The command line: {@code demo}, {@code boot}, {@code drive-keys}, {@code image}, {@code qtest},
 * {@code firmware-test}, {@code guest fetch}, {@code plugins list} and {@code report merge}.
 *
 * <pre>
 *   Main                   the commands, and which error gets which exit status
 *     BootCommand          options of one boot           DemoCommand      the boot that checks itself
 *       MonitorSocket      --monitor: clients, lines    GuestCommand     fetches the guest
 *       Terminal           standard input and output as COM1
 *       SignalWatch        what a signal ends is written all the same
 *     FirmwareTestCommand  runs bare-metal programs that test the disk
 *       FirmwareProgram    one of them, and the machine it expects
 *     QtestCommand         the machine without a CPU, on standard input and output or a socket
 *     HardwareOptions      --memory and --drive
 *     OutputFile           --stats and --profile
 *     DriveKeysCommand     shows the keys of --drive
 *     ImageCommand         makes images, looks after overlays
 *     PluginsCommand       lists plugins
 *     ReportCommand        joins the reports of shards
 *     SuiteProgress        how far a run of a suite is
 * </pre>
 *
 * <p>What {@code --drive} says is read in package {@code drive}; package {@code machine} runs
 * guests.
 *
 * <p>This is the only package that prints or exits, and nothing imports it. Bad input is one line
 * on standard error and exit status 2; what we did wrong is a stack trace and 70.
 */
package dev.virtio4j.cli;
