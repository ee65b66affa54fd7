; 1 MiB read from all over the disk, 4 KiB at a time, with several requests under way; checked by its sum.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"

READ_BYTES      equ     8 * SECTOR
BATCHES         equ     (1 << 20) / (SLOTS * READ_BYTES)
SUM             equ     0xA64F12BF

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        xor     eax, eax
        call    disk_set_up

        mov     ebp, BATCHES
.batch:
        mov     edi, BUFFER
.request:
        call    random_sector
        mov     eax, BLK_IN
        mov     ecx, READ_BYTES
        call    disk_request
        add     edi, READ_BYTES
        cmp     edi, BUFFER + SLOTS * READ_BYTES
        jb      .request
        call    queue_notify
        call    queue_wait
        mov     ecx, SLOTS
        call    disk_check
        call    add_up
        dec     ebp
        jnz     .batch

        print   "sum of 1 MiB: "
        print_number [sum], 8
        print   10
        cmp     dword [sum], SUM
        fail_unless e, "it is not the sum of the sectors that were asked for"
        ret

; Gives in EBX a sector with seven more behind it (xorshift, Marsaglia 2003).
random_sector:
        push    eax
        push    edx
        mov     eax, [seed]
        mov     edx, eax
        shl     edx, 13
        xor     eax, edx
        mov     edx, eax
        shr     edx, 17
        xor     eax, edx
        mov     edx, eax
        shl     edx, 5
        xor     eax, edx
        mov     [seed], eax
        xor     edx, edx
        mov     ebx, DISK_SECTORS - 7
        div     ebx
        mov     ebx, edx
        pop     edx
        pop     eax
        ret

; Adds the words of all buffers to the sum. It turns by a bit each time, so that words in the wrong order
; give another one.
add_up:
        push    eax
        push    ecx
        push    edi
        mov     ecx, SLOTS * READ_BYTES / 4
        mov     edi, BUFFER
        mov     eax, [sum]
.word:
        rol     eax, 1
        add     eax, [edi]
        add     edi, 4
        dec     ecx
        jnz     .word
        mov     [sum], eax
        pop     edi
        pop     ecx
        pop     eax
        ret

        section .data align=4
seed:           dd      1
sum:            dd      0
first:          disk_variables RING
