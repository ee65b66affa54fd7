package dev.virtio4j.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.commons.io.file.PathUtils;

/** Leaves nothing behind but what is whole: at the end, and when a signal ends the program. */
final class CleanUp implements Closeable {
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
      } catch (IOException e) {
        // the program ends; what it has written is there
      }
    }
    try {
      PathUtils.deleteDirectory(folder);
    } catch (IOException e) {
      // a case that still runs may put a file there
    }
    said.run();
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // it runs
    }
    PathUtils.deleteDirectory(folder);
  }
}
