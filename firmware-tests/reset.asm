; A driver that gives up in the middle of its requests, as a kernel that takes over from a BIOS does: after
; the reset the device must leave memory and the interrupt line alone, and start from nothing.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"

READ_BYTES      equ     8 * SECTOR
FILL            equ     0xA5A5A5A5

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        xor     eax, eax
        call    disk_set_up

        call    request_all
        call    queue_notify
        mov     al, STATUS_RESET
        virtio_out DEVICE_STATUS, al
        call    fill
        virtio_in al, DEVICE_STATUS
        print   "reset with reads under way: status "
        print_number eax, 2
        virtio_in eax, QUEUE_ADDRESS
        print   ", queue at "
        print_number eax, 8
        mov     ebx, [esi + disk.function]
        mov     dl, PCI_STATUS
        call    pci_read16
        test    al, STATUS_INTX
        fail_unless z, "the device still asks for an interrupt"
        virtio_in al, ISR_STATUS
        print   ", ISR "
        print_number eax, 2
        print   10
        call    check_filled
        print   "no data came after it", 10

        ; A notify without a queue is nothing to the device.
        call    request_all
        call    queue_notify
        call    check_filled
        print   "requests in a queue it was not told of are left alone", 10

        xor     eax, eax
        call    disk_set_up
        mov     ebx, 5
        mov     edi, BUFFER
        mov     ecx, READ_BYTES
        call    disk_do
        call    pattern_check
        mov     edx, [esi + disk.used]
        movzx   eax, word [edx + RING_IDX]
        print   "set up again: it reads, and counts from "
        print_number eax, 4
        print   10
        ret

; Makes as many reads available as there is room for.
request_all:
        mov     eax, BLK_IN
        mov     ebx, 100
        mov     ecx, READ_BYTES
        mov     edi, BUFFER
        mov     ebp, SLOTS
.request:
        call    disk_request
        add     ebx, 8
        add     edi, READ_BYTES
        dec     ebp
        jnz     .request
        ret

; Fills the buffers with what is not on the disk.
fill:
        mov     edi, BUFFER
        mov     ecx, SLOTS * READ_BYTES / 4
        mov     eax, FILL
        rep stosd
        ret

; Gives late data the time to arrive, then fails if there is some.
check_filled:
        mov     ecx, 10000
.wait:
        in      al, 0x61                ; any port: some time passes
        dec     ecx
        jnz     .wait
        mov     edi, BUFFER
        mov     ecx, SLOTS * READ_BYTES / 4
        mov     eax, FILL
        repe scasd
        fail_unless e, "the device wrote to memory"
        ret

        section .data align=4
first:  disk_variables RING
