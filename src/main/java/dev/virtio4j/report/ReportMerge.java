package dev.virtio4j.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.io.file.PathUtils;

/** Joins the reports of all shards of a suite into one. */
public final class ReportMerge {
  /** A report, without its cases. */
  private record Part(Path folder, SuiteInfo info, Duration wall) {}

  private final List<Part> parts = new ArrayList<>();

  /**
   * Looks at the reports. That of a whole suite may be there alone: it is then written anew, as one
   * is wished for of a run that was killed.
   *
   * @param folders the report folders, in any order
   * @throws IOException with a message of one line if one can't be read, or if they are not the
   *     shards of one run of a suite, each of them once
   */
  public ReportMerge(List<Path> folders) throws IOException {
    for (Path folder : folders) {
      SuiteResult run = new ResultsFile(folder).visit(result -> {});
      parts.add(new Part(folder, run.info(), run.wall()));
    }
    if (parts.size() > 1 || first().info().shard() != null) {
      checkShards();
    }
    checkCases();
  }

  private Part first() {
    return parts.get(0);
  }

  private void checkShards() throws IOException {
    Shard one = first().info().shard();
    Path[] byIndex = new Path[one == null ? 0 : one.total()];
    for (Part part : parts) {
      Shard shard = part.info().shard();
      if (shard == null) {
        throw new IOException(part.folder() + ": the report of a whole suite, not of a shard");
      }
      if (!part.info().suite().equals(first().info().suite())
          || !part.info().cases().equals(first().info().cases())) {
        throw notTogether(part, "of different suites, or of different cases of one");
      }
      if (shard.total() != one.total()) {
        throw notTogether(part, "shards %s and %s".formatted(one, shard));
      }
      Path other = byIndex[shard.index() - 1];
      if (other != null) {
        throw new IOException(
            "%s and %s: both are shard %s".formatted(other, part.folder(), shard));
      }
      byIndex[shard.index() - 1] = part.folder();
    }
    int missing = Arrays.asList(byIndex).indexOf(null);
    if (missing >= 0) {
      throw new IOException(
          "shard %s is missing: name its report folder, too"
              .formatted(new Shard(missing + 1, one.total())));
    }
  }

  private IOException notTogether(Part part, String why) {
    return new IOException("%s and %s: %s".formatted(first().folder(), part.folder(), why));
  }

  /** Shards that went by different earlier reports may have dealt the cases differently. */
  private void checkCases() throws IOException {
    Map<String, Path> planned = new HashMap<>();
    for (Part part : parts) {
      for (String id : part.info().planned()) {
        Path other = planned.put(id, part.folder());
        if (other != null) {
          throw new IOException(
              "%s and %s: both have case %s; give all shards the same --durations"
                  .formatted(other, part.folder(), id));
        }
      }
    }
    for (String id : first().info().cases()) {
      if (!planned.containsKey(id)) {
        throw new IOException(
            "no shard has case %s; give all shards the same --durations".formatted(id));
      }
    }
  }

  /**
   * Writes one report of all. Cases that a shard did not come to are errors in it; the time is that
   * of the shard that took longest.
   *
   * @param folder where to; none of those that are merged
   * @return how the cases ended
   * @throws IOException with a message of one line if that fails
   */
  public Totals write(Path folder) throws IOException {
    for (Part part : parts) {
      if (Files.exists(folder) && Files.isSameFile(folder, part.folder())) {
        throw new IOException(folder + ": is one of the reports to merge; use another --report");
      }
    }
    SuiteInfo info = first().info();
    Instant started = Collections.min(parts.stream().map(part -> part.info().started()).toList());
    Duration wall = Collections.max(parts.stream().map(Part::wall).toList());
    ReportFolder report =
        ReportFolder.create(
            folder,
            new SuiteInfo(info.suite(), info.version(), started, null, info.cases(), info.cases()),
            () -> wall);
    FolderNames names = new FolderNames(info.cases());
    try (report) {
      for (Part part : parts) {
        new ResultsFile(part.folder())
            .visit(
                result -> {
                  Path files = part.folder().resolve(ReportFolder.CASES);
                  copy(files.resolve(names.of(result.id())), report, result.id());
                  report.add(result);
                });
      }
    }
    return report.totals();
  }

  private static void copy(Path files, ReportFolder report, String id) throws IOException {
    if (Files.isDirectory(files)) {
      PathUtils.copyDirectory(files, report.caseFolder(id));
    }
  }
}
