# Runs the cases that follow it in memory, one after the other, and sends what became of each to
# port E9h. A multiboot kernel, so that QEMU starts it as it is. See README.md in this directory.

        .include "layout.s"
        .text
        .globl _start
_start:
        jmp     start

        .balign 4
        .set MAGIC, 0x1badb002
        .set FLAGS, 0x10000                 # the addresses below are valid
header: .long   MAGIC, FLAGS, -(MAGIC + FLAGS)
        .long   header, _start, 0, 0, start # up to the end of the file, no BSS

# A case in memory: the general registers, then
        .set CASE_FLAGS, 32
        .set CASE_MODE, 36                  # what of the following
        .set RING0, 1
        .set PAGING, 2
        .set FPU, 4
        .set CASE_M, 40
        .set CASE_LENGTH, 48
        .set CASE_CODE, 52                  # the next case follows, aligned to 4

# The result of a case, all in words of 32 bits: vector, error code, EIP, CS, EFLAGS, ESP, SS, DS, ES,
# FS, GS, EAX, ECX, EDX, EBX, EBP, ESI, EDI, CR0, CR2, EFLAGS in the handler, then how many words of
# the watched memory changed, and address and value of each.
        .set RESULT_CHANGES, RESULT + 21 * 4

        .macro put value, index
        movl    \value, RESULT + \index * 4
        .endm

start:
        cli
        cld
        mov     $0xff, %al                  # no interrupts, whatever a case does to IF
        out     %al, $0x21
        out     %al, $0xa1
        lgdt    gdtr_own
        ljmp    $KCODE, $1f
1:      mov     $KDATA, %eax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %fs
        mov     %ax, %gs
        mov     %ax, %ss
        mov     $KSTACK, %esp
        mov     $0x31, %eax                 # PE, ET, NE
        mov     %eax, %cr0
        xor     %edi, %edi                  # where a jump goes that loses the high half of EIP: INT3
        mov     $0xcc, %al
        mov     $0x400, %ecx
        rep stosb
        movl    $cases, next

        .globl  run_next
run_next:                                   # on KSTACK, flat segments, paging off
        mov     next, %ebp
        cmp     end_of_cases, %ebp
        jae     done

        mov     CASE_M(%ebp), %eax
        mov     %eax, template + M - SCRATCH
        mov     CASE_M + 4(%ebp), %eax
        mov     %eax, template + M - SCRATCH + 4
        mov     $template, %esi
        mov     $SCRATCH, %edi
        mov     $(WATCHED_END - SCRATCH) / 4, %ecx
        rep movsl
        mov     $table_template, %esi
        mov     $TABLE, %edi
        mov     $16, %ecx
        rep movsl
        mov     $directory_template, %esi
        mov     $DIRECTORY, %edi
        mov     $8, %ecx
        rep movsl

        xor     %ebx, %ebx                  # IDT: the gates of gate_types, to the stubs
        mov     $IDT, %edi
        mov     $stubs, %edx
2:      mov     %dx, (%edi)
        movw    $KCODE, 2(%edi)
        movb    $0, 4(%edi)
        mov     gate_types(%ebx), %al
        mov     %al, 5(%edi)
        mov     %edx, %eax
        shr     $16, %eax
        mov     %ax, 6(%edi)
        add     $8, %edi
        add     $STUB, %edx
        inc     %ebx
        cmp     $VECTORS, %ebx
        jb      2b
        movw    $TASK1, IDT + 0x24 * 8 + 2
        movw    $UCODE, IDT + 0x26 * 8 + 2
        movw    $0, IDT + 0x27 * 8 + 2
        movw    $KDATA, IDT + 0x28 * 8 + 2
        movw    $CONFORMING, IDT + 0x29 * 8 + 2

        lgdt    gdtr
        lidt    idtr
        ljmp    $KCODE, $3f
3:      xor     %eax, %eax
        lldt    %ax
        andb    $~2, GDT + TASK0 + 5        # not busy
        mov     $TASK0, %eax
        ltr     %ax
        push    $2
        popf

        lea     CASE_CODE(%ebp), %esi
        mov     $CODE, %edi
        mov     CASE_LENGTH(%ebp), %ecx
        rep movsb
        movw    $0x20cd, (%edi)             # INT 20h
        add     $3, %esi
        and     $~3, %esi
        mov     %esi, next

        xor     %eax, %eax
        mov     %eax, %cr2
        testb   $FPU, CASE_MODE(%ebp)
        jz      4f
        fninit
