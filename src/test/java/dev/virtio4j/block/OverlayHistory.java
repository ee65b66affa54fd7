package dev.virtio4j.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a guest did to a disk and was told, and so what may be on it after a crash: of each sector
 * the bytes of the last flush that was acknowledged, or of a later write to it.
 */
final class OverlayHistory {
  private static final int SECTOR = 512;
  private static final byte[] ZEROES = new byte[SECTOR];

  /**
   * Something the guest did.
   *
   * @param start how many changes its file had before
   * @param end how many after it
   * @param first the first sector that it changed
   * @param sectors what it put there
   * @param size the size that it gave the disk, in sectors; -1 for none
   * @param flushed what the disk holds from here on whatever happens; null if this was no flush, or
   *     one that failed
   */
  private record Event(
      int start, int end, int first, List<byte[]> sectors, int size, List<byte[]> flushed) {}

  private final SimulatedFile file;
  private final Overlay disk;
  private final Random random;
  private final List<Event> events = new ArrayList<>();
  private byte[][] now;

  /** Begins with an overlay that was just opened, and with that flushed. */
  OverlayHistory(SimulatedFile file, Overlay disk, Random random) throws IOException {
    this.file = file;
    this.disk = disk;
    this.random = random;
    now = content(disk);
    int count = file.changeCount();
    events.add(new Event(count, count, 0, List.of(), -1, List.of(now)));
  }

  static byte[][] content(Overlay disk) throws IOException {
    byte[][] sectors = new byte[(int) (disk.size() / SECTOR)][SECTOR];
    ByteBuffer all = ByteBuffer.allocate((int) disk.size());
    disk.read(0, all);
    all.flip();
    for (byte[] sector : sectors) {
      all.get(sector);
    }
    return sectors;
  }

  /** Does something. */
  void step(int maxSectors) throws IOException {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5, 6 -> change(randomSectors());
      case 7, 8, 9, 10 -> change(null);
      case 11 -> resize(1 + random.nextInt(maxSectors));
      default -> flush();
    }
    assertThat(Arrays.deepEquals(content(disk), now)).as("reads what was written").isTrue();
  }

  private byte[][] randomSectors() {
    byte[][] sectors = new byte[1 + random.nextInt(8)][SECTOR];
    for (byte[] sector : sectors) {
      random.nextBytes(sector);
    }
    return sectors;
  }

  /** Writes sectors somewhere; null for zeroing some. */
  private void change(byte[][] data) throws IOException {
    int first = random.nextInt(now.length);
    int count = Math.min(now.length - first, data == null ? 1 + random.nextInt(9) : data.length);
    byte[][] sectors = new byte[count][];
    ByteBuffer bytes = ByteBuffer.allocate(count * SECTOR);
    for (int i = 0; i < count; i++) {
      sectors[i] = data == null ? ZEROES : data[i];
      bytes.put(sectors[i]);
    }
    int start = file.changeCount();
    try {
      if (data == null) {
        disk.zero((long) first * SECTOR, (long) count * SECTOR, random.nextInt(4) > 0);
      } else {
        disk.write((long) first * SECTOR, bytes.flip());
      }
      System.arraycopy(sectors, 0, now, first, count);
      events.add(new Event(start, file.changeCount(), first, List.of(sectors), -1, null));
    } catch (IOException e) {
      events.add(new Event(start, file.changeCount(), first, List.of(sectors), -1, null));
      byte[][] there = content(disk);
      for (int i = 0; i < there.length; i++) {
        boolean meant = i >= first && i < first + count;
        byte[] other = meant ? sectors[i - first] : now[i];
        assertMixed(i, there[i], List.of(now[i], other));
      }
      now = there;
    }
  }

  private void flush() {
    int start = file.changeCount();
    try {
      disk.flush();
      events.add(new Event(start, file.changeCount(), 0, List.of(), -1, List.of(now)));
    } catch (IOException e) {
      // Nothing was promised.
    }
  }

  private void resize(int size) {
    int start = file.changeCount();
    byte[][] resized = Arrays.copyOf(now, size);
    for (int i = now.length; i < size; i++) {
      resized[i] = ZEROES;
    }
    try {
      disk.resize((long) size * SECTOR);
      now = resized;
      events.add(new Event(start, file.changeCount(), 0, List.of(), size, List.of(resized)));
    } catch (IOException e) {
      events.add(new Event(start, file.changeCount(), 0, List.of(), size, null));
    }
  }

  /**
   * Checks what a disk holds after a crash.
   *
   * @param disk the disk, opened again
   * @param cut how many changes to the file were made or begun
   * @param torn whether a sector may be there in part
   */
  void assertHoldsAfterCrash(Overlay disk, int cut, boolean torn) throws IOException {
    int last = events.size() - 1;
    while (events.get(last).flushed == null || events.get(last).end > cut) {
      last--;
    }
    List<byte[]> flushed = events.get(last).flushed;
    List<Event> later =
        events.subList(last + 1, events.size()).stream()
            .filter(event -> event.start <= cut)
            .toList();
    byte[][] there = content(disk);
    assertThat(there.length)
        .as("size in sectors, cut at " + cut)
        .matches(
            size -> size == flushed.size() || later.stream().anyMatch(event -> event.size == size));
    for (int i = 0; i < there.length; i++) {
      assertSector(i, there[i], i < flushed.size() ? flushed.get(i) : ZEROES, later, torn);
    }
  }

  private static void assertSector(
      int sector, byte[] there, byte[] flushed, List<Event> later, boolean torn) {
    if (Arrays.equals(there, flushed)) {
      return;
    }
    List<byte[]> allowed = new ArrayList<>(List.of(flushed));
    for (Event event : later) {
      if (sector >= event.first && sector < event.first + event.sectors.size()) {
        allowed.add(event.sectors.get(sector - event.first));
      }
    }
    if (torn) {
      assertMixed(sector, there, allowed);
    } else {
      assertThat(allowed.stream().anyMatch(one -> Arrays.equals(one, there)))
          .as("sector %d holds what it may", sector)
          .isTrue();
    }
  }

  private static void assertMixed(int sector, byte[] there, List<byte[]> allowed) {
    for (int i = 0; i < SECTOR; i++) {
      int at = i;
      assertThat(allowed.stream().anyMatch(one -> one[at] == there[at]))
          .as("byte %d of sector %d is what it may be", i, sector)
          .isTrue();
    }
  }
}
