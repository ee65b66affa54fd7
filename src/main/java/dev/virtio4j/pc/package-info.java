/**
 * The reference PC: a plain 32-bit x86 machine, just enough to boot Linux from the devices of this
 * library.
 */
package dev.virtio4j.pc;