4:      testb   $PAGING, CASE_MODE(%ebp)
        jz      6f
        mov     $IDENTITY, %edi
        mov     $7, %eax
5:      stosl
        add     $0x1000, %eax
        cmp     $0x400000, %eax
        jb      5b
        mov     $DIRECTORY, %eax
        mov     %eax, %cr3
        mov     %cr0, %eax
        or      $0x80000000, %eax
        mov     %eax, %cr0
6:      mov     %ebp, %esi
        testb   $RING0, CASE_MODE(%ebp)
        jnz     7f
        push    $UDATA
        pushl   16(%esi)
        pushl   CASE_FLAGS(%esi)
        push    $UCODE
        push    $CODE
        mov     $UDATA, %eax
        mov     %ax, %ds
        mov     %ax, %es
        mov     %ax, %fs
        mov     %ax, %gs
        call    load
        mov     24(%esi), %esi
        iret
7:      pushl   CASE_FLAGS(%esi)
        call    load
        popf
        mov     16(%esi), %esp
        mov     24(%esi), %esi
        jmp     CODE

load:   mov     0(%esi), %eax
        mov     4(%esi), %ecx
        mov     8(%esi), %edx
        mov     12(%esi), %ebx
        mov     20(%esi), %ebp
        mov     28(%esi), %edi
        ret

        .set VECTORS, 0x30
        .set STUB, 16
        .balign 16
stubs:  .set vector, 0
        .rept   VECTORS
        .balign STUB
        .if (vector != 8) && (vector != 17) && ((vector < 10) || (vector > 14))
        push    $0
        .endif
        push    $vector
        jmp     ended
        .set vector, vector + 1
        .endr

# On the stack: vector, error code, EIP, CS, EFLAGS [, ESP, SS [, ES, DS, FS, GS]].
        .balign 16
ended:  push    %ds
        push    $KDATA
        pop     %ds
        put     %eax, 11
        put     %ecx, 12
        put     %edx, 13
        put     %ebx, 14
        put     %ebp, 15
        put     %esi, 16
        put     %edi, 17
        pushfl
        popl    RESULT + 20 * 4
        cld
        mov     %esp, %ebp
        lea     -4(%ebp), %eax              # what is on the case's stack by us, not by the CPU
        mov     %eax, ours
        lea     0x0c(%ebp), %eax
        mov     %eax, ours + 4
        mov     %cr0, %eax
        put     %eax, 18
        mov     %cr2, %eax
        put     %eax, 19
        mov     0x04(%ebp), %eax
        put     %eax, 0
        mov     0x08(%ebp), %eax
        put     %eax, 1
        mov     0x0c(%ebp), %eax
        put     %eax, 2
        movzwl  0x10(%ebp), %ecx
        put     %ecx, 3
        mov     0x14(%ebp), %edx
        and     $~0x10000, %edx             # RF, which QEMU doesn't set for faults
        mov     %edx, 0x14(%ebp)
        andl    $~0x10000, TSS0 + 0x24
        put     %edx, 4
        movzwl  0(%ebp), %eax
        put     %eax, 7
        xor     %eax, %eax
        mov     %es, %ax
        put     %eax, 8
        mov     %fs, %ax
        put     %eax, 9
        mov     %gs, %ax
        put     %eax, 10
        test    $0x20000, %edx
        jnz     from_virtual_8086
        test    $3, %cl
        jnz     from_ring_3
        mov     %ss, %ax
        put     %eax, 6
        lea     0x18(%ebp), %eax
        put     %eax, 5
        jmp     2f
from_virtual_8086:
        movzwl  0x20(%ebp), %eax
        put     %eax, 8
        movzwl  0x24(%ebp), %eax
        put     %eax, 7
        movzwl  0x28(%ebp), %eax
        put     %eax, 9
        movzwl  0x2c(%ebp), %eax
        put     %eax, 10
from_ring_3:
        mov     0x18(%ebp), %eax
        put     %eax, 5
        movzwl  0x1c(%ebp), %eax
        put     %eax, 6

