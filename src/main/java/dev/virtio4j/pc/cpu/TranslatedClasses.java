package dev.virtio4j.pc.cpu;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The classes that translated code is made of. Machines that share them, one after the other or at
 * the same time, have one class for the same code, which HotSpot compiles but once. Thread-safe.
 */
public final class TranslatedClasses {
  /** How many are kept; then all are dropped. A boot of Debian has some thousand. */
  private static final int MAX_CLASSES = 10_000;

  private final MethodHandles.Lookup lookup = MethodHandles.lookup();
  private final Map<ByteBuffer, Class<?>> classes = new HashMap<>();

  /** Makes a set without any. */
  public TranslatedClasses() {}

  /**
   * Finds or defines a class.
   *
   * @param file its class file
   * @return the class, a {@link Translation}
   */
  synchronized Class<?> of(byte[] file) {
    if (classes.size() >= MAX_CLASSES) {
      classes.clear();
    }
    return classes.computeIfAbsent(ByteBuffer.wrap(file), bytes -> define(file));
  }

  private Class<?> define(byte[] file) {
    try {
      return lookup.defineHiddenClass(file, true).lookupClass();
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("the class of a region does not load", e);
    }
  }
}
