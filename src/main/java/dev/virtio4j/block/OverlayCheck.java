package dev.virtio4j.block;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found in an overlay's file.
 *
 * @param findings what there is, a line each
 * @param problems what is wrong, a line each; none if the overlay can be used
 */
public record OverlayCheck(List<String> findings, List<String> problems) {

  static OverlayCheck of(LockedFile file) throws IOException {
    if (!OverlayHeader.isIn(file)) {
      throw new IOException(file + ": " + OverlayHeader.NO_OVERLAY);
    }
    OverlayScan scan;
    try {
      scan = new OverlayScan(file);
    } catch (IOException e) {
      return new OverlayCheck(List.of(), List.of(e.getMessage()));
    }
    List<String> findings = new ArrayList<>();
    findings.add("header: good");
    findings.add(
        "log: %d records in %d clusters"
            .formatted(scan.log().records(), scan.log().clusters().cardinality()));
    if (scan.log().hasTail()) {
      findings.add("log: behind its end is what a crash or an earlier log left, of no effect");
    }
    findings.add(
        "data: %d clusters of the disk, %d more are zeroes"
            .formatted(scan.dataClusters(), scan.zeroClusters()));
    findings.add(
        "unused: %d of the file's %d clusters, for later writes"
            .formatted(scan.fileClusters() - scan.used().cardinality(), scan.fileClusters()));
    List<String> problems = new ArrayList<>(scan.problems());
    if (scan.isCommitting()) {
      problems.add(OverlayScan.COMMITTING);
    }
    return new OverlayCheck(List.copyOf(findings), List.copyOf(problems));
  }
}
