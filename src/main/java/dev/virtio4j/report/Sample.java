package dev.virtio4j.report;

import java.time.Duration;

/**
 * What all drives did until a point in time.
 *
 * @param time of the time that {@link SerialChunk#time} counts
 * @param requests so far
 * @param bytesRead so far
 * @param bytesWritten so far
 */
public record Sample(Duration time, long requests, long bytesRead, long bytesWritten) {}
