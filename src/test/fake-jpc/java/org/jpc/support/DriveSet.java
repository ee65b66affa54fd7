package org.jpc.support;

import java.io.IOException;
import java.io.RandomAccessFile;
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

  /** Knows {@code -hda} alone. A file that is not there is made, as by JPC. */
  public static DriveSet buildFromArgs(String[] args) {
    BlockDevice disk = null;
    for (int i = 0; i + 1 < args.length; i++) {
      if (args[i].equals("-hda")) {
        disk = open(args[i + 1]);
      }
    }
    return new DriveSet(BootType.HARD_DRIVE, null, null, disk, null, null, null);
  }

  private static BlockDevice open(String file) {
    try {
      new RandomAccessFile(file, "rw").close();
      return new HDBlockDevice(null);
    } catch (IOException e) {
      return null;
    }
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
