package dev.virtio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.io.file.PathUtils;

/**
 * Looks at a page in a browser. The page may be in a frame, as the browser's own window can't be as
 * narrow as a phone.
 *
 * @param page the page
 * @param width of the frame, in CSS pixels
 * @param height of it
 * @param dark whether the user prefers dark colours
 */
public record Chromium(Path page, int width, int height, boolean dark) {
  private static final int NARROWEST_WINDOW = 500;
  private static final Pattern TITLE = Pattern.compile("<title>(.*?)</title>");

  /**
   * Takes a picture.
   *
   * @param png where to
   * @throws IOException if the browser can't be started
   * @throws InterruptedException if this thread is interrupted
   */
  public void screenshot(Path png) throws IOException, InterruptedException {
    String action = "--screenshot=" + png.toAbsolutePath();
    if (width < NARROWEST_WINDOW) {
      runAndDelete(frame(page, ""), action);
    } else {
      run(page, action);
    }
  }

  /**
   * Asks a page about itself: a copy of it, which lacks its own policy against scripts.
   *
   * @param expression in JavaScript, of a string without markup; it may await
   * @return its value, 100 ms after the page was loaded
   * @throws IOException if the browser can't be started
   * @throws InterruptedException if this thread is interrupted
   */
  public String ask(String expression) throws IOException, InterruptedException {
    String asking =
        "<script>onload = () => setTimeout(async () => parent.postMessage(%s, '*'), 100)</script>"
            .formatted(expression);
    Path copy = page.resolveSibling("asked-" + page.getFileName());
    Files.writeString(
        copy,
        Files.readString(page)
            .replaceFirst("<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "")
            .replace("</body>", asking + "</body>"));
    String dom =
        runAndDelete(
            frame(copy, "<script>onmessage = message => document.title = message.data</script>"),
            "--dump-dom");
    Files.delete(copy);
    Matcher title = TITLE.matcher(dom);
    assertThat(title.find()).as(dom).isTrue();
    return title.group(1);
  }

  private Path frame(Path framed, String script) throws IOException {
    return Files.writeString(
        page.resolveSibling("framed-" + page.getFileName()),
        """
        <!DOCTYPE html>%s
        <body style="margin: 0">
        <iframe src="%s" width="%d" height="%d" style="border: 0; display: block"></iframe>
        """
            .formatted(script, framed.getFileName(), width, height));
  }

  private String runAndDelete(Path shown, String action) throws IOException, InterruptedException {
    try {
      return run(shown, action);
    } finally {
      Files.delete(shown);
    }
  }

  private String run(Path shown, String action) throws IOException, InterruptedException {
    Path profile = Files.createTempDirectory("chromium");
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"));
    command.add("--user-data-dir=" + profile);
    command.add("--window-size=%d,%d".formatted(width, height));
    command.add("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    command.add("--virtual-time-budget=3000");
    command.add("--run-all-compositor-stages-before-draw"); // or the picture may lack a part
    command.add(action);
    command.add(shown.toUri().toString());
    Process browser =
        new ProcessBuilder(command).redirectError(profile.resolve("log").toFile()).start();
    try {
      String output = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(browser.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(browser.exitValue()).as(Files.readString(profile.resolve("log"))).isZero();
      return output;
    } finally {
      browser.destroyForcibly();
      PathUtils.deleteDirectory(profile);
    }
  }
}
