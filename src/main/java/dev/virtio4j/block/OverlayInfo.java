package dev.virtio4j.block;

import java.io.IOException;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * What an overlay's file says of itself.
 *
 * @param size of the disk in bytes
 * @param clusterSize in bytes
 * @param dataClusters how many clusters of the disk are in the file
 * @param zeroClusters how many clusters of the disk are known to be zeroes, and take no space
 * @param baseName the name of the base's file when the overlay was made; empty if it has none. As
 *     it is found in the file: to be shown, never to be opened
 * @param baseSize the size of the base in bytes
 * @param baseTime when the base was modified before the overlay was made
 * @param committing whether a commit has begun and not ended
 * @param fileSize the size of the file in bytes
 * @param spaceOnHost how many bytes it takes on the host; nothing where the host can't tell
 */
public record OverlayInfo(
    long size,
    int clusterSize,
    int dataClusters,
    int zeroClusters,
    String baseName,
    long baseSize,
    Instant baseTime,
    boolean committing,
    long fileSize,
    OptionalLong spaceOnHost) {

  static OverlayInfo of(OverlayScan scan, LockedFile file) throws IOException {
    OverlayHeader header = scan.header();
    return new OverlayInfo(
        scan.map().size(),
        1 << header.clusterBits(),
        scan.dataClusters(),
        scan.zeroClusters(),
        header.baseName(),
        header.baseSize(),
        Instant.ofEpochMilli(header.baseTime()),
        scan.isCommitting(),
        file.size(),
        file.spaceOnHost());
  }
}
