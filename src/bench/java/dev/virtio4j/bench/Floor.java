package dev.virtio4j.bench;

import static dev.virtio4j.bench.DriverSide.AVAILABLE;
import static dev.virtio4j.bench.DriverSide.QUEUE_SIZE;
import static dev.virtio4j.bench.DriverSide.TABLE;
import static dev.virtio4j.bench.DriverSide.USED;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What can't be left out of a request on a disk in memory, by hand, on plain arrays: walk the ring,
 * read the header, copy the data, write status and used ring. There are no registers, no interrupt,
 * and no checks but those of Java, and it relies on the layouts that {@link BlkSide} prepares.
 */
final class Floor {
  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT64 =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int TYPE_IN = 0;
  private static final int TYPE_OUT = 1;
  private static final int TYPE_GET_ID = 8;
  private static final int FLAG_NEXT = 1;

  private final byte[] ram;
  private final byte[] disk;
  private final byte[] id = new byte[20];
  private int available;
  private int done;

  /**
   * Starts on a ring that was never used.
   *
   * @param ram guest memory
   * @param disk the disk's bytes
   */
  Floor(byte[] ram, byte[] disk) {
    this.ram = ram;
    this.disk = disk;
  }

  void setSector(int request, int sector) {
    INT64.set(ram, DriverSide.HEADERS + DriverSide.HEADER_SIZE * request + 8, (long) sector);
  }

  /** The driver's part as in {@link DriverSide#run}, and the device's. */
  void run(int requests) {
    available += requests;
    INT16.set(ram, AVAILABLE + 2, (short) available);
    serve();
    if ((short) INT16.get(ram, USED + 2) != (short) available) {
      throw new IllegalStateException("the requests are not done");
    }
  }

  int lastByte(int bytes) {
    return ram[DriverSide.DATA + bytes - 1];
  }

  /** Looks for available requests, and finds none. */
  void lookAtNothing() {
    if ((short) INT16.getVolatile(ram, AVAILABLE + 2) != (short) done) {
      throw new IllegalStateException("there are requests");
    }
  }

  private void serve() {
    short end = (short) INT16.get(ram, AVAILABLE + 2);
    while ((short) done != end) {
      int slot = done & (QUEUE_SIZE - 1);
      short head = (short) INT16.get(ram, AVAILABLE + 4 + 2 * slot);
      int written = serveRequest(head);
      INT64.set(ram, USED + 4 + 8 * slot, head | (long) written << 32);
      done++;
    }
    INT16.set(ram, USED + 2, (short) done);
  }

  private int serveRequest(int head) {
    int descriptor = TABLE + 16 * head;
    int header = (int) (long) INT64.get(ram, descriptor);
    int type = (int) INT32.get(ram, header);
    int position = (int) (long) INT64.get(ram, header + 8) * 512;
    int written = 1;
    while (true) {
      long rest = (long) INT64.get(ram, descriptor + 8);
      descriptor = TABLE + 16 * (int) (rest >>> 48);
      int address = (int) (long) INT64.get(ram, descriptor);
      rest = (long) INT64.get(ram, descriptor + 8);
      int length = (int) rest;
      if ((rest >>> 32 & FLAG_NEXT) == 0) {
        ram[address] = 0;
        return written;
      }
      if (type == TYPE_IN) {
        System.arraycopy(disk, position, ram, address, length);
        written += length;
      } else if (type == TYPE_OUT) {
        System.arraycopy(ram, address, disk, position, length);
      } else if (type == TYPE_GET_ID) {
        System.arraycopy(id, 0, ram, address, length);
        written += length;
      }
      position += length;
    }
  }
}
