/**
 * The reference PC: a plain 32-bit x86 machine, just enough to boot Linux from the devices of this
 * library on any machine with a JDK. {@link dev.virtio4j.pc.ReferencePc} is a CPU on a Mainboard,
 * {@link dev.virtio4j.pc.CpulessPc} a Mainboard alone, for test programs.
 *
 * <pre>
 *   Cpu          Decoder        bytes of a physical page to a Block of micro-operations (Op), by
 *                               OneByteMap, TwoByteMap and EscapeMap
 *                CodeCache      keeps the blocks; a write to their bytes drops them, DMA included
 *                Interpreter    runs them: Alu, Mmu (PageTables), RareOperations, BlockEnds, StringUnit
 *                               on the Stack, Eflags, PortAccess, ControlRegisters
 *                Protection     segments, far transfers, interrupts, tasks
 *                Fpu            the x87, in exact 80-bit arithmetic
 *                Profile        counts where instructions go, for those who ask
 *   memory       PhysicalMemory (a GuestMemory), IoPorts, VirtualClock (an EventClock)
 *   chipset      InterruptControllers, IntervalTimer, RealTimeClock, SerialPort, KeyboardController
 *   PCI          PciBus, HostBridge, Piix3
 *   firmware     Firmware is a BIOS in the ROM; or PciSetup and LinuxKernel do what a BIOS and a boot
 *                loader would; BootDisk is a kernel's disk for a BIOS
 * </pre>
 *
 * <p>Time is counted in retired instructions, a nanosecond each, so that two runs are the same to
 * the byte. An OUT to a device's BAR goes from BlockEnds through IoPorts and PciBus to the device's
 * PciFunction, which works through the PhysicalMemory and is done when the instruction is.
 *
 * <p>Each part is a Stateful: saved between two instructions and loaded into another machine, it
 * goes on the same. What is kept to be fast, decoded blocks above all, is no part of the state, and
 * so must never change what a guest can tell: {@code Mmu} says what that takes.
 *
 * <p>May import {@code host} and {@code pci} only: devices are used as any emulator uses them.
 */
package dev.virtio4j.pc;
