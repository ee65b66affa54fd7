; SCSI commands to a virtio disk, in requests as Linux 2.6 lays them out for SG_IO (virtio 0.8.9, appendix D).

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"

FEATURE_SCSI    equ     1 << 7          ; VIRTIO_BLK_F_SCSI
SCSI_CMD        equ     2               ; the device writes the data
SCSI_CMD_OUT    equ     3               ; the device reads it

HEADER          equ     SMALL_BUFFER
SENSE           equ     SMALL_BUFFER + 0x100
RESULT          equ     SMALL_BUFFER + 0x200
STATUS          equ     RESULT + result_size
SENSE_BYTES     equ     96
CHECK_CONDITION equ     2

; struct virtio_scsi_inhdr
struc result
.errors         resd    1               ; the status of the command
.data_len       resd    1
.sense_len      resd    1
.residual       resd    1
endstruc

; command "NAME", TYPE, BYTES, CDB does a command with so much data at BUFFER, and prints what came of it.
; Takes EAX, ECX, EDX and EDI.
%macro command 4+
[section .data]
%%cdb:  db      %4
%%end:
__?SECT?__
        print   %1, ": "
        mov     eax, %2
        mov     ecx, %%end - %%cdb
        mov     edx, %3
        mov     edi, %%cdb
        call    scsi_command
%endmacro

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        mov     eax, FEATURE_SCSI
        call    disk_set_up

        ; The first command after power-on is answered with a unit attention.
        command "TEST UNIT READY", SCSI_CMD, 0, 0, 0, 0, 0, 0, 0
        command "TEST UNIT READY", SCSI_CMD, 0, 0, 0, 0, 0, 0, 0

        ; 36 bytes into a buffer of 64: the others are the residual.
        command "INQUIRY", SCSI_CMD, 64, 0x12, 0, 0, 0, 36, 0
        print   "device type "
        print_number [BUFFER], 2
        print   ", vendor "
        mov     byte [BUFFER + 16], 0
        push    esi
        mov     esi, BUFFER + 8
        call    print_text
        pop     esi
        print   10

        command "READ CAPACITY", SCSI_CMD, 8, 0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0
        print   "last block "
        mov     eax, [BUFFER]
        bswap   eax
        print_number eax, 8
        print   ", bytes in a block "
        mov     eax, [BUFFER + 4]
        bswap   eax
        print_number eax, 8
        print   10

        ; The blocks are those of the other requests.
        command "READ(10)", SCSI_CMD, 2 * SECTOR, 0x28, 0, 0, 0, 0, 77, 0, 0, 2, 0
        mov     edi, BUFFER
        mov     ebx, 77
        mov     ecx, 2 * SECTOR
        call    pattern_check
        command "WRITE(10)", SCSI_CMD_OUT, 2 * SECTOR, 0x2A, 0, 0, 0, 0x10, 0, 0, 0, 2, 0
        mov     eax, BLK_IN
        mov     ebx, 0x1000
        mov     ecx, 2 * SECTOR
        mov     edi, BUFFER + 0x1000
        call    disk_do
        mov     ebx, 77
        call    pattern_check

        command "a command that there is not", SCSI_CMD, 0, 0xFF, 0, 0, 0, 0, 0
        command "READ(10) past the end", SCSI_CMD, SECTOR, 0x28, 0, 0, 0, 0x40, 0, 0, 0, 1, 0
        command "REQUEST SENSE", SCSI_CMD, 18, 0x03, 0, 0, 0, 18, 0
        ret

; Does a command of type EAX: ECX bytes of CDB at EDI, EDX bytes of data at BUFFER. Prints what came of it.
scsi_command:
        pushad
        mov     [HEADER], eax
        mov     dword [HEADER + 4], 0   ; ioprio
        mov     dword [HEADER + 8], 0   ; sector
        mov     dword [HEADER + 12], 0
        mov     byte [STATUS], 0xFF
        mov     ebp, edi                ; EBP: CDB
        cmp     eax, SCSI_CMD_OUT
        mov     eax, DESC_NEXT          ; AX: flags of the data
        je      .chain
        mov     eax, DESC_NEXT | DESC_WRITE
.chain:
        mov     edi, [esi + disk.descriptors]
        mov     ebx, 1
        descriptor HEADER, HEADER_BYTES, DESC_NEXT
        descriptor ebp, ecx, DESC_NEXT
        test    edx, edx
        jz      .tail
        descriptor BUFFER, edx, ax
.tail:
        descriptor SENSE, SENSE_BYTES, DESC_NEXT | DESC_WRITE
        descriptor RESULT, result_size, DESC_NEXT | DESC_WRITE
        descriptor STATUS, 1, DESC_WRITE
        xor     eax, eax
        call    queue_add
        call    queue_notify
        call    queue_wait
        cmp     byte [STATUS], BLK_S_OK
        fail_unless e, "the request ended with an error"

        print   "errors "
        print_number [RESULT + result.errors], 2
        print   " data_len "
        print_number [RESULT + result.data_len], 4
        print   " sense_len "
        print_number [RESULT + result.sense_len], 2
        print   " residual "
        print_number [RESULT + result.residual], 4
        cmp     dword [RESULT + result.errors], CHECK_CONDITION
        jne     .end
        print   " sense "
        movzx   eax, byte [SENSE + 2]   ; sense key
        print_number eax, 2
        print   "/"
        print_number [SENSE + 12], 2    ; additional sense code
        print   "/"
        print_number [SENSE + 13], 2    ; and its qualifier
.end:
        print   10
        popad
        ret

        section .data align=4
first:  disk_variables RING
