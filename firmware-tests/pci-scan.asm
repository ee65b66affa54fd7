; What a BIOS does to PCI: finds the functions on bus 0, sizes an I/O BAR, moves it, and places one that has
; no address yet. Only function 0 of each device is looked at, as the earliest drivers did.

%define MODE 32
%include "start.inc"
%include "pci.inc"
%include "blk.inc"

FREE_PORTS      equ     0xD000          ; nobody's, on any of the machines

STORAGE         equ     0x01            ; base classes
BRIDGE          equ     0x06

main:
        mov     ebx, PCI_DEVICE_0
.device:
        mov     dl, PCI_VENDOR
        call    pci_read16
        cmp     ax, 0xFFFF              ; nobody answered
        je      .next
        call    report
.next:
        add     ebx, PCI_NEXT
        cmp     ebx, PCI_END
        jb      .device

        mov     esi, first
        mov     ebx, PCI_DEVICE_0
        call    disk_find
        call    size_bar
        call    move_bar
        call    place_bar
        ret

; Prints what the function EBX says of itself. Bridges and disks are the same on every machine, though
; not their slots.
report:
        mov     dl, PCI_CLASS + 1
        call    pci_read8
        cmp     al, BRIDGE
        je      .same
        cmp     al, STORAGE
        jne     .end
.same:
        mov     dl, PCI_VENDOR
        call    pci_read16
        print_number eax, 4
        print   ":"
        mov     dl, PCI_DEVICE
        call    pci_read16
        print_number eax, 4
        print   " class "
        mov     dl, PCI_CLASS
        call    pci_read16
        print_number eax, 4
        mov     dl, PCI_VENDOR
        call    pci_read32
        cmp     eax, VIRTIO_BLK
        jne     .line
        print   " revision "
        mov     dl, PCI_REVISION
        call    pci_read8
        print_number eax, 2
        print   " subsystem "
        mov     dl, PCI_SUBVENDOR
        call    pci_read16
        print_number eax, 4
        print   ":"
        mov     dl, PCI_SUBSYSTEM
        call    pci_read16
        print_number eax, 4
        print   " pin "
        mov     dl, PCI_IRQ_PIN
        call    pci_read8
        print_number eax, 1
.line:
        print   10
.end:
        ret

; All ones written to a BAR come back with zeroes where the size has its bits (PCI 2.1, section 6.2.5.1).
size_bar:
        mov     ebx, [esi + disk.function]
        mov     dl, PCI_BAR0
        call    pci_read32
        mov     edi, eax
        mov     eax, -1
        call    pci_write32
        call    pci_read32
        mov     ecx, eax
        mov     eax, edi
        call    pci_write32

        test    cl, BAR_IO
        fail_unless nz, "BAR 0 is not in I/O space"
        and     ecx, ~BAR_FLAGS
        neg     ecx
        movzx   ecx, cx                 ; ports have 16 bits; the BAR's upper half may be fixed
        mov     eax, ecx
        dec     eax
        test    eax, ecx
        fail_unless z, "the size of BAR 0 is no power of two"
        cmp     ecx, CONFIG + 8
        fail_unless ae, "BAR 0 is too small"
        call    capacity
        print   "BAR 0 has a size, and the disk still answers", 10
        ret

; Moves the ports elsewhere, with the decoder off meanwhile.
move_bar:
        mov     dl, PCI_COMMAND
        call    pci_read16
        and     al, ~COMMAND_IO
        call    pci_write16
        call    silence
        print   "without COMMAND_IO nobody answers", 10

        mov     edi, [esi + disk.io]
        mov     dword [esi + disk.io], FREE_PORTS
        mov     eax, FREE_PORTS
        mov     dl, PCI_BAR0
        call    pci_write32
        call    pci_enable
        call    capacity
        xchg    [esi + disk.io], edi
        call    silence
        xchg    [esi + disk.io], edi
        print   "moved: the disk answers there, and nobody where it was", 10
        ret

; As after power-on: no address, decoder off.
place_bar:
        xor     eax, eax
        mov     dl, PCI_COMMAND
        call    pci_write16
        mov     dl, PCI_BAR0
        call    pci_write32
        call    pci_read32
        cmp     eax, BAR_IO
        fail_unless e, "BAR 0 does not take address 0"
        call    disk_find
        call    capacity
        print   "placed by the driver: the disk answers", 10
        ret

; Fails unless the disk says how large it is.
capacity:
        virtio_in eax, CONFIG
        cmp     eax, 8 << 20 >> 9
        fail_unless e, "the disk does not answer"
        ret

; Fails if anybody answers at the disk's ports.
silence:
        virtio_in eax, CONFIG
        cmp     eax, -1
        fail_unless e, "somebody answers"
        ret

        section .data
first:  disk_variables RING
