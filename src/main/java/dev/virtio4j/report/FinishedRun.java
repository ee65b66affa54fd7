package dev.virtio4j.report;

import java.time.Duration;
import java.util.List;

/**
 * What the XML and the page are written from.
 *
 * @param info what the run set out to do
 * @param wall how long it took
 * @param totals how many cases ended how
 * @param cases in the order of the suite
 */
record FinishedRun(SuiteInfo info, Duration wall, Totals totals, List<FinishedCase> cases) {}
