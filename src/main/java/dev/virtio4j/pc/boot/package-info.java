/**
 * What is booted on the reference PC: kernels and programs as a boot loader finds them in files,
 * and as it leaves them in memory.
 *
 * <pre>
 *   LinuxKernel      a bzImage, by the 32-bit boot protocol (Documentation/x86/boot.rst)
 *     BootParams       its setup header and boot_params, as a table of fields
 *     KernelPayload    the kernel in it, unpacked here in place of by the guest
 *     LinuxEntry       how the CPU enters it
 *   BootDisk         the same kernel as a disk that a BIOS boots
 *   MultibootImage   a bare-metal program
 *     MultibootRom     the same program as a ROM in place of the BIOS
 *   Firmware         a BIOS image
 * </pre>
 *
 * <p>May import {@code host} and {@code pc.memory} only.
 */
package dev.virtio4j.pc.boot;
