package dev.virtio4j.virtio.blk;

/**
 * What a block device has done since it was made; a device reset does not clear it.
 *
 * @param reads IN requests
 * @param writes OUT requests
 * @param flushes FLUSH requests
 * @param ids GET_ID requests
 * @param unsupported requests of other types
 * @param malformed requests without a whole header or a status byte
 * @param errors requests that ended with IOERR
 * @param bytesRead bytes of the disk given to the guest
 * @param bytesWritten bytes of the guest put on the disk
 * @param interrupts interrupts raised
 */
public record BlkCounters(
    long reads,
    long writes,
    long flushes,
    long ids,
    long unsupported,
    long malformed,
    long errors,
    long bytesRead,
    long bytesWritten,
    long interrupts) {

  /**
   * All requests.
   *
   * @return how many, of whatever type and outcome
   */
  public long requests() {
    return reads + writes + flushes + ids + unsupported + malformed;
  }
}
