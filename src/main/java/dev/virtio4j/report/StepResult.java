package dev.virtio4j.report;

import java.time.Duration;

/**
 * What became of a step of a case.
 *
 * @param text the step as a user would say it: {@code expect "# $"}
 * @param start when it began, of the time that {@link SerialChunk#time} counts
 * @param end when it ended, likewise
 * @param outcome how it ended
 */
public record StepResult(String text, Duration start, Duration end, Outcome outcome) {}
