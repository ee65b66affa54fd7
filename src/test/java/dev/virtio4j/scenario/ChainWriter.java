package dev.virtio4j.scenario;

import dev.virtio4j.scenario.Chain.Segment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Lays a request out in descriptors: {@code out 16 [ in 512 in * ]}. What stands in brackets goes
 * to an indirect table.
 */
final class ChainWriter {
  /** Where buffers and indirect tables are, one after the other. */
  private static final long ARENA = 0x200000;

  private static final long ARENA_END = 0xC00000;

  /** Between buffers, so that none is where another ends, and few are aligned. */
  private static final int GAP = 3;

  private final Qtest qtest;
  private final Variables variables;
  private long free = ARENA;

  private Ring ring;
  private Deque<String> words;
  private byte[] readable;
  private int readableDone;
  private long writableLeft;
  private List<Segment> segments;

  ChainWriter(Qtest qtest, Variables variables) {
    this.qtest = qtest;
    this.variables = variables;
  }

  /** A descriptor that is yet to be written. */
  private record Descriptor(long address, long length, int flags) {}

  /**
   * Writes buffers and descriptors, and makes the chain available.
   *
   * @param words {@code out LENGTH}, {@code in LENGTH}, each with {@code at ADDRESS} where it is
   *     not to be a fresh buffer; {@code *} is the rest of what is to be read or written
   */
  Chain write(Ring ring, Request request, List<String> words) throws IOException {
    this.ring = ring;
    this.words = new ArrayDeque<>(words);
    readable = request.readable();
    readableDone = 0;
    writableLeft = request.writable();
    segments = new ArrayList<>();
    List<Descriptor> descriptors = table();
    if (!this.words.isEmpty()) {
      throw new IllegalArgumentException("no bracket to close");
    }
    int head = ring.take(descriptors.size());
    link(ring.table(), head, descriptors);
    ring.publish(head);
    variables.set("head", head);
    for (int i = 0; i < segments.size(); i++) {
      variables.set("buf" + i, segments.get(i).address());
    }
    return new Chain(request, head, List.copyOf(segments));
  }

  /** Takes the descriptors of one table, and writes what they point to. */
  private List<Descriptor> table() throws IOException {
    List<Descriptor> descriptors = new ArrayList<>();
    while (!words.isEmpty() && !words.peek().equals("]")) {
      String word = words.remove();
      switch (word) {
        case "[" -> descriptors.add(indirectTable());
        case "out", "in" -> descriptors.add(buffer(word.equals("in")));
        default -> throw new IllegalArgumentException("no kind of buffer: " + word);
      }
    }
    return descriptors;
  }

  private Descriptor indirectTable() throws IOException {
    List<Descriptor> descriptors = table();
    if (!"]".equals(words.poll())) {
      throw new IllegalArgumentException("no bracket closes the indirect table");
    }
    long length = (long) Ring.DESCRIPTOR_SIZE * descriptors.size();
    long address = allocate(length);
    link(address, 0, descriptors);
    variables.set("indirect", address);
    return new Descriptor(address, length, Ring.INDIRECT);
  }

  private Descriptor buffer(boolean writable) throws IOException {
    String word = words.remove();
    long rest = writable ? writableLeft : readable.length - readableDone;
    long length = word.equals("*") ? rest : variables.evaluate(word);
    boolean placed = "at".equals(words.peek());
    long address;
    if (placed) {
      words.remove();
      address = variables.evaluate(words.remove());
    } else {
      address = allocate(length);
      fill(address, (int) length, writable);
    }
    if (writable) {
      writableLeft = Math.max(0, writableLeft - length);
    } else {
      readableDone += (int) Math.min(rest, length);
    }
    segments.add(new Segment(address, length, writable, placed));
    return new Descriptor(address, length, writable ? Ring.WRITE : 0);
  }

  private void fill(long address, int length, boolean writable) throws IOException {
    if (writable) {
      qtest.fill(address, length, Chain.UNTOUCHED);
    } else {
      int end = Math.min(readable.length, readableDone + length);
      qtest.write(address, Arrays.copyOf(Arrays.copyOfRange(readable, readableDone, end), length));
    }
  }

  private void link(long table, int first, List<Descriptor> descriptors) throws IOException {
    for (int i = 0; i < descriptors.size(); i++) {
      Descriptor descriptor = descriptors.get(i);
      boolean last = i == descriptors.size() - 1;
      ring.write(
          table,
          first + i,
          descriptor.address,
          descriptor.length,
          descriptor.flags | (last ? 0 : Ring.NEXT),
          last ? 0 : first + i + 1);
    }
  }

  private long allocate(long length) {
    if (length > (ARENA_END - ARENA) / 2) {
      throw new IllegalArgumentException("no room for " + length + " bytes: place them with at");
    }
    if (free + length > ARENA_END) {
      free = ARENA;
    }
    long address = free;
    free += length + GAP;
    return address;
  }
}
