; Loops as programs spend their time in, for hundreds of millions of instructions: a checksum, a copy and
; a sort. They are right on any machine; how long they take says how fast its CPU is.

%define MODE 32
%include "start.inc"

WORDS           equ     0x4000          ; 64 KiB
COPY            equ     BUFFER + 4 * WORDS
ROUNDS          equ     2000
SORTED          equ     0x800           ; words that are sorted

main:
        call    fill
        mov     ebp, ROUNDS
.checksum:
        call    checksum
        dec     ebp
        jnz     .checksum
        print   "checksum: "
        print_number eax, 8
        print   10

        mov     ebp, ROUNDS
.copy:
        call    copy
        dec     ebp
        jnz     .copy
        call    compare
        print   "copy: the same", 10

        call    sort
        call    compare_order
        print   "sort: in order", 10
        ret

; Fills the buffer with the words of a linear congruential generator.
fill:
        mov     edi, BUFFER
        mov     ecx, WORDS
        mov     eax, 1
.next:  imul    eax, eax, 1664525
        add     eax, 1013904223
        mov     [edi], eax
        add     edi, 4
        dec     ecx
        jnz     .next
        ret

; Gives in EAX a checksum of the buffer, as of Adler: the sum of the sums.
checksum:
        mov     esi, BUFFER
        mov     ecx, WORDS
        xor     eax, eax
        xor     edx, edx
.next:  add     edx, [esi]
        add     eax, edx
        add     esi, 4
        dec     ecx
        jnz     .next
        ret

; Copies the buffer word by word.
copy:
        mov     esi, BUFFER
        mov     edi, COPY
        mov     ecx, WORDS
.next:  mov     eax, [esi]
        mov     [edi], eax
        add     esi, 4
        add     edi, 4
        dec     ecx
        jnz     .next
        ret

compare:
        mov     esi, BUFFER
        mov     edi, COPY
        mov     ecx, WORDS
        repe    cmpsd
        fail_unless e, "the copy differs"
        ret

; Sorts the first words of the copy by insertion.
sort:
        mov     ebx, COPY + 4
.insert:
        mov     eax, [ebx]
        mov     edi, ebx
.shift: mov     edx, [edi - 4]
        cmp     edx, eax
        jbe     .place
        mov     [edi], edx
        sub     edi, 4
        cmp     edi, COPY
        ja      .shift
.place: mov     [edi], eax
        add     ebx, 4
        cmp     ebx, COPY + 4 * SORTED
        jb      .insert
        ret

compare_order:
        mov     esi, COPY
        mov     ecx, SORTED - 1
.next:  mov     eax, [esi]
        cmp     eax, [esi + 4]
        fail_unless be, "not in order"
        add     esi, 4
        dec     ecx
        jnz     .next
        ret
