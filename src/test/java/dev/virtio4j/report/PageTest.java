package dev.virtio4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.testing.Chromium;
import dev.virtio4j.testing.Needs;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Its screenshots stay in target/report-page, for people. */
@DisplayName("The page of a report")
class PageTest {
  private static final Path ARTEFACTS = Path.of("target", "report-page").toAbsolutePath();

  private static Path page;

  @TempDir Path temp;

  @BeforeAll
  static void write() throws IOException {
    page = Reports.nightly(ARTEFACTS.resolve("nightly")).resolve("index.html");
  }

  private static void needsChromium() {
    Needs.program("chromium", "chromium, with a font such as fonts-dejavu-core");
  }

  private static Chromium phone() {
    return new Chromium(page, 390, 844, false);
  }

  /** A picture of the page: the colour of its corner. */
  private static int corner(String name, int width, int height, boolean dark) throws Exception {
    Path png = ARTEFACTS.resolve(name + ".png");
    Files.deleteIfExists(png);
    new Chromium(page, width, height, dark).screenshot(png);
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(image.getWidth()).isEqualTo(width);
    return image.getRGB(1, 1) & 0xFFFFFF;
  }

  @Test
  @DisplayName("is light or dark as the user prefers, on a desktop and on a phone")
  void colours() throws Exception {
    needsChromium();
    assertThat(corner("desktop", 1280, 2400, false)).isEqualTo(0xF4F6F8);
    assertThat(corner("desktop-dark", 1280, 2400, true)).isEqualTo(0x0E1217);
    assertThat(corner("phone", 390, 2600, false)).isEqualTo(0xF4F6F8);
    assertThat(corner("phone-dark", 390, 2600, true)).isEqualTo(0x0E1217);
  }

  @Test
  @DisplayName("is never wider than a phone, all its cases open")
  void narrow() throws Exception {
    needsChromium();
    assertThat(
            phone()
                .ask(
                    "[...document.querySelectorAll('details')].map(d => d.open = true) && "
                        + "[innerWidth, document.documentElement.scrollWidth].join()"))
        .isEqualTo("390,390");
  }

  @Test
  @DisplayName("runs and loads nothing, whatever a guest sent")
  void hostile() throws Exception {
    String html = Files.readString(page);
    assertThat(html)
        .contains("default-src 'none'")
        .doesNotContain("<script", "<img", "\u001b", "\u0000")
        .contains("&lt;/script&gt;&lt;script&gt;");
    needsChromium();
    assertThat(
            phone()
                .ask(
                    "[document.title, document.scripts.length, document.images.length, "
                        + "performance.getEntriesByType('resource').length].join()"))
        .isEqualTo("Failed: nightly,1,0,0");
  }

  @Test
  @DisplayName("has links from the overview that open the case")
  void links() throws Exception {
    needsChromium();
    assertThat(
            phone()
                .ask(
                    "[...document.querySelectorAll('a[href^=\"#\"]')]"
                        + ".filter(a => !document.getElementById(a.hash.slice(1))).length + ' ' + "
                        + "await (async () => { const c = document.querySelector('#c1').parentNode;"
                        + " const before = c.open; document.querySelector('.tiles a').click();"
                        + " await new Promise(r => setTimeout(r, 200)); return [before, c.open] })()"))
        .isEqualTo("0 false,true");
  }

  @Test
  @DisplayName("shows only cases that failed when asked, without a script")
  void filter() throws Exception {
    needsChromium();
    assertThat(
            phone()
                .ask(
                    "document.querySelector('#show-failed').click() || "
                        + "[...document.querySelectorAll('.case')]"
                        + ".filter(c => c.offsetHeight > 0).length + ' of ' + "
                        + "document.querySelectorAll('.case').length"))
        .isEqualTo("2 of 40");
  }

  @Test
  @DisplayName("has the start and the end of a log that is long")
  void longLog() throws IOException {
    try (ReportFolder report = ReportFolder.create(temp, Reports.suite("a"))) {
      Reports.log(report, "a", "first line\n" + "x\n".repeat(200_000) + "last line\n");
      report.add(Reports.passed("a"));
    }
    assertThat(temp.resolve("index.html"))
        .content()
        .contains("first line", "last line")
        .contains("197,002 lines of the log are left out here; all of it is in the file serial.log")
        .hasSizeLessThan(400_000);
  }

  @Test
  @DisplayName("stays small when a guest sends nothing but line ends")
  void lineEnds() throws IOException {
    try (ReportFolder report = ReportFolder.create(temp, Reports.suite("a"))) {
      Reports.log(report, "a", "\n".repeat(300_000));
      report.add(Reports.passed("a"));
    }
    assertThat(temp.resolve("index.html"))
        .content()
        .contains("297,000 lines of the log are left out here")
        .hasSizeLessThan(400_000);
  }

  @Test
  @DisplayName("of 200 cases takes no more memory than one of 20, whatever the guests sent")
  void memory() throws IOException {
    Runtime runtime = Runtime.getRuntime();
    String[] ids = new String[200];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "case " + i;
    }
    try (ReportFolder report = ReportFolder.create(temp, Reports.suite(ids))) {
      long before = 0;
      for (int i = 0; i < ids.length; i++) {
        Reports.log(report, ids[i], "a line of some length for the log\n".repeat(3000));
        report.add(Reports.passed(ids[i]));
        if (i == 20) {
          System.gc();
          before = runtime.totalMemory() - runtime.freeMemory();
        }
      }
      System.gc();
      long after = runtime.totalMemory() - runtime.freeMemory();
      assertThat(after - before).isLessThan(5 << 20); // the logs alone are 20 MB
    }
  }
}
