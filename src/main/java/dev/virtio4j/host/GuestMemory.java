package dev.virtio4j.host;

import java.nio.ByteBuffer;

/**
 * The guest's physical memory as a bus master sees it. Values are little-endian; addresses are
 * guest-physical, 64 bits, unsigned; no alignment is needed.
 *
 * <p>An access whose range is not wholly RAM throws {@link GuestMemoryException} and has no effect.
 * Writes are seen by the guest's next instruction, also where they change code.
 */
public interface GuestMemory {

  /**
   * Loads one byte.
   *
   * @param address the guest-physical address
   * @return the byte, 0 to 255
   * @throws GuestMemoryException if the address is not RAM
   */
  int load8(long address);

  /**
   * Loads two bytes.
   *
   * @param address the guest-physical address
   * @return the value, 0 to 65535
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  int load16(long address);

  /**
   * Loads four bytes.
   *
   * @param address the guest-physical address
   * @return the value
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  int load32(long address);

  /**
   * Loads eight bytes.
   *
   * @param address the guest-physical address
   * @return the value
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  long load64(long address);

  /**
   * Stores one byte.
   *
   * @param address the guest-physical address
   * @param value the byte in the low 8 bits
   * @throws GuestMemoryException if the address is not RAM
   */
  void store8(long address, int value);

  /**
   * Stores two bytes.
   *
   * @param address the guest-physical address
   * @param value the value in the low 16 bits
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  void store16(long address, int value);

  /**
   * Stores four bytes.
   *
   * @param address the guest-physical address
   * @param value the value
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  void store32(long address, int value);

  /**
   * Stores eight bytes.
   *
   * @param address the guest-physical address
   * @param value the value
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  void store64(long address, long value);

  /**
   * Copies guest memory into an array.
   *
   * @param address the guest-physical address of the first byte
   * @param into the array
   * @param offset the index of the first byte in the array
   * @param length how many bytes; 0 is allowed and touches nothing
   * @throws GuestMemoryException if the range is not wholly RAM
   * @throws IndexOutOfBoundsException if the range does not lie in the array
   */
  void read(long address, byte[] into, int offset, int length);

  /**
   * Copies an array into guest memory.
   *
   * @param address the guest-physical address of the first byte
   * @param from the array
   * @param offset the index of the first byte in the array
   * @param length how many bytes; 0 is allowed and touches nothing
   * @throws GuestMemoryException if the range is not wholly RAM
   * @throws IndexOutOfBoundsException if the range does not lie in the array
   */
  void write(long address, byte[] from, int offset, int length);

  /**
   * A window on RAM for bytes that a device only reads, where the host can give one.
   *
   * @param address the guest-physical address of the first byte
   * @param length how many bytes
   * @return a little-endian buffer whose remaining bytes are the range, valid until the next call
   *     of {@code readView} or {@code writeView}; null where the host has none to give
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  ByteBuffer readView(long address, int length);

  /**
   * A window on RAM for bytes that a device fills before the guest runs on. The host takes the
   * whole range as written at this call, and drops what it had translated of it.
   *
   * @param address the guest-physical address of the first byte
   * @param length how many bytes
   * @return a little-endian buffer whose remaining bytes are the range, valid until the next call
   *     of {@code readView} or {@code writeView}; null where the host has none to give
   * @throws GuestMemoryException if the range is not wholly RAM
   */
  ByteBuffer writeView(long address, int length);
}
