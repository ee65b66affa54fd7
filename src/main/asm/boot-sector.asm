; The boot sector of the disks that BootDisk makes: puts ranges of sectors where they belong in memory,
; and enters the Linux kernel among them at its real-mode code (the kernel's Documentation/x86/boot.rst).
; It needs a BIOS with INT 13h function 42h (extended read) and INT 15h function 87h (move block).
;
;   07C00  this sector; the stack grows down from here
;   10000  real-mode code of the kernel, its heap and stack
;   20000  command line
;   30000  what was read last
;   100000 the kernel's protected-mode code, and somewhere above it the initrd

SECTOR          equ     512
LOAD            equ     0x7C00
EXTENTS         equ     LOAD + 0x180    ; written by BootDisk
EXTENT_COUNT    equ     4
PARTITIONS      equ     0x1BE           ; none

BUFFER          equ     0x30000
BUFFER_SECTORS  equ     64

KERNEL_SEGMENT  equ     0x1000
KERNEL_STACK    equ     0xE000          ; BootDisk tells the kernel so
KERNEL_ENTRY    equ     0x20            ; segments above

COM1            equ     0x3F8

struc extent
.sector:        resd    1               ; on the disk
.count:         resd    1               ; of sectors
.address:       resd    1               ; in memory
endstruc

        org     LOAD
        bits    16

start:
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, LOAD
        sti
        cld
        jmp     0:.known                ; some enter at 07C0:0000
.known:
        mov     [drive], dl
        mov     bp, EXTENTS

load_extent:
        mov     eax, [bp + extent.count]
        test    eax, eax
        jz      .next
        cmp     eax, BUFFER_SECTORS
        jbe     .fits
        mov     eax, BUFFER_SECTORS
.fits:
        mov     [packet.count], ax
        sub     [bp + extent.count], eax
        mov     ebx, [bp + extent.sector]
        mov     [packet.sector], ebx
        add     [bp + extent.sector], eax

        mov     ah, 0x42
        mov     dl, [drive]
        mov     si, packet
        push    bp
        int     0x13
        pop     bp
        jc      failed

        mov     eax, [bp + extent.address]
        mov     [move.to_low], ax
        shr     eax, 16
        mov     [move.to_middle], al
        mov     [move.to_high], ah
        mov     cx, [packet.count]
        shl     cx, 8                   ; words
        movzx   eax, cx
        shl     eax, 1
        add     [bp + extent.address], eax
        mov     ah, 0x87
        mov     si, move
        push    bp
        int     0x15
        pop     bp
        jc      failed
        jmp     load_extent
.next:
        add     bp, extent_size
        cmp     bp, EXTENTS + EXTENT_COUNT * extent_size
        jb      load_extent

        cli
        mov     ax, KERNEL_SEGMENT
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     sp, KERNEL_STACK
        jmp     KERNEL_SEGMENT + KERNEL_ENTRY:0

failed:
        mov     si, message
        mov     dx, COM1
.byte:
        lodsb
        test    al, al
        jz      .stop
        out     dx, al
        jmp     .byte
.stop:
        cli
        hlt

message:        db      "The BIOS can't read the boot disk", 13, 10, 0

drive:          db      0

        align   4
packet:         db      16, 0           ; disk address packet
.count:         dw      0
                dw      0, BUFFER >> 4
.sector:        dd      0, 0

        align   8
move:           dq      0, 0            ; null, and the BIOS's for this table
                dw      0xFFFF, BUFFER & 0xFFFF
                db      BUFFER >> 16, 0x93, 0, 0
                dw      0xFFFF
.to_low:        dw      0
.to_middle:     db      0, 0x93, 0
.to_high:       db      0
                dq      0, 0            ; the BIOS's for its code and stack

        times   EXTENTS - LOAD - ($ - $$) db 0
        times   EXTENT_COUNT * extent_size db 0
        times   SECTOR - 2 - ($ - $$) db 0
        dw      0xAA55

%if EXTENTS + EXTENT_COUNT * extent_size > LOAD + PARTITIONS
%error the extents reach into the partition table
%endif
