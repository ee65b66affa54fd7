; A driver in protected mode that sleeps until the disk interrupts it, through the 8259A pair.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"
%include "interrupts.inc"

READS           equ     0x40
ALL_IRQS        equ     0xFFFF & ~CASCADE
READ_IRR        equ     0x0A            ; OCW3: the command port gives the interrupt request register

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        xor     eax, eax
        call    disk_set_up
        call    interrupts_init
        mov     ebx, [esi + disk.function]
        call    irq_of                  ; ECX: the IRQ
        mov     [irq], ecx

        call    irq_unmask_only
        xor     ebx, ebx
        mov     ebp, READS
.read:
        call    read
        call    sleep
        mov     ecx, 1
        call    disk_check
        mov     ecx, SECTOR
        call    pattern_check
        add     ebx, 3
        dec     ebp
        jnz     .read
        print_number READS, 2
        print   " reads, interrupts: "
        print_number [interrupts], 2
        print   10

        ; A driver that polls for a while says so, and is left alone.
        mov     eax, [esi + disk.avail]
        mov     word [eax + RING_FLAGS], NO_INTERRUPT
        mov     dword [interrupts], 0
        sti
        call    read
        call    queue_wait
        call    settle
        cli
        print   "1 read with NO_INTERRUPT, interrupts: "
        print_number [interrupts], 2
        print   10
        mov     eax, [esi + disk.avail]
        mov     word [eax + RING_FLAGS], 0

        ; While its IRQ is masked the request stays, and comes through afterwards.
        mov     eax, ALL_IRQS
        call    irq_mask
        sti
        call    read
        call    interrupt_wait_pending
        call    settle
        cmp     dword [interrupts], 0
        fail_unless e, "a masked IRQ came through"
        cli
        mov     al, READ_IRR
        out     PIC1, al
        out     PIC2, al
        in      al, PIC2
        mov     ah, al
        in      al, PIC1
        mov     ecx, [irq]
        bt      eax, ecx
        fail_unless c, "the controller has no request"
        call    irq_unmask_only
        call    sleep
        print   "1 read while masked, interrupts when unmasked: "
        print_number [interrupts], 2
        print   10
        ret

; Starts to read sector EBX.
read:
        push    eax
        push    ecx
        mov     eax, BLK_IN
        mov     ecx, SECTOR
        mov     edi, BUFFER
        call    disk_request
        call    queue_notify
        pop     ecx
        pop     eax
        ret

; Sleeps until the device has used all requests. With interrupts off between the look and the HLT,
; none is missed: STI takes effect after the instruction behind it.
sleep:
        push    eax
        push    edx
        mov     edx, [esi + disk.used]
        mov     eax, [esi + disk.made]
.look:
        cli
        cmp     [edx + RING_IDX], ax
        jne     .sleep
        cmp     dword [pending], 0
        jne     .woken
.sleep:
        sti
        hlt
        jmp     .look
.woken:
        mov     dword [pending], 0
        pop     edx
        pop     eax
        ret

; Gives an interrupt that is on its way the time to arrive.
settle:
        push    eax
        push    ecx
        mov     ecx, 1000
.again:
        in      al, PIC1 + 1
        dec     ecx
        jnz     .again
        pop     ecx
        pop     eax
        ret

; The ISR tells that it was this disk, and reading it releases the line.
interrupt:
        mov     esi, first
        virtio_in al, ISR_STATUS
        test    al, 1
        fail_unless nz, "an interrupt, and the ISR says nothing"
        inc     dword [interrupts]
        mov     dword [pending], 1
        ret

        section .data align=4
irq:            dd      0
interrupts:     dd      0
pending:        dd      0               ; an interrupt that sleep has not seen
first:          disk_variables RING