2:      mov     $KDATA, %eax
        mov     %ax, %es
        mov     %ax, %ss
        mov     $KSTACK, %esp
        mov     %ax, %fs
        mov     %ax, %gs
        mov     $0x31, %eax                 # as at the start
        mov     %eax, %cr0
        xor     %eax, %eax
        mov     %eax, %cr4
        lgdt    gdtr_own
        push    $2                          # NT off above all
        popf

        xor     %ebx, %ebx
        mov     $RESULT_CHANGES + 4, %edi
        mov     $SCRATCH, %esi
        mov     $template, %edx
        mov     $WATCHED_END, %ecx
        call    changes
        mov     $TABLE, %esi
        mov     $table_template, %edx
        mov     $TABLE + 16 * 4, %ecx
        call    changes
        mov     $DIRECTORY, %esi
        mov     $directory_template, %edx
        mov     $DIRECTORY + 8 * 4, %ecx
        call    changes
        mov     %ebx, RESULT_CHANGES

        mov     $RESULT, %esi
        mov     %edi, %ecx
        sub     %esi, %ecx
        mov     $0xe9, %edx
        rep outsb
        jmp     run_next

# Compares ESI up to ECX with EDX, appends what differs at EDI, counts in EBX.
changes:
1:      mov     (%esi), %eax
        cmp     (%edx), %eax
        je      2f
        cmp     ours, %esi
        jb      3f
        cmp     ours + 4, %esi
        jb      2f
3:      mov     %esi, (%edi)
        mov     %eax, 4(%edi)
        add     $8, %edi
        inc     %ebx
2:      add     $4, %esi
        add     $4, %edx
        cmp     %ecx, %esi
        jb      1b
        ret

done:   mov     $0xf4, %edx                 # ends QEMU
        xor     %eax, %eax
        out     %al, %dx
        cli
        hlt

        .balign 4
next:   .long   0
ours:   .long   0, 0
        .word   0
gdtr_own:
        .word   0x117
        .long   template + GDT - SCRATCH
        .word   0
gdtr:   .word   0x117
        .long   GDT
        .word   0
idtr:   .word   VECTORS * 8 - 1
        .long   IDT

gate_types:
        .byte   0x8e, 0x8e, 0x8e, 0xee, 0xee, 0xee, 0x8e, 0x8e  # ring 3 may: INT3, INTO, BOUND
        .fill   0x20 - 8, 1, 0x8e
        .byte   0xee                        # 20h: the end of a case
        .byte   0xef                        # 21h: trap gate
        .byte   0x8e                        # 22h: ring 0 only
        .byte   0x6e                        # 23h: not present
        .byte   0xe5                        # 24h: task gate
        .byte   0xec                        # 25h: no gate at all: a call gate
        .byte   0xee, 0xee, 0xee, 0xee      # 26h to 29h: ring 3 code, null, data, conforming code
        .fill   VECTORS - 0x2a, 1, 0x8e

        .macro  descriptor base, limit, type, flags
        .word   (\limit) & 0xffff
        .word   (\base) & 0xffff
        .byte   ((\base) >> 16) & 0xff, \type, (\flags) << 4 | ((\limit) >> 16), ((\base) >> 24) & 0xff
        .endm
        .macro  gate selector, offset, type, count=0
        .word   (\offset) & 0xffff, \selector
        .byte   \count, \type
        .word   (\offset) >> 16
        .endm
        .macro  task32 eip, cs, ss, esp, flags=2
        .long   0, KSTACK, KDATA, 0, 0, 0, 0, DIRECTORY
        .long   \eip, \flags, 0x11111111, 0x22222222, 0x33333333, 0x44444444, \esp, 0x66666666
        .long   0x77777777, 0x88888888, \ss, \cs, \ss, \ss, \ss, \ss, 0
        .word   0, 0x68
        .endm

        .balign 16
