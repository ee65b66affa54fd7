package dev.virtio4j.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.apache.commons.io.file.PathUtils;

/** Leaves nothing behind but what is whole: at the end, and when a signal ends the program. */
final class CleanUp implements Closeable {
  private static final int TRIES = 10;

  private final Path folder;
  private final Runnable said;
  private final Deque<Closeable> open = new ArrayDeque<>();
  private final Thread hook = new Thread(this::run, "clean-up");

  /**
   * Begins to watch.
   *
   * @param folder goes at the end, with all that is in it
   * @param said tells the user that a signal ended the program
   */
  CleanUp(Path folder, Runnable said) {
    this.folder = folder;
    this.said = said;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Has something closed when a signal ends the program, what was added last first; else it is the
   * caller's.
   *
   * @param resource closed from another thread, maybe more than once
   * @return the same
   */
  synchronized <T extends Closeable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  private synchronized void run() {
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException | RuntimeException e) {
        // the program ends; what it has written is there
      }
    }
    for (int i = 0; i < TRIES && Files.exists(folder); i++) {
      try {
        PathUtils.deleteDirectory(folder);
      } catch (IOException e) {
        // cases that still run put files there, or take some away
      }
    }
    said.run();
  }

  /** Never returns when a signal has ended the program: nobody has to say anything more then. */
  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      new Semaphore(0).acquireUninterruptibly();
    }
    PathUtils.deleteDirectory(folder);
  }
}
