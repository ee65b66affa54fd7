package org.jpc.support;

import org.jpc.emulator.AbstractHardwareComponent;

public class DriveSet extends AbstractHardwareComponent {
  public enum BootType {
    FLOPPY,
    HARD_DRIVE,
    CDROM
  }

  public DriveSet(
      BootType boot,
      BlockDevice floppyDriveA,
      BlockDevice floppyDriveB,
      BlockDevice hardDriveA,
      BlockDevice hardDriveB,
      BlockDevice hardDriveC,
      BlockDevice hardDriveD) {}

  public static native DriveSet buildFromArgs(String[] args);

  public native BlockDevice getHardDrive(int index);

  public native BlockDevice getFloppyDrive(int index);

  public native BootType getBootType();

  /** Closes the drives. */
  public native void close();
}
