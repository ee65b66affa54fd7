package dev.virtio4j.qtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtio4j.block.MemoryBackend;
import dev.virtio4j.pc.CpulessPc;
import dev.virtio4j.testing.Needs;
import dev.virtio4j.virtio.blk.BlkDevice;
import dev.virtio4j.virtio.blk.BlkOptions;
import dev.virtio4j.virtio.pci.VirtioPciFunction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transcripts of the protocol. Those of qemu.txt are QEMU 7.2's answers and are asked of QEMU again
 * where it is installed; in those of strict.txt QEMU aborts, guesses, or has no such request.
 */
@DisplayName("The qtest protocol")
class TranscriptTest {

  static Stream<Transcript> asQemu() {
    return Transcript.load("qemu.txt");
  }

  static Stream<Transcript> ours() {
    return Stream.concat(asQemu(), Transcript.load("strict.txt"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  @DisplayName("is answered so by us")
  void ours(Transcript transcript) {
    CpulessPc pc = new CpulessPc(16 << 20);
    BlkDevice disk =
        new BlkDevice(new MemoryBackend(Transcript.disk(), false), BlkOptions.DEFAULTS);
    pc.plug(VirtioPciFunction.of(disk, pc.guestMemory(), pc.clock()));
    QtestSession session = new QtestSession(pc);
    for (Transcript.Exchange exchange : transcript.exchanges()) {
      assertThat(session.execute(exchange.request()))
          .as("> %s", exchange.request())
          .containsExactlyElementsOf(exchange.answer());
    }
  }

  /** QEMU completes a disk request when it likes, so an interrupt may come after the reply. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("asQemu")
  @DisplayName("is answered so by QEMU")
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void qemu(Transcript transcript, @TempDir Path directory) throws IOException {
    Needs.qemu();
    Path image = Files.write(directory.resolve("disk"), Transcript.disk());
    Process qemu = startQemu(image, directory.resolve("errors"));
    try (Writer to = qemu.outputWriter(StandardCharsets.ISO_8859_1);
        BufferedReader from = qemu.inputReader(StandardCharsets.ISO_8859_1)) {
      for (Transcript.Exchange exchange : transcript.exchanges()) {
        to.write(exchange.request() + "\n");
        to.flush();
        List<String> answer = new ArrayList<>();
        for (int i = 0; i < exchange.answer().size(); i++) {
          answer.add(from.readLine());
        }
        assertThat(answer)
            .as("> %s", exchange.request())
            .containsExactlyInAnyOrderElementsOf(exchange.answer());
      }
    } finally {
      qemu.destroyForcibly().onExit().join();
    }
  }

  private static Process startQemu(Path image, Path errors) throws IOException {
    return new ProcessBuilder(
            Needs.QEMU,
            "-machine",
            "pc",
            "-m",
            "16",
            "-S",
            "-display",
            "none",
            "-nodefaults",
            "-qtest",
            "stdio",
            "-qtest-log",
            "none",
            "-drive",
            "file=" + image + ",if=none,id=disk,format=raw",
            "-device",
            "virtio-blk-pci,disable-modern=on,vectors=0,addr=2,drive=disk")
        .redirectError(errors.toFile())
        .start();
  }
}
