package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

@DisplayName("TEST-nightly.xml")
class JunitXmlTest {
  @TempDir Path folder;

  private Path xml() {
    return folder.resolve("TEST-nightly.xml");
  }

  private String text(String xpath) throws Exception {
    Document document =
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(xml().toFile());
    return XPathFactory.newDefaultInstance().newXPath().evaluate(xpath, document);
  }

  @Test
  @DisplayName("is what Surefire's schema asks for, with each outcome")
  void schema() throws Exception {
    Reports.write(
        folder,
        Reports.suite("a", "b", "c", "d"),
        Reports.passed("a"),
        Reports.failed("b"),
        CaseResult.notRun("c", Map.of(), Outcome.SKIPPED, "not today", Reports.START));

    SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
        .newSchema(JunitXmlTest.class.getResource("surefire.xsd"))
        .newValidator()
        .validate(new StreamSource(xml().toFile()));
    assertThat(text("concat(/testsuite/@tests, /testsuite/@failures, /testsuite/@errors)"))
        .isEqualTo("411");
    assertThat(text("/testsuite/testcase[@name='a']/@time")).isEqualTo("1.234");
    assertThat(text("count(/testsuite/testcase[@name='a']/failure)")).isEqualTo("0");
    assertThat(text("/testsuite/testcase[@name='c']/skipped/@message")).isEqualTo("not today");
    assertThat(text("/testsuite/testcase[@name='d']/error/@message"))
        .isEqualTo("the run ended before this case");
  }

  @Test
  @DisplayName("says why a case failed: message, check, the last lines, where its files are")
  void failure() throws Exception {
    Reports.write(folder, Reports.suite("b"), Reports.failed("b"));

    assertThat(text("//failure/@message")).isEqualTo("expected \"# $\", and 60 s were over");
    assertThat(text("//failure"))
        .contains("drive 0: read_requests: expected at least 1, found 0")
        .contains("Kernel panic - not syncing")
        .contains("files: " + folder.resolve("cases/b"));
    assertThat(text("//system-out")).isEqualTo("Hello from b\n# \n");
  }

  @Test
  @DisplayName("stays XML whatever the guest sends, and has the end of a log that is long")
  void hostile() throws Exception {
    try (ReportFolder report = ReportFolder.create(folder, Reports.suite("a"))) {
      Reports.log(
          report, "a", "first line\n" + "x\n".repeat(100_000) + Reports.HOSTILE + "\u0001\uFFFE");
      report.add(Reports.passed("a"));
    }

    assertThat(text("//system-out"))
        .doesNotContain("first line")
        .hasSizeLessThan(70_000)
        .contains("</script><script>document.title='owned'</script>\n")
        .contains("]]> &amp; '\"`{{message}}\n")
        .contains("red  ^@^G^?  done\n")
        .endsWith("^A\uFFFD\n");
  }
}
