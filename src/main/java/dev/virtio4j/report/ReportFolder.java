package dev.virtio4j.report;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.io.file.PathUtils;

/**
 * Writes a report while the cases end.
 *
 * <pre>
 *   results.json         all results; whole after each case, also if the run is killed
 *   TEST-SUITE.xml       the same for CI systems, as Surefire writes it; when closed
 *   index.html           the same for people; when closed
 *   cases/CASE/          the files of a case: its serial log, and what the runner puts there
 * </pre>
 *
 * <p>Thread-safe. What is in memory does not grow with the logs.
 */
public final class ReportFolder implements Closeable {
  /** The folder of the cases' folders. */
  static final String CASES = "cases";

  private final Path folder;
  private final SuiteInfo info;
  private final Supplier<Duration> wall;
  private final FolderNames names;
  private final ResultsWriter results;
  private final Map<String, FinishedCase> finished = new LinkedHashMap<>();
  private Totals totals = Totals.NONE;
  private boolean closed;

  private ReportFolder(Path folder, SuiteInfo info, Supplier<Duration> wall) throws IOException {
    this.folder = folder;
    this.info = info;
    this.wall = wall;
    names = new FolderNames(info.cases());
    Files.createDirectories(folder);
    if (Files.exists(folder.resolve(ResultsFile.NAME))) {
      removeFormerReport();
    }
    Files.createDirectories(folder.resolve(CASES));
    results = new ResultsWriter(folder.resolve(ResultsFile.NAME), info);
  }

  /**
   * Begins a report, in place of a former one in the same folder.
   *
   * @param folder where; it is made if it is missing
   * @param info what the run sets out to do
   * @return the report, without a case
   * @throws IOException with a message of one line if it can't be written there
   */
  public static ReportFolder create(Path folder, SuiteInfo info) throws IOException {
    long start = System.nanoTime();
    return create(folder, info, () -> Duration.ofNanos(System.nanoTime() - start));
  }

  /**
   * The same, of a run that is over.
   *
   * @param wall how long it took
   */
  static ReportFolder create(Path folder, SuiteInfo info, Supplier<Duration> wall)
      throws IOException {
    try {
      return new ReportFolder(folder, info, wall);
    } catch (IOException e) {
      throw new IOException("%s: no report can be written there: %s".formatted(folder, why(e)), e);
    }
  }

  private static String why(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such directory";
    } else if (e instanceof FileAlreadyExistsException) {
      return "it is no directory";
    } else if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return e instanceof FileSystemException system && system.getReason() != null
        ? system.getReason()
        : e.getMessage();
  }

  private void removeFormerReport() throws IOException {
    SuiteInfo former = new ResultsFile(folder).visit(result -> {}).info();
    Files.deleteIfExists(junitXml(former));
    Files.deleteIfExists(html());
    if (Files.exists(folder.resolve(CASES))) {
      PathUtils.deleteDirectory(folder.resolve(CASES));
    }
  }

  /**
   * Where the files of a case belong, such as its {@link SerialLog}.
   *
   * @param id one of the suite's cases
   * @return a folder, which is made if it is missing and the report is not closed
   * @throws IOException if it can't be made
   * @throws IllegalArgumentException if there is no such case
   */
  public synchronized Path caseFolder(String id) throws IOException {
    Path files = folder.resolve(CASES).resolve(names.of(id));
    return closed ? files : Files.createDirectories(files);
  }

  /**
   * Adds a case that has ended, whose serial log is closed. It is in the results when this returns.
   * Does nothing when the report is closed already, as one is whose run is being killed.
   *
   * @param result the case; one of {@link SuiteInfo#cases} that was not added before
   * @throws IOException if it can't be written
   */
  public synchronized void add(CaseResult result) throws IOException {
    if (closed) {
      return;
    }
    Path files = folder.resolve(CASES).resolve(names.of(result.id()));
    boolean hasFiles = Files.exists(files);
    ResultsWriter.Place place =
        results.add(result, hasFiles ? CASES + "/" + files.getFileName() : null, wall.get());
    totals = totals.plus(result.outcome());
    finished.put(
        result.id(),
        new FinishedCase(
            result.id(),
            result.axes(),
            result.outcome(),
            result.wall(),
            hasFiles ? files : null,
            () -> results.read(place)));
  }

  /**
   * How the cases ended so far.
   *
   * @return the totals
   */
  public synchronized Totals totals() {
    return totals;
  }

  /**
   * The page for people.
   *
   * @return where it is when this is closed
   */
  public Path html() {
    return folder.resolve("index.html");
  }

  /**
   * Writes the XML and the page. Cases that were planned and never added are errors in them.
   *
   * @throws IOException if something can't be written
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    try (results) {
      for (String id : info.planned()) {
        if (!finished.containsKey(id)) {
          add(
              CaseResult.notRun(
                  id, Map.of(), Outcome.ERROR, "the run ended before this case", info.started()));
        }
      }
      closed = true;
      FinishedRun run = new FinishedRun(info, wall.get(), totals, inOrder());
      replace(junitXml(info), out -> JunitXml.write(run, out));
      replace(html(), out -> PageView.write(run, out));
    }
  }

  private List<FinishedCase> inOrder() {
    List<FinishedCase> cases = new ArrayList<>(finished.values());
    cases.sort(Comparator.comparingInt(one -> info.cases().indexOf(one.id())));
    return cases;
  }

  private Path junitXml(SuiteInfo suite) {
    return folder.resolve("TEST-" + FolderNames.plain(suite.suite()) + ".xml");
  }

  @FunctionalInterface
  private interface Document {
    void write(Writer out) throws IOException;
  }

  /** Writes a file that others only see when it is whole. */
  private static void replace(Path file, Document document) throws IOException {
    Path whole = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(whole)) {
        document.write(out);
      }
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
