package org.jpc.support;

import org.jpc.emulator.AbstractHardwareComponent;

public class DriveSet extends AbstractHardwareComponent {
  public enum BootType {
    FLOPPY,
    HARD_DRIVE,
    CDROM
  }

  private final BootType boot;
  private final BlockDevice[] floppies;
  private final BlockDevice[] disks;

  public DriveSet(
      BootType boot,
      BlockDevice floppyDriveA,
      BlockDevice floppyDriveB,
      BlockDevice hardDriveA,
      BlockDevice hardDriveB,
      BlockDevice hardDriveC,
      BlockDevice hardDriveD) {
    this.boot = boot;
    floppies = new BlockDevice[] {floppyDriveA, floppyDriveB};
    disks = new BlockDevice[] {hardDriveA, hardDriveB, hardDriveC, hardDriveD};
  }

  public static DriveSet buildFromArgs(String[] args) {
    return new DriveSet(BootType.HARD_DRIVE, null, null, null, null, null, null);
  }

  public BlockDevice getHardDrive(int index) {
    return disks[index];
  }

  public BlockDevice getFloppyDrive(int index) {
    return floppies[index];
  }

  public BootType getBootType() {
    return boot;
  }

  public void close() {}
}
