package dev.virtio4j.suite.run;

import dev.virtio4j.report.CaseResult;
import java.nio.file.Path;

/** Hears how far a run is: one call at a time, from any thread. */
public interface RunListener {

  /**
   * A case that is not to be run itself is run up to a checkpoint.
   *
   * @param checkpoint {@code CASE@CHECKPOINT}
   */
  void making(String checkpoint);

  /**
   * A case begins.
   *
   * @param id its id
   */
  void started(String id);

  /**
   * A case has ended, and is in the report.
   *
   * @param result what became of it
   * @param files the folder with its files; null if it was not run
   */
  void finished(CaseResult result, Path files);
}
