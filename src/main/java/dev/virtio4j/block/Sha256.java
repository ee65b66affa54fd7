package dev.virtio4j.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The hash by which images and other contents are told apart, as sha256sum(1) prints it. */
public final class Sha256 {
  private static final int PIECE = 256 * 1024;

  private Sha256() {}

  /**
   * Begins a hash of what is added piece by piece.
   *
   * @return the hash
   */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /**
   * Ends a hash.
   *
   * @param digest of which to tell the value
   * @return 64 lower-case digits
   */
  public static String end(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Of bytes.
   *
   * @param data all of them
   * @return 64 lower-case digits
   */
  public static String of(byte[] data) {
    MessageDigest digest = start();
    digest.update(data);
    return end(digest);
  }

  /**
   * Of a text in UTF-8.
   *
   * @param text all of it
   * @return 64 lower-case digits
   */
  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Of a range of a disk.
   *
   * @param disk which is read in pieces of 256 KiB
   * @param from the offset of its first byte
   * @param to the offset after its last, at most the disk's size
   * @return 64 lower-case digits
   * @throws IOException if the disk can't be read
   */
  public static String of(BlockBackend disk, long from, long to) throws IOException {
    MessageDigest digest = start();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (long at = from; at < to; at += piece.limit()) {
      disk.read(at, piece.clear().limit((int) Math.min(PIECE, to - at)));
      digest.update(piece.flip());
    }
    return end(digest);
  }
}
