; Indirect descriptors: a request of many pieces that takes one place in the ring.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"

PIECES          equ     8
TABLE           equ     SMALL_BUFFER
HEADER          equ     SMALL_BUFFER + 0x800
STATUS          equ     HEADER + HEADER_BYTES
OTHER_BUFFER    equ     BUFFER + 0x10000
RING_LAST       equ     3 * SLOTS - 1   ; a descriptor that no slot before the last has
SCRATCH_SECTOR  equ     0x2000

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        mov     eax, FEATURE_INDIRECT
        call    disk_set_up

        mov     eax, BLK_IN
        mov     ebx, 77
        mov     ebp, DESC_NEXT | DESC_WRITE
        call    request
        call    queue_notify
        call    queue_wait
        call    check_pieces
        print   "one table of 10 descriptors, bytes written: "
        mov     edx, [esi + disk.used]
        print_number [edx + RING_ENTRIES + 4], 4
        print   10

        ; The ring may have both kinds.
        mov     ebx, 1000
        mov     ecx, PIECES * SECTOR
        mov     edi, OTHER_BUFFER
        call    disk_request
        mov     ebx, 2000
        call    request
        call    queue_notify
        call    queue_wait
        call    check_pieces
        mov     ebx, 1000
        call    pattern_check
        print   "a direct chain and a table in one batch", 10

        ; The pieces that were read go to the disk.
        mov     eax, BLK_OUT
        mov     ebx, SCRATCH_SECTOR
        mov     ebp, DESC_NEXT
        call    request
        call    queue_notify
        call    queue_wait
        cmp     byte [STATUS], BLK_S_OK
        fail_unless e, "the write ended with an error"
        mov     eax, BLK_IN
        call    disk_do
        mov     ebx, 2000
        call    pattern_check
        print   "a write by a table, read back", 10
        ret

; Makes a request available: type EAX, sector EBX, data in PIECES sectors with flags BP.
request:
        pushad
        mov     [HEADER], eax
        mov     dword [HEADER + 4], 0
        mov     [HEADER + 8], ebx
        mov     dword [HEADER + 12], 0
        mov     byte [STATUS], 0xFF

        ; The table. In it, next counts from its own start.
        mov     edi, TABLE
        mov     ebx, 1
        descriptor HEADER, HEADER_BYTES, DESC_NEXT
        mov     ecx, PIECES
        xor     eax, eax
.piece:
        call    piece
        descriptor edx, SECTOR, bp
        inc     eax
        dec     ecx
        jnz     .piece
        descriptor STATUS, 1, DESC_WRITE

        mov     ebx, RING_LAST
        mov     edi, [esi + disk.descriptors]
        add     edi, RING_LAST * DESC_BYTES
        descriptor TABLE, (PIECES + 2) * DESC_BYTES, DESC_INDIRECT
        mov     eax, RING_LAST
        call    queue_add
        popad
        ret

; Gives in EDX where piece EAX lies: the last one lowest, with gaps between them.
piece:
        mov     edx, PIECES - 1
        sub     edx, eax
        imul    edx, 3 * SECTOR
        add     edx, BUFFER
        ret

; Fails unless the pieces are what the disk has from sector EBX on.
check_pieces:
        pushad
        cmp     byte [STATUS], BLK_S_OK
        fail_unless e, "a request ended with an error"
        mov     ecx, SECTOR
        xor     eax, eax
.piece:
        call    piece
        mov     edi, edx
        call    pattern_check
        inc     ebx
        inc     eax
        cmp     eax, PIECES
        jb      .piece
        popad
        ret

        section .data align=4
first:  disk_variables RING
