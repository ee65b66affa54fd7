package dev.virtio4j.fuzz;

/** What a driver has of its machine: the ports of the device, and RAM. */
interface FuzzMachine {
  /** OUT. */
  void out(int offset, int width, int value);

  /** The guest writes to its RAM; what is outside of it is lost. */
  void store(long address, int width, long value);

  /** The guest clears some of its RAM; what is outside of it is lost. */
  void clear(long address, int length);
}
