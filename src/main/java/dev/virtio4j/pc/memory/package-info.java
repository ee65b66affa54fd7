/**
 * What the CPU of the reference PC and its devices have in common: the physical address space and
 * the I/O ports.
 *
 * <pre>
 *   CPU, DMA, boot loaders   ---&gt;  PhysicalMemory   RAM and ROM in one array; tells the CPU of DMA into code
 *   IN, OUT                  ---&gt;  IoPorts          finds who answers at a port
 *                                    PortDevice       a device of any width
 *                                    BytePortDevice   one of the 8-bit side of the ISA bus
 * </pre>
 *
 * <p>May import {@code host} only.
 */
package dev.virtio4j.pc.memory;
