package dev.virtio4j.host;

import java.io.DataOutput;
import java.io.IOException;

/**
 * Writes a state as sections, each with a name and a version, that hold values and other sections.
 * {@link StateReader} reads them back in the same order. Values are big-endian.
 */
public final class StateWriter {
  /** Stands at the end of each section. */
  static final int END = 0x5EC7_E4D0;

  private final DataOutput out;

  /**
   * Writes to a stream.
   *
   * @param out the stream, not closed here
   */
  public StateWriter(DataOutput out) {
    this.out = out;
  }

  /**
   * Begins a section.
   *
   * @param name whose state it is
   * @param version of its layout, 1 or more
   * @throws IOException if the stream fails
   */
  public void begin(String name, int version) throws IOException {
    out.writeUTF(name);
    out.writeInt(version);
  }

  /**
   * Ends the section that began last.
   *
   * @throws IOException if the stream fails
   */
  public void end() throws IOException {
    out.writeInt(END);
  }

  /**
   * Writes a truth value.
   *
   * @param value the value
   * @throws IOException if the stream fails
   */
  public void flag(boolean value) throws IOException {
    out.writeBoolean(value);
  }

  /**
   * Writes 32 bits.
   *
   * @param value the value
   * @throws IOException if the stream fails
   */
  public void i32(int value) throws IOException {
    out.writeInt(value);
  }

  /**
   * Writes 64 bits.
   *
   * @param value the value
   * @throws IOException if the stream fails
   */
  public void i64(long value) throws IOException {
    out.writeLong(value);
  }

  /**
   * Writes some text.
   *
   * @param value at most 65535 bytes in UTF-8
   * @throws IOException if the stream fails
   */
  public void text(String value) throws IOException {
    out.writeUTF(value);
  }

  /**
   * Writes bytes, without their number.
   *
   * @param value the bytes
   * @throws IOException if the stream fails
   */
  public void bytes(byte[] value) throws IOException {
    out.write(value);
  }

  /**
   * Writes a part of an array, without its length.
   *
   * @param value the array
   * @param offset where the part begins
   * @param length how many bytes it has
   * @throws IOException if the stream fails
   */
  public void bytes(byte[] value, int offset, int length) throws IOException {
    out.write(value, offset, length);
  }

  /**
   * Writes an array with its length.
   *
   * @param value the array
   * @throws IOException if the stream fails
   */
  public void array(byte[] value) throws IOException {
    out.writeInt(value.length);
    out.write(value);
  }

  /**
   * Writes a constant by its name.
   *
   * @param value the constant
   * @throws IOException if the stream fails
   */
  public void constant(Enum<?> value) throws IOException {
    out.writeUTF(value.name());
  }

  /**
   * The stream, for what writes itself.
   *
   * @return where the next value goes
   */
  public DataOutput data() {
    return out;
  }
}
