package dev.virtio4j.report;

import java.time.Duration;

/**
 * Part of what a guest sent on its serial line.
 *
 * @param time emulated time since power-on, or since the case went on from a checkpoint, at which
 *     the first character came
 * @param text what came then
 */
public record SerialChunk(Duration time, String text) {}
