# Where things lie while a case runs. Read by runner.s and before every plan; CpuImage.java knows the first four.

        .set CODE, 0x20000                  # the case's instructions, then INT 20h
        .set SCRATCH, 0x30000               # 1 KiB of pattern: the case's data and stack
        .set M, SCRATCH + 0x100             # the two words that the inputs m and m4 set
        .set STACK, SCRATCH + 0x300         # ESP, unless the inputs say otherwise

        .set GDT, 0x30400                   # all of this is put back before each case
        .set TSS0, 0x30600                  # the task that cases run in; its ring 0 stack is KSTACK
        .set TSS1, 0x30680                  # a ring 0 task that starts at CODE + 100h
        .set TSS2, 0x30700                  # a ring 3 task that starts at CODE + 180h
        .set TSS16, 0x30780                 # an 80286 task that starts at CODE + 100h
        .set LDT, 0x307c0
        .set WATCHED_END, 0x30800

        .set TABLE, 0x31000                 # page table of WINDOW
        .set DIRECTORY, 0x32000
        .set IDENTITY, 0x33000              # page table of the first 4 MiB
        .set IDT, 0x34000
        .set FREE, 0x35000                  # 4 KiB that nobody looks at
        .set RESULT, 0x36000
        .set KSTACK, 0x3f000

        .set BIG, 0x00400000                # a 4 MiB page on address 0 (needs CR4.PSE)
        .set WINDOW, 0x00800000             # pages of all rights on SCRATCH, see runner.s
        .set WINDOW_READ_ONLY, 0x00c00000   # the same page table, read-only in the directory
        .set WINDOW_SUPERVISOR, 0x01000000  # the same page table, supervisor in the directory
        .set UNMAPPED, 0x01400000

        .set KCODE, 0x08                    # flat, ring 0
        .set KDATA, 0x10
        .set UCODE, 0x1b                    # flat, ring 3
        .set UDATA, 0x23
        .set TASK0, 0x28
        .set TASK1, 0x30
        .set TASK2, 0x38
        .set TASK16, 0x40
        .set LOCAL, 0x48                    # the LDT
        .set NPDATA, 0x53                   # not present
        .set SMALL, 0x5b                    # data, SCRATCH to SCRATCH + FFh
        .set DOWN, 0x63                     # data that expands down, SCRATCH + 100h up
        .set RODATA, 0x6b
        .set XCODE, 0x73                    # code that can't be read
        .set CONFORMING, 0x78
        .set CODE16, 0x80                   # 16-bit, base CODE, ring 0
        .set DATA16, 0x88                   # 16-bit, base SCRATCH, ring 0
        .set UCODE16, 0x93
        .set UDATA16, 0x9b
        .set GATE, 0xa3                     # call gates to ring 0, CODE + 100h
        .set GATE2, 0xab                    # the same with two parameters
        .set NPGATE, 0xb3
        .set TASKGATE, 0xbb                 # to TASK1
        .set KGATE, 0xc0                    # for ring 0 only
        .set NPCODE, 0xcb
        .set SMALLCODE, 0xd0                # CODE to CODE + 3Fh, ring 0
        .set BUSYTASK, 0xd8
        .set NPTASK, 0xe0
        .set GATE16, 0xeb                   # 80286 call gate to CODE16:100h
        .set DOWN16, 0xf3                   # data that expands down, 16-bit, 100h to FFFFh
        .set SMALLSTACK, 0xf8               # ring 0 data, SCRATCH to SCRATCH + 2FFh
        .set NPSTACK, 0x100                 # ring 0 data, not present
        .set UPAST, 0x10b                   # 4 KiB granularity, base SCRATCH, limit 0
        .set NEARLY, 0x113                  # ring 3 data, all memory but the last page
        .set BEYOND, 0x203                  # past the end of the GDT
        .set LDATA, 0x0f                    # ring 3 data in the LDT
