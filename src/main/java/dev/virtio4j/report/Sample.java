package dev.virtio4j.report;

import java.time.Duration;

/**
 * What all drives did until a point in time.
 *
 * @param time in emulated time since power-on, or since the case went on from a checkpoint
 * @param requests so far
 * @param bytesRead so far
 * @param bytesWritten so far
 */
public record Sample(Duration time, long requests, long bytesRead, long bytesWritten) {}
