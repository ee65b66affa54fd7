/**
 * JPC as a host. {@link dev.virtio4j.jpc.VirtioDrives} is what users plug in:
 *
 * <pre>
 *   new PC(clock, new VirtioDrives(DriveSet, Devices))
 *     VirtioDrives    a DriveSet, which JPC tells of its parts, of resets and saves
 *       DriveDevices  what --drive says, as Devices
 *     CardSlots       puts the devices' functions into slots when the PC has its parts
 *       PciCard       one of our PCI functions, as JPC's PCIDevice   ---&gt; PCIBus
 *         IoBar       its I/O BAR                                    ---&gt; IOPortHandler
 *         IntxLine    its interrupt                                  ---&gt; IRQBouncer of the PIIX3
 *       JpcMemory     GuestMemory                                    ---&gt; PhysicalAddressSpace
 *       JpcClock      EventClock                                     ---&gt; Clock and one Timer
 * </pre>
 *
 * <p>{@link dev.virtio4j.jpc.VirtioModule} is the same for emulators that load parts by their name.
 *
 * <p>JPC has faults that a device must work around. Each has one home:
 *
 * <table>
 * <caption>Faults of JPC, and where they are answered</caption>
 * <tr><th>Fault</th><th>Home</th></tr>
 * <tr><td>the PIIX3 swizzles interrupts otherwise than the BIOS</td><td>IntxLine</td></tr>
 * <tr><td>ports are not registered again when I/O is enabled late</td><td>IoBar</td></tr>
 * <tr><td>DMA to what is not RAM makes RAM, or does nothing</td><td>JpcMemory</td></tr>
 * <tr><td>the time starts at 0 after a load</td><td>ClockAfterLoad</td></tr>
 * </table>
 *
 * <p>Guests hit faults of JPC's own parts, too. {@link dev.virtio4j.jpc.Repairs} mends those of
 * {@link dev.virtio4j.jpc.JpcRepair} by reflection, each only where it is asked to:
 *
 * <table>
 * <caption>Faults of JPC that are repaired in it</caption>
 * <tr><th>Fault</th><th>Home</th></tr>
 * <tr><td>CR0.WP is ignored, large pages are slow</td><td>PageTlb</td></tr>
 * <tr><td>CMPXCHG8B is not decoded, and ignores segments</td><td>Cmpxchg8b</td></tr>
 * <tr><td>DIV is signed</td><td>Div</td></tr>
 * <tr><td>HLT with interrupts off is ended by a request</td><td>Hlt</td></tr>
 * <tr><td>RDPMC is not executed, although CPUID promises it</td><td>Rdpmc</td></tr>
 * <tr><td>SeaBIOS has instructions that real mode lacks</td><td>RealMode</td></tr>
 * <tr><td>no RAM in place of ROMs, for SeaBIOS' data</td><td>ShadowRam</td></tr>
 * </table>
 *
 * <p>Each is told in the class, with when it can go.
 *
 * <p>Everything runs on the thread that calls {@code PC.execute}, but for {@link
 * dev.virtio4j.host.EventClock#post}. Compiled against src/jpc-signatures, of which nothing is
 * packaged: the emulator brings its classes. May import all that devices are made of, and {@code
 * drive}; nobody else imports {@code org.jpc}.
 */
package dev.virtio4j.jpc;
