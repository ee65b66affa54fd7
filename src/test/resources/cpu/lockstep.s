# The exception and interrupt handlers under which the programs of LockstepTest run, at HANDLERS.
# They write down what they see, mend what can be mended, and otherwise begin with another function
# of the program. LockstepMachine sets up everything else.

        .set HANDLERS, 0x7000
        .set TABLE, 0x2000                  # the page table of the first 4 MiB
        .set LOG, 0x8000                    # a page of records of 32 bytes

        .set log_at, 0x9000
        .set interrupts, 0x9004
        .set begun, 0x9008
        .set program_cs, 0x900c             # 8, or a selector of ring 3
        .set program_flags, 0x9010
        .set traps, 0x9014
        .set page_faults, 0x9018
        .set flushes, 0x901c
        .set PATCHES, 0x9100                # 16 addresses of bytes that interrupts change
        .set FUNCTIONS, 0x9200              # 32 addresses
        .set FS_SELECTORS, 0x9300           # 8 each
        .set GS_SELECTORS, 0x9320
        .set POINTERS, 0x9340               # for EBP

        .set KDATA, 0x10
        .set UDATA, 0x23
        .set HANDLER_STACK, 0x3d000
        .set STACK0, 0x3af80
        .set STACK3, 0x38f80

        # the mended pages: of the program and its data, and of its stack, and their aliases
        .set PROGRAM_PAGE, 0x20
        .set DATA_PAGE, 0x30
        .set DATA_END, 0x34
        .set STACK_PAGE, 0x38
        .set ALIASES_END, 0x200

        .text
        .set vector, 0
        .rept   0x38                        # one every 16 bytes
        .balign 16
        .if     !(vector == 8 || (vector >= 10 && vector <= 14))
        push    $0
        .endif
        push    $vector
        jmp     common
        .set vector, vector + 1
        .endr

        # what lies on the stack after the registers and DS and ES
        .set F_VECTOR, 40
        .set F_ERROR, 44
        .set F_EIP, 48
        .set F_CS, 52
        .set F_FLAGS, 56

common: pusha
        push    %ds
        push    %es
        mov     $KDATA, %eax
        mov     %eax, %ds
        mov     %eax, %es
        pushf
        pop     %edx
        mov     log_at, %edi
        and     $0xfe0, %edi
        mov     F_VECTOR(%esp), %eax
        mov     %eax, LOG(%edi)
        mov     F_ERROR(%esp), %ebx
        mov     %ebx, LOG+4(%edi)
        mov     F_EIP(%esp), %ebx
        mov     %ebx, LOG+8(%edi)
        mov     F_CS(%esp), %ebx
        mov     %ebx, LOG+12(%edi)
        mov     F_FLAGS(%esp), %ebx
        mov     %ebx, LOG+16(%edi)
        mov     %cr2, %ebx
        mov     %ebx, LOG+20(%edi)
        mov     %edx, LOG+24(%edi)
        mov     %esp, LOG+28(%edi)
        add     $32, %edi
        mov     %edi, log_at

        cmp     $14, %eax
        je      page_fault
        cmp     $7, %eax
        je      no_fpu
        cmp     $16, %eax
        je      fpu_error
        cmp     $1, %eax
        je      trap
        cmp     $3, %eax
        je      back
        cmp     $4, %eax
        je      back
        cmp     $0x30, %eax
        ja      back
        je      begin
        cmp     $0x20, %eax
        jae     interrupt
        jmp     begin

no_fpu: mov     %cr0, %ecx
        and     $~0xc, %ecx                 # EM, TS
        mov     %ecx, %cr0
        jmp     back

fpu_error:
        fninit
        jmp     back

trap:   incl    traps                       # every eighth ends single steps
        testl   $7, traps
        jnz     back
        andl    $~0x100, F_FLAGS(%esp)
        jmp     back

interrupt:                                  # some change code
        incl    interrupts
        mov     interrupts, %ecx
        test    $3, %ecx
        jnz     back
        shr     $2, %ecx
        and     $15, %ecx
        mov     PATCHES(,%ecx,4), %ebx
        xorb    $1, (%ebx)
        jmp     back

page_fault:
        incl    page_faults
        mov     %cr2, %eax
        mov     %eax, %ebx
        mov     %eax, %ecx
        shr     $22, %ecx
        jz      1f
        cmp     $0x200, %ecx                # 80000000h
        jne     begin
1:      shr     $12, %ebx
        and     $0x3ff, %ebx
        cmp     $ALIASES_END, %ebx
        jae     begin
        mov     %ebx, %edx
        and     $0xff, %edx
        cmp     $STACK_PAGE, %edx
        je      3f
        cmp     $PROGRAM_PAGE, %edx
        jb      begin
        cmp     $DATA_END, %edx
        jae     begin
3:      shl     $12, %edx
        or      $7, %edx
        mov     TABLE(,%ebx,4), %ecx
        and     $~0x60, %ecx                # accessed, dirty
        cmp     %ecx, %edx
        je      2f
        mov     %edx, TABLE(,%ebx,4)
        testl   $1, page_faults             # mostly needless
        jz      back
        invlpg  (%eax)
        jmp     back
2:      mov     %cr3, %ecx                  # an old translation, or nothing that can be mended
        mov     %ecx, %cr3
        incl    flushes
        testl   $3, flushes
        jnz     back

begin:  incl    begun
        mov     begun, %ecx
        mov     %ecx, %eax                  # other rights for a page of data, sometimes for one of code
        shr     $2, %eax
        and     $7, %eax
        mov     %ecx, %ebx
        and     $3, %ebx
        xor     %eax, TABLE + 4*DATA_PAGE(,%ebx,4)
        test    $0x20, %ecx
        jz      1f
        xor     %eax, TABLE + 4*PROGRAM_PAGE(,%ebx,4)
1:      mov     %cr3, %eax
        mov     %eax, %cr3
        mov     %ecx, %ebx
        and     $31, %ebx
        mov     FUNCTIONS(,%ebx,4), %ebx
        and     $7, %ecx
        mov     FS_SELECTORS(,%ecx,4), %eax
        mov     %eax, %fs
        mov     GS_SELECTORS(,%ecx,4), %eax
        mov     %eax, %gs
        mov     POINTERS(,%ecx,4), %ebp
        mov     %ebp, %esi
        mov     %ebp, %edi
        mov     program_cs, %eax
        mov     program_flags, %edx
        cmp     $8, %eax
        je      ring0
        mov     $HANDLER_STACK, %esp
        mov     $UDATA, %ecx
        push    %ecx
        push    $STACK3
        push    %edx
        push    %eax
        push    %ebx
        mov     %ecx, %ds
        mov     %ecx, %es
        iret
ring0:  mov     $STACK0, %esp
        push    %edx
        push    %eax
        push    %ebx
        iret

back:   pop     %es
        pop     %ds
        popa
        add     $8, %esp
        iret
