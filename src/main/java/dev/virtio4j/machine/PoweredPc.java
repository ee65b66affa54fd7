package dev.virtio4j.machine;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.host.EventClock;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.StopReason;
import java.io.IOException;

/** The reference PC with its drives. */
final class PoweredPc implements Machine {
  private final ReferencePc pc;
  private final Boot boot;
  private final Drives drives;

  /**
   * Takes over a machine.
   *
   * @param pc the machine
   * @param boot what it boots
   * @param drives its drives, plugged in
   */
  PoweredPc(ReferencePc pc, Boot boot, Drives drives) {
    this.pc = pc;
    this.boot = boot;
    this.drives = drives;
  }

  @Override
  public void boot() {
    boot.boot(pc);
  }

  @Override
  public StopReason run() {
    return pc.run();
  }

  @Override
  public void stop() {
    pc.stop();
  }

  @Override
  public void pause() {
    pc.pause();
  }

  @Override
  public EventClock clock() {
    return pc.clock();
  }

  @Override
  public void receive(byte[] bytes) {
    pc.receive(bytes);
  }

  @Override
  public int untaken() {
    return pc.untaken();
  }

  @Override
  public long instructions() {
    return pc.instructions();
  }

  @Override
  public String waitsFor() {
    return drives.waitsFor();
  }

  @Override
  public boolean resume() {
    return drives.resume();
  }

  @Override
  public void save(StateWriter out) throws IOException {
    pc.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    pc.load(in);
  }
}
