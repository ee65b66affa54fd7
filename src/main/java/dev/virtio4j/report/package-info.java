/**
 * What became of a run of a suite, as records, and the report folder that is written from them.
 *
 * <pre>
 *   SuiteInfo          what a run sets out to do
 *   CaseResult         what became of a case: steps, checks, figures
 *     SerialLog        what its guest sent, into files    ActivityRecorder   what its drives did
 *   ReportFolder       takes one CaseResult after the other, and writes the folder
 *     ResultsWriter    results.json                       ResultsFile        reads it
 *     JunitXml           TEST-SUITE.xml, for CI systems
 *     PageView           index.html, with the templates page.html and case.html
 *   Shards             which cases a process of several is to run
 *   ReportMerge        joins their reports
 * </pre>
 *
 * <p>Nothing here knows what a suite or a guest is: this package imports no other of ours.
 */
package dev.virtio4j.report;
