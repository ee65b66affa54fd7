; The end of the ROMs that MultibootRom makes: puts a program into memory and enters it as a multiboot
; loader does (Multiboot Specification 0.6.96, section 3.2), on a machine that has just been powered on.
;
;   F0000  the program
;   FFE00  this
;   FFFF0  where the CPU starts

ROM             equ     0xF0000
END             equ     0xFE00          ; of the program, in the ROM
RESET           equ     0xFFF0

MULTIBOOT_MAGIC equ     0x2BADB002
INFORMATION     equ     0x500           ; behind the BIOS data area

CONFADD         equ     0xCF8
CONFDATA        equ     0xCFC
PCI_INTERRUPT_LINE equ  0x8000003C      ; of device 0 on bus 0
PCI_NEXT        equ     1 << 11

STACK           equ     0x7C00

CODE32          equ     gdt.code32 - gdt
DATA32          equ     gdt.data32 - gdt

        org     END
        bits    16

; Written by MultibootRom.
length: dd      0                       ; of what is in the ROM
load:   dd      0                       ; where it goes
zeroes: dd      0                       ; how many follow it
entry:  dd      0                       ; its first instruction

start:
        cli
        cld
        o32 lgdt [cs:gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword CODE32:ROM + flat

        bits    32
flat:
        mov     ax, DATA32
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, STACK
        call    forget_interrupt_lines
        mov     esi, ROM
        mov     edi, [ROM + load]
        mov     ecx, [ROM + length]
        rep movsb
        mov     ecx, [ROM + zeroes]
        xor     eax, eax
        rep stosb
        mov     ebx, INFORMATION
        mov     [ebx], eax              ; its flags: no information
        mov     eax, MULTIBOOT_MAGIC
        jmp     [ROM + entry]

; JPC fills in the interrupt line registers of all functions, as no BIOS would.
forget_interrupt_lines:
        mov     ebx, PCI_INTERRUPT_LINE
.device:
        mov     eax, ebx
        mov     dx, CONFADD
        out     dx, eax
        mov     dx, CONFDATA
        mov     al, 0xFF                ; none
        out     dx, al
        add     ebx, PCI_NEXT
        cmp     ebx, PCI_INTERRUPT_LINE + 32 * PCI_NEXT
        jb      .device
        ret

        align   8
gdt:    dq      0
.code32: dq     0x00CF9B000000FFFF      ; base 0, 4 GiB
.data32: dq     0x00CF93000000FFFF
.end:

gdt_register:
        dw      gdt.end - gdt - 1
        dd      ROM + gdt

        times RESET - END - ($ - $$) db 0
        bits    16
        jmp     ROM >> 4:start
        times 0x10000 - END - ($ - $$) db 0
