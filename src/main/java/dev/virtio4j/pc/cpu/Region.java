package dev.virtio4j.pc.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Blocks of one page that are translated together: a hot one, and those that it leads to without
 * leaving the page, nearest first. Like a block it holds nothing of the linear address at which it
 * runs, and like one it is no longer used when its first block is dropped with its page.
 *
 * @param head the block at which it is entered
 * @param members all, by their offset in the page
 */
record Region(Member head, List<Member> members) {
  /** How many operations are translated together at most, if it is more than one block. */
  static final int MAX_OPERATIONS = 240;

  /**
   * A block of it.
   *
   * @param offset in the page
   */
  record Member(int offset, Block block) {
    /**
     * How many operations are translated: without those of a last instruction of the rarer kind.
     */
    int operations() {
      return endsRarely() ? block.first[block.count - 1] : block.code.length;
    }

    /** Whether its last instruction may change more than registers and memory. */
    boolean endsRarely() {
      return lastOperation() >= Op.FIRST_END;
    }

    /** The offset in the page of what follows it. */
    int end() {
      return offset + block.length;
    }

    int lastOperation() {
      return (int) (last() >>> 32) & 0x1FF;
    }

    private long last() {
      return block.code[block.code.length - 1];
    }

    /** Where its jump with a fixed target goes, relative to the page. */
    int target() {
      return offset + (int) last();
    }

    boolean isWorthwhile() {
      return !block.crosses && operations() > 0;
    }
  }

  /**
   * Forms a region.
   *
   * @param page the place of the page
   * @param head where in the page it begins
   * @param minimumRuns how often each other block of it must have run
   * @param largest how many operations it may have, if it is more than one block
   */
  static Region of(CodeCache code, int page, Member head, int minimumRuns, int largest) {
    List<Member> members = new ArrayList<>();
    Deque<Member> reached = new ArrayDeque<>();
    members.add(head);
    reached.add(head);
    int size = head.operations();
    while (!reached.isEmpty() && members.size() < Translation.MAX_BLOCKS) {
      for (int offset : successors(reached.remove())) {
        Block block = offset >= 0 && offset < 4096 ? code.find(page + offset) : null;
        boolean usable =
            block != null
                && block.valid
                && block.mode == head.block.mode
                && block.runs >= minimumRuns
                && members.stream().noneMatch(member -> member.block == block);
        if (usable && members.size() < Translation.MAX_BLOCKS) {
          Member member = new Member(offset, block);
          if (member.isWorthwhile() && size + member.operations() <= largest) {
            size += member.operations();
            members.add(member);
            reached.add(member);
          }
        }
      }
    }
    members.sort(Comparator.comparingInt(Member::offset));
    return new Region(head, members);
  }

  /**
   * The offsets of the blocks that come after one: by a jump with a fixed target, without one, or
   * when what it calls returns.
   */
  private static int[] successors(Member member) {
    int last = member.lastOperation();
    if (last == Op.CALL || (last >= Op.JCC && last < Op.JMP)) {
      return new int[] {member.end(), member.target()};
    }
    if (last == Op.JMP) {
      return new int[] {member.target()};
    }
    return last == Op.NEXT || last == Op.CALLR ? new int[] {member.end()} : new int[0];
  }

  /** The offsets to which a block may go: after a RET, those behind the calls of the region. */
  private int[] targets(Member member) {
    int last = member.lastOperation();
    if (last == Op.RET) {
      return returnPoints();
    }
    if (last == Op.CALL) {
      return new int[] {member.target()};
    }
    return last == Op.CALLR ? new int[0] : successors(member);
  }

  /** The offsets of blocks behind a call of the region, in ascending order. */
  int[] returnPoints() {
    return members.stream()
        .filter(member -> member.lastOperation() == Op.CALL || member.lastOperation() == Op.CALLR)
        .mapToInt(Member::end)
        .filter(offset -> indexOf(offset) >= 0)
        .sorted()
        .distinct()
        .toArray();
  }

  /**
   * For each block how many instructions may run from it on at most, up to a jump backwards or out
   * of the region: the blocks are in the order of their offsets, so every loop has such a jump.
   */
  int[] longestRuns() {
    int[] longest = new int[members.size()];
    for (int i = longest.length - 1; i >= 0; i--) {
      for (int offset : targets(members.get(i))) {
        int next = indexOf(offset);
        if (next > i) {
          longest[i] = Math.max(longest[i], longest[next]);
        }
      }
      longest[i] += members.get(i).block.count;
    }
    return longest;
  }

  /** For each block whether a jump backwards goes there. */
  boolean[] loopHeads() {
    boolean[] heads = new boolean[members.size()];
    for (int i = 0; i < heads.length; i++) {
      for (int offset : targets(members.get(i))) {
        int next = indexOf(offset);
        if (next >= 0 && next <= i) {
          heads[next] = true;
        }
      }
    }
    return heads;
  }

  /** The number of the block at an offset in the page; negative if it is not of the region. */
  int indexOf(int offset) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).offset == offset) {
        return i;
      }
    }
    return -1;
  }
}
