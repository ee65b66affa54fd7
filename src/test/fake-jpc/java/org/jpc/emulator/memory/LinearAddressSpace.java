package org.jpc.emulator.memory;

import org.jpc.emulator.AbstractHardwareComponent;
import org.jpc.emulator.HardwareComponent;
import org.jpc.emulator.processor.ProcessorException;

/**
 * Walks the page tables as JPC does, with its faults: a supervisor's page is always writable, and a
 * large page is entered whole.
 */
public final class LinearAddressSpace extends AbstractHardwareComponent {
  private static final int LARGE = 0x80;
  private static final int GLOBAL = 0x100;

  private static final Memory PF_PROTECTION_VIOLATION_WS = new PageFault(3);

  private final FastTLB tlb = new FastTLB();
  private PhysicalAddressSpace target;
  private boolean supervisor = true;
  private boolean paging;
  private int directory;

  @Override
  public boolean initialised() {
    return target != null;
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    if (component instanceof PhysicalAddressSpace found) {
      target = found;
    }
  }

  public int getDoubleWord(int offset) {
    try {
      return tlb.getReadMemoryBlockAt(supervisor, offset).getDoubleWord(offset & 0xFFF);
    } catch (NullPointerException e) {
      return walk(offset, false).getDoubleWord(offset & 0xFFF);
    }
  }

  public void setDoubleWord(int offset, int data) {
    try {
      tlb.getWriteMemoryBlockAt(supervisor, offset).setDoubleWord(offset & 0xFFF, data);
    } catch (NullPointerException e) {
      walk(offset, true).setDoubleWord(offset & 0xFFF, data);
    }
  }

  private Memory walk(int offset, boolean write) {
    if (!paging) {
      enter(offset, offset, write);
    } else {
      walkTables(offset, write);
    }
    return write
        ? tlb.getWriteMemoryBlockAt(supervisor, offset)
        : tlb.getReadMemoryBlockAt(supervisor, offset);
  }

  private void walkTables(int offset, boolean write) {
    int entry = target.getDoubleWord(directory | offset >>> 20 & 0xFFC);
    if ((entry & LARGE) != 0) {
      for (int i = 0; i < 1 << 22; i += 1 << 12) {
        int page = offset & ~0x3FFFFF | i;
        tlb.setPageSize(page, (byte) 1);
        enter(page, entry & ~0x3FFFFF | i, write);
        if ((entry & GLOBAL) == 0) {
          tlb.addNonGlobalPage(page);
        }
      }
      return;
    }
    int table = target.getDoubleWord(entry & ~0xFFF | offset >>> 10 & 0xFFC);
    if ((table & GLOBAL) == 0) {
      tlb.addNonGlobalPage(offset);
    }
    enter(offset, table, write);
    tlb.setPageSize(offset, (byte) 0);
  }

  private void enter(int offset, int physical, boolean write) {
    Memory page = new Page(physical & ~0xFFF);
    if (write) {
      tlb.setWriteMemoryBlockAt(supervisor, offset, page);
    } else {
      tlb.setReadMemoryBlockAt(supervisor, offset, page);
    }
  }

  public void setSupervisor(boolean value) {
    supervisor = value;
  }

  public void setPagingEnabled(boolean value) {
    paging = value;
    tlb.flush();
  }

  public void setPageCacheEnabled(boolean value) {}

  public void setPageSizeExtensionsEnabled(boolean value) {
    tlb.flush();
  }

  public void setGlobalPagesEnabled(boolean value) {
    tlb.setGlobalPages(value);
    tlb.flush();
  }

  public void setWriteProtectPages(boolean value) {
    tlb.setWriteProtectPages(value);
  }

  public void setPageDirectoryBaseAddress(int address) {
    directory = address & ~0xFFF;
    tlb.flushNonGlobal();
  }

  public void invalidateTLBEntry(int address) {
    tlb.invalidateTLBEntry(address);
  }

  private final class Page implements Memory {
    private final int base;

    Page(int base) {
      this.base = base;
    }

    @Override
    public int getDoubleWord(int offset) {
      return target.getDoubleWord(base + offset);
    }

    @Override
    public void setDoubleWord(int offset, int data) {
      target.setDoubleWord(base + offset, data);
    }
  }

  private static final class PageFault implements Memory {
    private final int errorCode;

    PageFault(int errorCode) {
      this.errorCode = errorCode;
    }

    private ProcessorException fault() {
      return new ProcessorException(ProcessorException.Type.PAGE_FAULT, errorCode, true);
    }

    @Override
    public int getDoubleWord(int offset) {
      throw fault();
    }

    @Override
    public void setDoubleWord(int offset, int data) {
      throw fault();
    }
  }
}
