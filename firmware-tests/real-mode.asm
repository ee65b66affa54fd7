; A BIOS's driver: real mode, interrupts off, one request at a time, polling. It touches the registers as
; SeaBIOS 1.16 does: never writes the guest's features, asks for no interrupts, and reads the ISR after each
; request all the same.

%define MODE 16
%include "start.inc"
%include "pci.inc"
%include "blk.inc"
%include "pattern.inc"

SCRATCH_SECTOR  equ     0x1234

main:
        smsw    ax
        test    al, 1
        fail_unless z, "this is not real mode"
        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find

        mov     al, STATUS_RESET
        virtio_out DEVICE_STATUS, al
        virtio_in al, DEVICE_STATUS
        print   "status "
        print_number eax, 2
        mov     al, STATUS_ACKNOWLEDGE | STATUS_DRIVER
        virtio_out DEVICE_STATUS, al
        call    queue_set_up
        mov     eax, [esi + disk.avail]
        mov     word [eax + RING_FLAGS], NO_INTERRUPT

        ; The configuration byte by byte: the capacity is the first thing in it.
        mov     edi, SMALL_BUFFER
        mov     dx, [esi + disk.io]
        add     dx, CONFIG
        mov     cx, 32
.config:
        in      al, dx
        mov     [edi], al
        inc     edi
        inc     dx
        dec     cx
        jnz     .config
        print   " capacity "
        print_number [SMALL_BUFFER + 4], 8
        print_number [SMALL_BUFFER], 8
        virtio_in eax, HOST_FEATURES
        mov     al, STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_DRIVER_OK
        virtio_out DEVICE_STATUS, al
        virtio_in al, DEVICE_STATUS
        print   " status "
        print_number eax, 2
        print   10

        ; The boot sector goes where a BIOS puts it.
        mov     eax, BLK_IN
        xor     ebx, ebx
        mov     edi, 0x7C00
        mov     ecx, SECTOR
        call    bios_request
        call    pattern_check
        print   "read sector 0", 10

        mov     ebx, DISK_SECTORS - 8
        mov     edi, SMALL_BUFFER
        mov     ecx, 8 * SECTOR
        call    bios_request
        call    pattern_check
        print   "read the last 8 sectors", 10

        mov     ebx, SCRATCH_SECTOR - 1
        mov     ecx, SECTOR
        mov     eax, BLK_OUT
        call    bios_request            ; the last sectors' data, to another place
        mov     eax, BLK_IN
        mov     edi, SMALL_BUFFER + SECTOR
        mov     ecx, 3 * SECTOR
        dec     ebx
        call    bios_request
        mov     ecx, SECTOR
        call    pattern_check           ; before it
        add     edi, SECTOR
        mov     ebx, DISK_SECTORS - 8
        call    pattern_check           ; what was written
        add     edi, SECTOR
        mov     ebx, SCRATCH_SECTOR
        call    pattern_check           ; behind it
        print   "wrote one sector, and read it back with its neighbours", 10
        ret

; A request as disk_do has it, that must not have raised an interrupt.
bios_request:
        call    disk_do
        push    eax
        push    edx
        virtio_in al, ISR_STATUS
        test    al, al
        fail_unless z, "there was an interrupt"
        pop     edx
        pop     eax
        ret

        section .data
first:  disk_variables RING
