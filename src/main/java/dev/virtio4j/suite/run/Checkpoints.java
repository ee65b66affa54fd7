package dev.virtio4j.suite.run;

import dev.virtio4j.drive.DriveOptions;
import dev.virtio4j.machine.MachineSetup;
import dev.virtio4j.machine.SaveTarget;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cache of saved machines, which any number of programs may use at the same time.
 *
 * <pre>
 *   checkpoints/
 *     KEY.state      the machine; there as a whole or not at all
 *     KEY.drives     the drives that it had, one a line; written before that
 *     KEY.lock       locked by who makes it
 *     *.part         in the making
 *   hashes/          see FileHashes
 * </pre>
 */
final class Checkpoints implements Closeable {
  /** When there is more, those go that were not used for the longest time. */
  static final long MAX_BYTES = 4L << 30;

  private static final String STATE = ".state";
  private static final String DRIVES = ".drives";
  private static final String LOCK = ".lock";

  /** What is in the making for so long was left behind by a program that was killed. */
  private static final Duration ABANDONED = Duration.ofHours(1);

  private final Path folder;
  private final long maxBytes;
  private final Set<SaveTarget> inTheMaking = ConcurrentHashMap.newKeySet();

  /**
   * Opens a cache.
   *
   * @param cache its directory; it is made if it is missing
   * @param maxBytes how large it may get
   * @throws IOException if it can't be made
   */
  Checkpoints(Path cache, long maxBytes) throws IOException {
    folder = Files.createDirectories(cache.resolve("checkpoints"));
    this.maxBytes = maxBytes;
  }

  private Path file(String key, String kind) {
    return folder.resolve(key + kind);
  }

  /**
   * Finds a checkpoint, which counts as used now.
   *
   * @param key its key
   * @return the checkpoint; nothing if there is none
   * @throws IOException if the cache can't be read
   */
  Optional<Checkpoint> find(String key) throws IOException {
    Path state = file(key, STATE);
    try {
      Files.setLastModifiedTime(state, FileTime.from(Instant.now()));
      List<DriveOptions> drives =
          Files.readAllLines(file(key, DRIVES)).stream().map(DriveOptions::parse).toList();
      return Optional.of(new Checkpoint(state, drives));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps others from making the same one; who wants to waits for them to end.
   *
   * @param key its key
   * @return to be closed when it is made
   * @throws IOException if the cache can't be written
   */
  Closeable lock(String key) throws IOException {
    FileChannel channel =
        FileChannel.open(file(key, LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.lock();
    } catch (OverlappingFileLockException e) {
      // another run in this program: both make it, and the one replaces the other by the same
    }
    return channel;
  }

  /**
   * Makes a checkpoint of a machine, unless somebody else did.
   *
   * @param key its key
   * @param setup the machine, between two instructions
   * @return the checkpoint
   * @throws IOException if it can't be saved
   */
  Checkpoint take(String key, MachineSetup setup) throws IOException {
    Optional<Checkpoint> there = find(key);
    if (there.isPresent()) {
      return there.get();
    }
    List<DriveOptions> drives = setup.drives().options();
    Files.writeString(
        file(key, DRIVES),
        drives.stream().map(drive -> drive.text() + "\n").collect(Collectors.joining()));
    try (SaveTarget target = SaveTarget.openLarge(file(key, STATE), drives)) {
      inTheMaking.add(target);
      setup.save(target);
      inTheMaking.remove(target);
    }
    return new Checkpoint(file(key, STATE), drives);
  }

  /** A saved machine in the cache. */
  private record Saved(String key, long bytes, FileTime used) {}

  /**
   * Makes room.
   *
   * @throws IOException if the cache can't be written
   */
  void prune() throws IOException {
    List<Saved> all = new ArrayList<>();
    FileTime abandoned = FileTime.from(Instant.now().minus(ABANDONED));
    for (Path path : files()) {
      String name = path.getFileName().toString();
      FileTime time = Files.getLastModifiedTime(path);
      if (name.endsWith(".part") && time.compareTo(abandoned) < 0) {
        Files.deleteIfExists(path);
      } else if (name.endsWith(STATE)) {
        String key = name.substring(0, name.length() - STATE.length());
        all.add(new Saved(key, Files.size(path), time));
      }
    }
    all.sort(Comparator.comparing(Saved::used).reversed());
    long bytes = 0;
    for (Saved saved : all) {
      bytes += saved.bytes();
      if (bytes > maxBytes) {
        for (String kind : List.of(STATE, DRIVES, LOCK)) {
          Files.deleteIfExists(file(saved.key(), kind));
        }
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.toList();
    }
  }

  /** Gives up what is in the making. */
  @Override
  public void close() throws IOException {
    for (SaveTarget target : inTheMaking) {
      target.close();
    }
  }
}
