package dev.virtio4j.pc;

import dev.virtio4j.pc.cpu.TranslatedClasses;
import dev.virtio4j.pc.memory.PortDevice;
import dev.virtio4j.testing.Needs;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program that runs cases (src/test/resources/cpu/runner.s) with the cases behind it, and the
 * two machines that can run it. It is a multiboot kernel: QEMU loads it to where it wants to be.
 */
final class CpuImage {
  /** Where the instructions of a case run. */
  static final int CODE = 0x20000;

  /** A kilobyte of memory for the case, with a pattern in it. */
  static final int SCRATCH = 0x30000;

  static final int CASE_HEADER = 52;

  private static final int LOAD_ADDRESS = 0x100000;
  private static final int RESULT_PORT = 0xE9;
  private static final String MODEL = "pentium2,-mmx,-fxsr,-sep,-vme,-pae,-mtrr,-pat,-pse36,-apic";

  /** More instructions than any run takes: a case that hangs ends the run. */
  private static final long ENDLESS = 1_000_000_000;

  private static final int QEMU_SECONDS = 300;

  /** For {@link #runOnReferencePc}: every block is translated before it runs. */
  static final int TRANSLATE_ALL = 1;

  private CpuImage() {}

  private static byte[] build(List<CpuCase> cases) {
    byte[] runner = program("runner.hex");
    int length = runner.length + cases.stream().mapToInt(CpuCase::length).sum();
    ByteBuffer image = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    image.put(runner).putInt(runner.length - Integer.BYTES, LOAD_ADDRESS + length);
    cases.forEach(test -> test.write(image));
    return image.array();
  }

  /** A program that {@link CpuCaseRecorder} assembled. */
  static byte[] program(String name) {
    return HexFormat.of().parseHex(resource(name).replace("\n", ""));
  }

  static String resource(String name) {
    try (InputStream in = CpuImage.class.getResourceAsStream("/cpu/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs the cases on our CPU; fewer outcomes than cases mean that the machine stopped early.
   *
   * @param hotAfter after how many runs a block is translated
   */
  static List<CpuOutcome> runOnReferencePc(List<CpuCase> cases, int hotAfter) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ReferencePc pc = machine(results, hotAfter);
    load(pc, cases);
    pc.clock().timer(pc::stop).at(ENDLESS);
    pc.run();
    return CpuOutcome.readAll(results.toByteArray());
  }

  /** Makes a reference PC that sends the results to a stream. */
  static ReferencePc machine(ByteArrayOutputStream results, int hotAfter) {
    ReferencePc pc =
        new ReferencePc(4 << 20, 0, character -> {}, hotAfter, new TranslatedClasses());
    pc.ports()
        .map(
            RESULT_PORT,
            1,
            new PortDevice() {
              @Override
              public int read(int port, int width) {
                return RESULT_PORT;
              }

              @Override
              public void write(int port, int width, int value) {
                results.write(value);
              }
            });
    return pc;
  }

  /** Loads the runner with some cases, about to run. */
  static void load(ReferencePc pc, List<CpuCase> cases) {
    byte[] image = build(cases);
    pc.memory().write(LOAD_ADDRESS, image, 0, image.length);
    pc.enterFlat(LOAD_ADDRESS);
  }

  /** Runs the cases on QEMU's CPU. */
  static List<CpuOutcome> runOnQemu(List<CpuCase> cases) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("cpu-cases");
    Path kernel = directory.resolve("kernel");
    Path results = directory.resolve("results");
    Path log = directory.resolve("log");
    try {
      Files.write(kernel, build(cases));
      Process qemu = start(kernel, results, log);
      if (!qemu.waitFor(QEMU_SECONDS, TimeUnit.SECONDS)) {
        qemu.destroyForcibly().waitFor();
      }
      List<CpuOutcome> outcomes = CpuOutcome.readAll(Files.readAllBytes(results));
      if (outcomes.size() < cases.size()) {
        throw new IOException(
            "QEMU stopped in "
                + cases.get(outcomes.size()).source()
                + ": "
                + Files.readString(log));
      }
      return outcomes;
    } finally {
      for (Path file : List.of(kernel, results, log, directory)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static Process start(Path kernel, Path results, Path log) throws IOException {
    return new ProcessBuilder(
            List.of(
                Needs.QEMU,
                "-machine",
                "pc,accel=tcg",
                "-cpu",
                MODEL,
                "-m",
                "16",
                "-display",
                "none",
                "-nodefaults",
                "-no-reboot",
                "-kernel",
                kernel.toString(),
                "-debugcon",
                "file:" + results,
                "-device",
                "isa-debug-exit,iobase=0xf4,iosize=4"))
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }
}
