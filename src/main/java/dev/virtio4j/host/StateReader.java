package dev.virtio4j.host;

import java.io.DataInput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Reads what {@link StateWriter} wrote. All methods throw {@link StateException} if the stream ends
 * early or holds something else.
 */
public final class StateReader {
  private static final int PIECE = 4096;

  private final DataInput in;
  private final Deque<String> sections = new ArrayDeque<>();

  /**
   * Reads from a stream.
   *
   * @param in the stream
   */
  public StateReader(DataInput in) {
    this.in = in;
  }

  /** How a value is read from the stream. */
  private interface Source<T> {
    T read(DataInput in) throws IOException;
  }

  private <T> T read(Source<T> source) throws IOException {
    try {
      return source.read(in);
    } catch (EOFException e) {
      throw wrong("is cut short");
    }
  }

  /**
   * Says what is wrong with the section at hand.
   *
   * @param what a predicate: "is cut short"
   * @return the exception, to be thrown
   */
  public StateException wrong(String what) {
    return new StateException(
        (sections.isEmpty() ? "the saved state " : "the saved state of " + sections.peek() + " ")
            + what);
  }

  /**
   * Begins a section.
   *
   * @param name whose state is wanted
   * @param version the version of its layout that can be read
   * @throws IOException if the next section is another, or the stream fails
   */
  public void begin(String name, int version) throws IOException {
    String found = text();
    if (!found.equals(name)) {
      throw wrong("has a section '" + found + "' where '" + name + "' should be");
    }
    sections.push(name);
    int foundVersion = i32();
    if (foundVersion != version) {
      throw wrong("has version " + foundVersion + ", and this program reads version " + version);
    }
  }

  /**
   * Ends the section that began last.
   *
   * @throws IOException if it has more in it, or the stream fails
   */
  public void end() throws IOException {
    if (i32() != StateWriter.END) {
      throw wrong("has another length than it should");
    }
    sections.pop();
  }

  /**
   * Reads a truth value.
   *
   * @return the value
   * @throws IOException if there is none, or the stream fails
   */
  public boolean flag() throws IOException {
    int value = read(DataInput::readUnsignedByte);
    if (value > 1) {
      throw wrong("has " + value + " for a truth value");
    }
    return value == 1;
  }

  /**
   * Reads 32 bits.
   *
   * @return the value
   * @throws IOException if there is none, or the stream fails
   */
  public int i32() throws IOException {
    return read(DataInput::readInt);
  }

  /**
   * Reads 32 bits that are bounded.
   *
   * @param min the least value
   * @param max the greatest value
   * @param what what the value is, for the message
   * @return the value
   * @throws IOException if it is out of bounds, or the stream fails
   */
  public int i32(int min, int max, String what) throws IOException {
    int value = i32();
    if (value < min || value > max) {
      throw wrong("has " + value + " for " + what + ", which is " + min + " to " + max);
    }
    return value;
  }

  /**
   * Reads 64 bits.
   *
   * @return the value
   * @throws IOException if there is none, or the stream fails
   */
  public long i64() throws IOException {
    return read(DataInput::readLong);
  }

  /**
   * Reads 64 bits that are bounded.
   *
   * @param min the least value
   * @param max the greatest value
   * @param what what the value is, for the message
   * @return the value
   * @throws IOException if it is out of bounds, or the stream fails
   */
  public long i64(long min, long max, String what) throws IOException {
    long value = i64();
    if (value < min || value > max) {
      throw wrong("has " + value + " for " + what + ", which is " + min + " to " + max);
    }
    return value;
  }

  /**
   * Reads some text.
   *
   * @return the text
   * @throws IOException if there is none, or the stream fails
   */
  public String text() throws IOException {
    try {
      return read(DataInput::readUTF);
    } catch (UTFDataFormatException e) {
      throw wrong("has no text where some should be");
    }
  }

  /**
   * Fills an array.
   *
   * @param into the array
   * @throws IOException if there are fewer bytes, or the stream fails
   */
  public void bytes(byte[] into) throws IOException {
    bytes(into, 0, into.length);
  }

  /**
   * Fills a part of an array.
   *
   * @param into the array
   * @param offset where the part begins
   * @param length how many bytes it has
   * @throws IOException if there are fewer bytes, or the stream fails
   */
  public void bytes(byte[] into, int offset, int length) throws IOException {
    try {
      in.readFully(into, offset, length);
    } catch (EOFException e) {
      throw wrong("is cut short");
    }
  }

  /**
   * Reads an array of any length. It takes no more memory than there are bytes in the stream,
   * whatever the length says.
   *
   * @return the array
   * @throws IOException if there are fewer bytes than its length says, or the stream fails
   */
  public byte[] array() throws IOException {
    byte[] value = {};
    int length = i32(0, Integer.MAX_VALUE, "a length");
    while (value.length < length) {
      int had = value.length;
      value = Arrays.copyOf(value, (int) Math.min(length, Math.max(PIECE, 2L * had)));
      bytes(value, had, value.length - had);
    }
    return value;
  }

  /**
   * Reads a constant.
   *
   * @param <E> its type
   * @param type its type
   * @return the constant
   * @throws IOException if the type has none of that name, or the stream fails
   */
  public <E extends Enum<E>> E constant(Class<E> type) throws IOException {
    String name = text();
    for (E value : type.getEnumConstants()) {
      if (value.name().equals(name)) {
        return value;
      }
    }
    throw wrong("has '" + name + "' for a " + type.getSimpleName());
  }

  /**
   * The stream, for what reads itself.
   *
   * @return where the next value comes from
   */
  public DataInput data() {
    return in;
  }
}
