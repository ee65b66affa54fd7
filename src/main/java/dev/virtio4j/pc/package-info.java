/**
 * The reference PC: a plain 32-bit x86 machine, just enough to boot Linux from the devices of this
 * library on any machine with a JDK. {@link dev.virtio4j.pc.ReferencePc} is a CPU on a Mainboard,
 * {@link dev.virtio4j.pc.CpulessPc} a Mainboard alone, for test programs.
 *
 * <pre>
 *   pc.cpu       Cpu, which runs instructions; pc.x87 has its Fpu
 *   pc.memory    PhysicalMemory (a GuestMemory), IoPorts
 *   pc.boot      LinuxKernel, MultibootImage, Firmware: what is booted, and BootDisk for a BIOS
 *   chipset      InterruptControllers, IntervalTimer, RealTimeClock, SerialPort, KeyboardController
 *   PCI          PciBus, HostBridge, Piix3; PciSetup does what a BIOS would
 *   time         VirtualClock (an EventClock)
 * </pre>
 *
 * <p>Time is counted in retired instructions, a nanosecond each, so that two runs are the same to
 * the byte. An OUT to a device's BAR goes from the CPU through IoPorts and PciBus to the device's
 * PciFunction, which works through the PhysicalMemory and is done when the instruction is.
 *
 * <p>Each part is a Stateful: saved between two instructions and loaded into another machine, it
 * goes on the same.
 *
 * <p>May import {@code host} and {@code pci}, and its own packages: devices are used as any
 * emulator uses them.
 */
package dev.virtio4j.pc;
