package dev.virtio4j.report;

import java.time.Duration;

/**
 * What became of a step of a case.
 *
 * @param text the step as a user would say it: {@code expect "# $"}
 * @param start when it began, in emulated time since power-on, or since the case went on from a
 *     checkpoint
 * @param end when it ended, likewise
 * @param outcome how it ended
 */
public record StepResult(String text, Duration start, Duration end, Outcome outcome) {}
