package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A report folder")
class ReportFolderTest {
  @TempDir Path temp;

  @Test
  @DisplayName("of a run that was cut short shows the cases that it did not come to as errors")
  void cutShort() throws IOException {
    ReportFolder report = ReportFolder.create(temp, Reports.suite("a", "b", "c"));
    report.add(Reports.passed("b"));
    report.close();

    assertThat(report.totals()).isEqualTo(new Totals(1, 0, 2, 0));
    assertThat(new ResultsFile(temp).read().cases())
        .filteredOn(result -> result.outcome() == Outcome.ERROR)
        .extracting(CaseResult::id, CaseResult::message)
        .containsExactly(
            tuple("a", "the run ended before this case"),
            tuple("c", "the run ended before this case"));
  }

  @Test
  @DisplayName("takes no case when it is closed")
  void closed() throws IOException {
    ReportFolder report = ReportFolder.create(temp, Reports.suite("a"));
    report.close();
    report.add(Reports.passed("a"));
    report.close();

    assertThat(report.totals()).isEqualTo(new Totals(0, 0, 1, 0));
  }

  @Test
  @DisplayName("takes the place of a former one, and leaves the files of others")
  void again() throws IOException {
    Reports.write(temp, Reports.suite("old"), Reports.passed("old"));
    Files.writeString(temp.resolve("TEST-other.xml"), "of Surefire's");
    Reports.write(temp, Reports.suite("new"), Reports.passed("new"));

    assertThat(temp.resolve("cases/old")).doesNotExist();
    assertThat(temp.resolve("cases/new")).exists();
    assertThat(temp.resolve("TEST-other.xml")).hasContent("of Surefire's");
    assertThat(new ResultsFile(temp).read().cases()).containsExactly(Reports.passed("new"));
    assertThat(temp).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  @DisplayName("that can't be written is refused in one line")
  void notWritable() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> ReportFolder.create(file, Reports.suite("a")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": no report can be written there: ")
        .hasMessageNotContaining("\n");

    Path foreign = Files.createDirectory(temp.resolve("foreign"));
    Files.writeString(foreign.resolve(ResultsFile.NAME), "[1]");
    assertThatThrownBy(() -> ReportFolder.create(foreign, Reports.suite("a")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not the results of a suite, or damaged");
    assertThat(foreign.resolve(ResultsFile.NAME)).hasContent("[1]");
  }

  @Test
  @DisplayName("has a folder of its own for each case, whatever the cases are called")
  void names() throws IOException {
    String[] ids = {
      "a/b", "a_b", "A_B", "..", "../..", "", "x[if=scsi,spec=0.9.4]", "\u20ac", "y".repeat(400)
    };
    try (ReportFolder report = ReportFolder.create(temp, Reports.suite(ids))) {
      for (String id : ids) {
        assertThat(report.caseFolder(id).getParent()).isEqualTo(temp.resolve("cases"));
      }
      assertThatThrownBy(() -> report.caseFolder("other"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(temp.resolve("cases")).isDirectoryContaining("glob:**/x_if=scsi,spec=0.9.4");
    try (var folders = Files.list(temp.resolve("cases"))) {
      assertThat(folders).hasSize(ids.length);
    }
  }
}
