package dev.virtio4j.bench;

import dev.virtio4j.block.BlockBackend;
import dev.virtio4j.host.GuestMemory;
import dev.virtio4j.scsi.BlockLayout;
import dev.virtio4j.scsi.DataCache;
import dev.virtio4j.scsi.DiskUnit;
import dev.virtio4j.scsi.UnitIdentity;
import dev.virtio4j.scsi.UnitSettings;
import dev.virtio4j.virtio.SpecProfile;
import dev.virtio4j.virtio.scsi.ScsiHost;
import dev.virtio4j.virtio.scsi.ScsiOptions;

/** A SCSI host with a disk as target 0, LUN 0, and its driver. */
final class ScsiSide extends DriverSide {
  private static final int REQUEST_QUEUE = 2;

  /** struct virtio_scsi_req_cmd: what stands before the CDB, and its field. */
  private static final int CDB = 19;

  private static final int HEADER_LENGTH = CDB + 32;

  /** Its response, with the room for sense data. */
  private static final int RESPONSE_LENGTH = 12 + 96;

  private static final int STATUS = 10;
  private static final int RESPONSE = 11;

  /**
   * Builds the machine and starts the driver.
   *
   * @param backend the disk
   */
  ScsiSide(BlockBackend backend) {
    super(host(backend), REQUEST_QUEUE, 0);
    prepare(0, 0);
    run(); // TEST UNIT READY, which is told that the disk was switched on
    run();
  }

  private static ScsiHost host(BlockBackend backend) {
    ScsiHost host = new ScsiHost(new ScsiOptions(1, QUEUE_SIZE, SpecProfile.DEFAULT));
    DiskUnit disk =
        new DiskUnit(
            backend,
            new DataCache(backend, true, true),
            UnitIdentity.ofDisk("bench"),
            new BlockLayout(512, 512, 0, 0),
            true);
    host.attach(0, 0, disk, UnitSettings.DEFAULT);
    return host;
  }

  /**
   * Prepares a READ(10) that is made again and again.
   *
   * @param bytes how much it reads
   */
  void prepareRead(int bytes) {
    prepare(0, bytes);
    putRead10(memory, HEADERS + CDB, bytes / 512);
  }

  /** Prepares an INQUIRY for any target, as SeaBIOS sends it to find those there are. */
  void prepareInquiry() {
    prepare(0, 36);
    memory.store8(HEADERS + CDB, 0x12);
    memory.store8(HEADERS + CDB + 4, 36);
  }

  private void prepare(int target, int bytes) {
    setTarget(target);
    begin(1);
    beginRequest(0);
    readable(HEADERS, HEADER_LENGTH);
    writable(TAILS, RESPONSE_LENGTH);
    if (bytes > 0) {
      data(0, 1, bytes, true);
    }
    endRequest();
  }

  /** Says which target is meant, LUN 0 of it. */
  void setTarget(int target) {
    memory.store64(HEADERS, 1 | target << 8 | 0x40_0000);
  }

  static void putRead10(GuestMemory memory, int at, int blocks) {
    memory.store8(at, 0x28);
    memory.store8(at + 7, blocks >> 8);
    memory.store8(at + 8, blocks);
  }

  @Override
  void setSector(int request, int sector) {
    memory.store32(HEADERS + CDB + 2, Integer.reverseBytes(sector));
  }

  /** What the last request came to. */
  int response() {
    return memory.load8(TAILS + RESPONSE);
  }

  @Override
  void checkNoErrors() {
    if (response() != 0 || memory.load8(TAILS + STATUS) != 0) {
      throw new IllegalStateException("the last request has failed");
    }
  }
}
