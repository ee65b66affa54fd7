; Two disks on one interrupt line, level-triggered: however a driver goes about it, no interrupt is lost.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"
%include "interrupts.inc"

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        mov     ebx, [esi + disk.function]
        call    forget_irq
        xor     eax, eax
        call    disk_set_up
        add     ebx, PCI_NEXT
        mov     esi, second
        call    disk_find
        mov     ebx, [esi + disk.function]
        call    forget_irq
        call    disk_set_up

        call    interrupts_init
        call    irq_of
        mov     edx, ecx
        mov     esi, first
        mov     ebx, [esi + disk.function]
        call    irq_of
        cmp     ecx, edx
        fail_unless e, "the disks have different IRQs"
        call    irq_unmask_only

        ; A handler that asks every disk needs one interrupt for both.
        call    read_both
        mov     dword [served_at_once], 2
        call    take_interrupts
        print   "handler asks both disks, interrupts: "
        call    report

        ; A handler that leaves when it found one is called again, because the line stays asserted.
        call    read_both
        mov     dword [served_at_once], 1
        call    take_interrupts
        print   "handler leaves at the first, interrupts: "
        call    report

        ; One disk must not wait for the other.
        mov     esi, second
        mov     ebx, 40
        call    read
        call    interrupt_wait_pending
        call    take_interrupts
        print   "only the second disk, interrupts: "
        call    report
        ret

; Makes the interrupt line register of EBX say nothing, as it is without a BIOS.
forget_irq:
        push    eax
        push    edx
        mov     al, 0xFF
        mov     dl, PCI_IRQ_LINE
        call    pci_write8
        pop     edx
        pop     eax
        ret

; Reads different sectors from the disks, with interrupts off, until both ask for an interrupt.
read_both:
        mov     esi, first
        mov     ebx, 10
        call    read
        mov     esi, second
        mov     ebx, 30
        call    read
        call    interrupt_wait_pending
        mov     esi, first
        call    interrupt_wait_pending
        ret

; Reads sector EBX of the disk.
read:
        mov     eax, BLK_IN
        mov     ecx, SECTOR
        mov     edi, BUFFER
        call    disk_do
        call    pattern_check
        ret

; Lets the handler be called as often as the line wants it.
take_interrupts:
        mov     ecx, 1000
        sti
.again:
        in      al, PIC1 + 1
        dec     ecx
        jnz     .again
        cli
        ret

; Prints the counts of the handler, and starts them anew.
report:
        print_number [interrupts], 2
        print   ", first disk: "
        print_number [first_served], 2
        print   ", second disk: "
        print_number [second_served], 2
        print   10
        mov     dword [interrupts], 0
        mov     dword [first_served], 0
        mov     dword [second_served], 0
        ret

interrupt:
        inc     dword [interrupts]
        mov     ecx, [served_at_once]
        mov     esi, first
        virtio_in al, ISR_STATUS
        test    al, 1
        jz      .second
        inc     dword [first_served]
        dec     ecx
        jz      .end
.second:
        mov     esi, second
        virtio_in al, ISR_STATUS
        test    al, 1
        jz      .end
        inc     dword [second_served]
.end:
        ret

        section .data align=4
served_at_once: dd      0               ; how many disks the handler serves before it leaves
interrupts:     dd      0
first_served:   dd      0
second_served:  dd      0
first:          disk_variables RING
second:         disk_variables RING + RING_BYTES
