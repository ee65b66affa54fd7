/**
 * The CPU of the reference PC: a P6 without vector units.
 *
 * <pre>
 *   Cpu          Decoder        bytes of a physical page to a Block of micro-operations (Op), by
 *                               OneByteMap, TwoByteMap and EscapeMap
 *                CodeCache      keeps the blocks; a write to their bytes drops them, DMA included
 *                Interpreter    runs them: Alu, Mmu (PageTables), RareOperations, BlockEnds, StringUnit
 *                               on the Stack, Eflags, PortAccess, ControlRegisters
 *                Protection     segments, gates, interrupts; TaskSwitch
 *                Profile        counts where instructions go, for those who ask
 *
 *   Translator   Region         hot blocks of a page that belong together
 *                RegionWriter   the same as bytecode: TranslatedCode, OperationWriter, FlagWriter
 *                Translation    the class that it becomes; TranslatedClasses has all
 * </pre>
 *
 * <p>What is kept to be fast, decoded blocks above all, is no part of the CPU's state, and so must
 * never change what a guest can tell: {@code Mmu} says what that takes.
 *
 * <p>May import {@code host}, {@code pc.memory} and {@code pc.x87} only.
 */
package dev.virtio4j.pc.cpu;
