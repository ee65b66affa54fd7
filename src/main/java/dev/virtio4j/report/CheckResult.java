package dev.virtio4j.report;

/**
 * What a check after the run found.
 *
 * @param text what was checked: {@code drive 0, SHA-256 of bytes 0 to 511}
 * @param expected what should be there
 * @param found what is there
 * @param passed whether that is right
 */
public record CheckResult(String text, String expected, String found, boolean passed) {}