template:
        .set    at, 0
        .rept   0x400                       # the pattern of SCRATCH
        .byte   (at * 37 + (at >> 3) * 11 + 5) & 0xff
        .set    at, at + 1
        .endr
        # GDT. Code is accessed already, because QEMU doesn't set that bit in jumps and gates.
        descriptor 0, 0, 0, 0
        descriptor 0, 0xfffff, 0x9b, 0xc    # KCODE
        descriptor 0, 0xfffff, 0x93, 0xc    # KDATA
        descriptor 0, 0xfffff, 0xfb, 0xc    # UCODE
        descriptor 0, 0xfffff, 0xf3, 0xc    # UDATA
        descriptor TSS0, 0x7f, 0x8b, 0      # TASK0
        descriptor TSS1, 0x67, 0x89, 0      # TASK1
        descriptor TSS2, 0x67, 0x89, 0      # TASK2
        descriptor TSS16, 0x2b, 0x81, 0     # TASK16
        descriptor LDT, 0x3f, 0x82, 0       # LOCAL
        descriptor 0, 0xfffff, 0x72, 0xc    # NPDATA
        descriptor SCRATCH, 0xff, 0xf2, 4   # SMALL
        descriptor SCRATCH, 0xff, 0xf6, 4   # DOWN
        descriptor 0, 0xfffff, 0xf0, 0xc    # RODATA
        descriptor 0, 0xfffff, 0xf9, 0xc    # XCODE
        descriptor 0, 0xfffff, 0x9f, 0xc    # CONFORMING
        descriptor CODE, 0xffff, 0x9b, 0    # CODE16
        descriptor SCRATCH, 0xffff, 0x93, 0 # DATA16
        descriptor CODE, 0xffff, 0xfb, 0    # UCODE16
        descriptor SCRATCH, 0xffff, 0xf2, 0 # UDATA16
        gate    KCODE, CODE + 0x100, 0xec   # GATE
        gate    KCODE, CODE + 0x100, 0xec, 2
        gate    KCODE, CODE + 0x100, 0x6c
        gate    TASK1, 0, 0xe5              # TASKGATE
        gate    KCODE, CODE + 0x100, 0x8c   # KGATE
        descriptor 0, 0xfffff, 0x7a, 0xc    # NPCODE
        descriptor CODE, 0x3f, 0x9b, 4      # SMALLCODE
        descriptor TSS1, 0x67, 0x8b, 0      # BUSYTASK
        descriptor TSS1, 0x67, 0x09, 0      # NPTASK
        gate    CODE16, 0x100, 0xe4         # GATE16
        descriptor SCRATCH, 0xff, 0xf6, 0   # DOWN16
        descriptor SCRATCH, 0x2ff, 0x92, 4  # SMALLSTACK
        descriptor 0, 0xfffff, 0x12, 0xc    # NPSTACK
        descriptor SCRATCH, 0, 0xf2, 0xc    # UPAST
        descriptor 0, 0xffffe, 0xf3, 0xc    # NEARLY
        .org    template + TSS0 - SCRATCH
        .long   0, KSTACK, KDATA
        .fill   0x66 - 12, 1, 0
        .word   0x68
        .fill   0x10, 1, 0xff
        .byte   0xfe, 0xff, 0xff, 0xff      # ring 3 may use port 80h
        .org    template + TSS1 - SCRATCH
        task32  CODE + 0x100, KCODE, KDATA, SCRATCH + 0x380
        .org    template + TSS2 - SCRATCH
        task32  CODE + 0x180, UCODE, UDATA, SCRATCH + 0x380
        .org    template + TSS16 - SCRATCH
        .word   0, KSTACK & 0xffff, KDATA, 0, 0, 0, 0
        .word   0x100, 2, 0x1111, 0x2222, 0x3333, 0x4444, 0x380, 0x6666, 0x7777, 0x8888
        .word   DATA16, CODE16, DATA16, DATA16, 0
        .org    template + LDT - SCRATCH
        descriptor 0, 0, 0, 0
        descriptor SCRATCH, 0xfff, 0xf2, 4  # LDATA
        .org    template + WATCHED_END - SCRATCH

table_template:                             # WINDOW; accessed where a case may fault half way
        .long   SCRATCH + 7                 # 0: user, writable
        .long   SCRATCH + 0x25              # 1: user, read-only
        .long   SCRATCH + 0x23              # 2: supervisor, writable
        .long   SCRATCH + 0x21              # 3: supervisor, read-only
        .long   SCRATCH + 6                 # 4: not present
        .long   SCRATCH + 0x67              # 5: accessed and dirty
        .long   SCRATCH + 7                 # 6: user, writable
        .long   CODE + 5                    # 7: the code, read-only
        .long   CODE + 3                    # 8: the code, supervisor
        .long   SCRATCH + 0x107             # 9: global
        .fill   6, 4, 0
directory_template:
        .long   IDENTITY + 7, 0x87, TABLE + 0x27, TABLE + 0x25, TABLE + 0x23, 0, 0, 0

end_of_cases:
        .long   0                           # CpuImage fills it in
cases:
