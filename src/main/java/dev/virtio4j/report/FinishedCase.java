package dev.virtio4j.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What is kept in memory of a case that ended; the rest is in the files.
 *
 * @param id the case's id
 * @param axes the value of each axis
 * @param outcome how it ended
 * @param wall how long it took
 * @param files the folder with its files, relative to that of the report; null if it has none
 * @param source has the rest
 */
record FinishedCase(
    String id,
    Map<String, String> axes,
    Outcome outcome,
    Duration wall,
    Path files,
    Source source) {

  /** Reads the rest. */
  @FunctionalInterface
  interface Source {
    CaseResult read() throws IOException;
  }
}
