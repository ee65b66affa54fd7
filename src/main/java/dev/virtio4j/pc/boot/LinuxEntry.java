package dev.virtio4j.pc.boot;

/**
 * How the CPU enters a loaded kernel: 32-bit protected mode without paging, interrupts off, CS
 * {@value #BOOT_CS}, DS, ES and SS {@value #BOOT_DS}, EBX, EBP and EDI zero ("32-bit Boot Protocol"
 * in the kernel's Documentation/x86/boot.rst).
 *
 * @param eip the entry point
 * @param bootParams the address of boot_params, for ESI
 * @param gdtBase the base of the global descriptor table
 * @param gdtLimit its limit
 */
public record LinuxEntry(int eip, int bootParams, int gdtBase, int gdtLimit) {
  /** The selector of the code segment, 4 GiB from 0. */
  public static final int BOOT_CS = 0x10;

  /** The selector of the data segment, 4 GiB from 0. */
  public static final int BOOT_DS = 0x18;
}
