package dev.virtio4j.pc.cpu;

/**
 * Segmentation and privilege (IA-32 Software Developer's Manual, volume 3, chapters 3, 5 and 6).
 * This class holds the parts together.
 *
 * <pre>
 *   DescriptorTables   lead from a selector to a Descriptor
 *   SegmentLoader      checks it and loads a Segment with it; CodeSegmentLoader does so for CS
 *   PointerValidation  says what it would find
 *   FarTransfers       JMP and CALL to another segment, FarReturns RET and IRET
 *   InterruptDelivery  interrupts and exceptions
 *   TransferStack      the stack that these leave behind, perhaps of another level
 *   TaskSwitch         where a transfer changes to another task
 * </pre>
 */
final class Protection {
  final SegmentLoader segments;
  final PointerValidation pointers;
  final FarTransfers transfers;
  final FarReturns returns;
  final InterruptDelivery interrupts;

  Protection(Cpu cpu) {
    DescriptorTables tables = new DescriptorTables(cpu.registers, cpu.mmu, cpu.fault);
    segments = new SegmentLoader(cpu, tables);
    pointers = new PointerValidation(cpu, tables);
    CodeSegmentLoader code = new CodeSegmentLoader(cpu, tables, segments);
    TransferStack stack = new TransferStack(cpu, segments);
    TaskSwitch tasks = new TaskSwitch(cpu, tables, segments, code);
    transfers = new FarTransfers(cpu, code, stack, tasks);
    returns = new FarReturns(cpu, code, stack, tasks);
    interrupts = new InterruptDelivery(cpu, tables, code, stack, tasks);
  }
}
