package dev.virtio4j.cli;

import dev.virtio4j.drive.Drives;
import dev.virtio4j.pc.ReferencePc;
import dev.virtio4j.pc.StopReason;

/**
 * The reference PC with its drives, powered on.
 *
 * @param pc the machine, with a guest loaded
 * @param drives its drives, plugged in
 */
record PoweredPc(ReferencePc pc, Drives drives) implements Machine {

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
  public void post(Runnable work) {
    pc.clock().post(work);
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
  public long emulatedNanos() {
    return pc.clock().now();
  }

  @Override
  public String waitsFor() {
    return drives.waitsFor();
  }

  @Override
  public boolean resume() {
    return drives.resume();
  }
}
