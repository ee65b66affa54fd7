; Code that comes from the disk, over code that has already run: what a CPU keeps of decoded instructions
; must not outlive the device's writes to memory.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"

ROUNDS          equ     0x20
CALLS           equ     200             ; so often that a translator takes the code for hot
CODE_SECTOR     equ     0x3000          ; ROUNDS sectors, each with a routine that gives its number

main:
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        xor     eax, eax
        call    disk_set_up

        xor     ebp, ebp
.write:
        mov     edi, BUFFER
        mov     byte [edi], 0xB8        ; mov eax, imm32
        mov     [edi + 1], ebp
        mov     byte [edi + 5], 0xC3    ; ret
        mov     eax, BLK_OUT
        lea     ebx, [CODE_SECTOR + ebp]
        mov     ecx, SECTOR
        call    disk_do
        inc     ebp
        cmp     ebp, ROUNDS
        jb      .write

        mov     edi, BUFFER
        call    rounds
        print   "code in a page of its own: right in rounds: "
        print_number ebp, 2
        print   10
        mov     edi, beside
        call    rounds
        print   "code in the page that is running: right in rounds: "
        print_number ebp, 2
        print   10
        ret

; Reads each routine to EDI and calls it there. Gives in EBP how many there were.
rounds:
        xor     ebp, ebp
.round:
        mov     eax, BLK_IN
        lea     ebx, [CODE_SECTOR + ebp]
        mov     ecx, SECTOR
        call    disk_do
        mov     ecx, CALLS
.call:
        call    edi
        cmp     eax, ebp
        fail_unless e, "old code ran"
        dec     ecx
        jnz     .call
        inc     ebp
        cmp     ebp, ROUNDS
        jb      .round
        ret

        ; In the image's first page, as all code here.
        align   16
beside: times   SECTOR db 0xCC

        section .data align=4
first:  disk_variables RING
