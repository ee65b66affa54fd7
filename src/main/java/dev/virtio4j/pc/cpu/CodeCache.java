package dev.virtio4j.pc.cpu;

import dev.virtio4j.pc.memory.PhysicalMemory;
import java.util.Arrays;

/**
 * The decoded blocks, by the page in which they start: its place in {@link PhysicalMemory}. A write
 * to bytes that were decoded, by the CPU or by a device, drops the blocks of their page.
 */
final class CodeCache implements PhysicalMemory.CodeWatch {
  /** The blocks of one page. */
  private static final class Page {
    /** By the offset of their first byte. */
    final Block[] blocks = new Block[4096];

    /** A bit for each 64 bytes that hold decoded code. */
    long chunks;

    /** A block of the page before whose last instruction ends in this one. */
    Block before;
  }

  /** What must happen besides when the set of code pages changes. */
  interface Listener {
    /**
     * A page that held no code does now: it may no longer be written past this cache.
     *
     * @param place where it is
     */
    void pageAdded(int place);

    /** Blocks were dropped; the one that runs may be among them. */
    void blocksDropped();
  }

  private final Page[] pages;
  private Listener listener;

  CodeCache(PhysicalMemory memory) {
    pages = new Page[memory.ram.length >>> 12];
  }

  void setListener(Listener listener) {
    this.listener = listener;
  }

  /**
   * Finds a block.
   *
   * @param place where its first byte is; where nothing answers there is none
   * @return the block, for whatever mode it was decoded, or null
   */
  Block find(int place) {
    int number = place >>> 12;
    Page page = number < pages.length ? pages[number] : null;
    return page == null ? null : page.blocks[place & 0xFFF];
  }

  /** Whether a page holds decoded code. */
  boolean holds(int place) {
    return pages[place >>> 12] != null;
  }

  /** Keeps a block, in place of another at the same address. */
  void add(int place, Block block) {
    int offset = place & 0xFFF;
    int end = Math.min(offset + block.length, 4096);
    Page page = page(place);
    invalidate(page.blocks[offset]);
    page.blocks[offset] = block;
    page.chunks |= chunks(offset, end);
    if (block.crosses && block.nextPage >>> 12 < pages.length) {
      Page next = page(block.nextPage);
      invalidate(next.before);
      next.before = block;
      next.chunks |= 1;
    }
  }

  /** Nothing will drop this block any more when its bytes are written. */
  private static void invalidate(Block block) {
    if (block != null) {
      block.valid = false;
    }
  }

  private Page page(int place) {
    int number = place >>> 12;
    if (pages[number] == null) {
      pages[number] = new Page();
      listener.pageAdded(place & -4096);
    }
    return pages[number];
  }

  /** The bits of the chunks from one offset in a page to another, which is at most 4096. */
  private static long chunks(int start, int end) {
    return -1L >>> (63 - ((end - 1) >>> 6)) & -1L << (start >>> 6);
  }

  @Override
  public void written(int address, int length) {
    int last = (address + length - 1) >>> 12;
    for (int number = address >>> 12; number <= last; number++) {
      Page page = pages[number];
      if (page != null) {
        int start = Math.max(address - (number << 12), 0);
        int end = Math.min(address + length - (number << 12), 4096);
        if ((page.chunks & chunks(start, end)) != 0) {
          drop(number);
        }
      }
    }
  }

  private void drop(int number) {
    Page page = pages[number];
    pages[number] = null;
    for (Block block : page.blocks) {
      invalidate(block);
    }
    invalidate(page.before);
    listener.blocksDropped();
  }

  /** Drops everything. */
  void clear() {
    for (int number = 0; number < pages.length; number++) {
      if (pages[number] != null) {
        drop(number);
      }
    }
    Arrays.fill(pages, null);
  }
}
