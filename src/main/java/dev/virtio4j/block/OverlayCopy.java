package dev.virtio4j.block;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * What an overlay has that its base has not, as it goes with a saved machine: the size and the end
 * of the base, 8 bytes each, then for each cluster its number in 4 bytes, one byte that says of
 * which kind it is, and its bytes unless they are zeroes; -1 ends it. All numbers are big-endian.
 *
 * @param overlay which one
 */
public record OverlayCopy(Overlay overlay) {
  private static final int ZEROES = 1;
  private static final int BYTES = 2;
  private static final int END = -1;

  /**
   * Tells two states of an overlay over the same base apart.
   *
   * @param digest gets the size, and of all that was written what is not as in the base
   * @throws IOException if something can't be read
   */
  public void digest(MessageDigest digest) throws IOException {
    BlockBackend base = overlay.base();
    addNumbers(digest, overlay.size(), overlay.baseEnd());
    overlay.visitClusters(
        (position, length, content) -> {
          int inBase = (int) Math.max(0, Math.min(length, base.size() - position));
          ByteBuffer was = ByteBuffer.allocate(length);
          base.read(position, was.limit(inBase));
          ByteBuffer is = content == null ? ByteBuffer.allocate(length) : content;
          if (!was.clear().equals(is)) {
            addNumbers(digest, position, length);
            digest.update(is);
          }
        });
  }

  private static void addNumbers(MessageDigest digest, long first, long second) {
    digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(first).putLong(second).flip());
  }

  /**
   * Writes it.
   *
   * @param out where to
   * @throws IOException if a cluster can't be read or written
   */
  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(overlay.size());
    out.writeLong(overlay.baseEnd());
    overlay.visitClusters(
        (position, length, content) -> {
          out.writeInt((int) (position / overlay.clusterSize()));
          if (content == null) {
            out.writeByte(ZEROES);
          } else {
            out.writeByte(BYTES);
            out.write(content.array(), content.arrayOffset(), length);
          }
        });
    out.writeInt(END);
  }

  /**
   * Gives a temporary overlay the size and the content of another over the same base.
   *
   * @param in what {@link #writeTo} wrote
   * @throws IOException with one line if that is cut short or contradicts itself or this overlay,
   *     or can't be kept; the content is then undefined
   * @throws IllegalStateException if the overlay is not temporary
   */
  public void readFrom(DataInput in) throws IOException {
    if (!overlay.isTemporary()) {
      throw new IllegalStateException("a copy of an overlay is read into a temporary one");
    }
    try {
      startOver(in.readLong(), in.readLong());
      long last = (overlay.size() - 1) / overlay.clusterSize();
      for (int before = -1, cluster; (cluster = in.readInt()) != END; before = cluster) {
        if (cluster <= before || cluster > last) {
          throw new IOException("the copy of an overlay names a cluster that can't follow");
        }
        readCluster(cluster, in);
      }
    } catch (EOFException e) {
      throw new IOException("the copy of an overlay is cut short", e);
    }
  }

  private void startOver(long size, long baseEnd) throws IOException {
    if (baseEnd < 0 || baseEnd > overlay.base().size() || baseEnd > size) {
      throw new IOException("the copy of an overlay is of one over another base");
    }
    try {
      overlay.startOver(size, baseEnd);
    } catch (IllegalArgumentException e) {
      throw new IOException("the copy of an overlay: " + e.getMessage(), e);
    }
  }

  private void readCluster(int cluster, DataInput in) throws IOException {
    switch (in.readByte()) {
      case ZEROES -> overlay.putCluster(cluster, null);
      case BYTES -> {
        long start = (long) cluster * overlay.clusterSize();
        byte[] content = new byte[(int) Math.min(overlay.clusterSize(), overlay.size() - start)];
        in.readFully(content);
        overlay.putCluster(cluster, ByteBuffer.wrap(content));
      }
      default -> throw new IOException("the copy of an overlay has a cluster of no known kind");
    }
  }
}
