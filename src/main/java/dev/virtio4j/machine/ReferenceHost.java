package dev.virtio4j.machine;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.cpu.CpuMode;
import dev.virtio4j.pc.cpu.Profile;
import dev.virtio4j.pc.cpu.TranslatedClasses;
import java.time.Instant;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** The reference PC. Machines that one host has made share what was translated of their code. */
public final class ReferenceHost implements Host {

  private final CpuMode cpu;
  private final Profile profile;

  /** Those of all machines that this makes. */
  private final TranslatedClasses translated = new TranslatedClasses();

  /** Makes one whose CPU translates what is hot. */
  public ReferenceHost() {
    this(CpuMode.TRANSLATOR, null);
  }

  /**
   * Makes one.
   *
   * @param cpu how the CPU of its machines runs
   * @param profile where its machines count what their guests do; null for nowhere
   */
  public ReferenceHost(CpuMode cpu, Profile profile) {
    this.cpu = cpu;
    this.profile = profile;
  }

  @Override
  public String id() {
    return "reference";
  }

  @Override
  public Machine make(MachineOptions options, Boot boot, Drives drives, IntConsumer serial) {
    long startSeconds =
        options.realtime() ? Instant.now().getEpochSecond() : ReferencePc.DEFAULT_START_SECONDS;
    ReferencePc pc = new ReferencePc(options.memoryBytes(), startSeconds, serial, cpu, translated);
    drives.plugInto(pc.guestMemory(), pc.clock(), pc::plug, pc::pause);
    if (options.realtime()) {
      pc.paceToWallClock();
    }
    if (profile != null) {
      pc.profile(profile);
    }
    return new PoweredPc(pc, boot, drives);
  }

  /**
   * Makes something that has a guest's memory.
   *
   * @param <T> what
   * @param memoryBytes how much memory it has
   * @param constructor makes it
   * @return it
   * @throws IllegalArgumentException if the host's Java heap has no room for it
   */
  public static <T> T withMemory(int memoryBytes, Supplier<T> constructor) {
    try {
      return constructor.get();
    } catch (OutOfMemoryError e) {
      throw noRoom(memoryBytes, e);
    }
  }

  /** What to say where the host's Java heap has no room for such a machine and what it boots. */
  static IllegalArgumentException noRoom(int memoryBytes, OutOfMemoryError cause) {
    return new IllegalArgumentException(
        "no room for %d MiB of guest memory in a Java heap of %d MiB; lower --memory or set VIRTIO4J_JAVA_OPTS=-Xmx..."
            .formatted(memoryBytes >> 20, Runtime.getRuntime().maxMemory() >> 20),
        cause);
  }
}
