package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.BlkLockstep.RAM_SIZE;

import dev.virtio4j.fuzz.ModelChain.Buffer;
import dev.virtio4j.fuzz.ModelMemory.NotRam;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;

/** A chain that the device was given. */
final class WatchedChain {
  private final ModelChain chain;
  private final boolean isWellFormed;

  /** What the driver sent, as far as the answer depends on it; none before it was looked at. */
  private ScsiCommand command = ScsiCommand.NONE;

  WatchedChain(ModelMemory memory, long table, int size, int head) {
    chain = new ModelChain(memory, null, 0, head);
    isWellFormed = chain.gather(table, size) == null;
  }

  int head() {
    return chain.head();
  }

  boolean isWellFormed() {
    return isWellFormed;
  }

  ScsiCommand command() {
    return command;
  }

  void expect(ScsiCommand newCommand) {
    command = newCommand;
  }

  long readableLength() {
    return chain.readable();
  }

  long writableLength() {
    return chain.writable();
  }

  /** Bytes that the driver sent, little-endian. */
  ByteBuffer sent(long from, int length) throws NotRam {
    return chain.read(from, length);
  }

  List<Buffer> readable() {
    return chain.readablePieces(0, chain.readable());
  }

  List<Buffer> writable() {
    return chain.writablePieces(0, chain.writable());
  }

  List<Buffer> indirectTables() {
    return chain.indirectTables();
  }

  /** Whether all of its buffers are. */
  boolean isInRam() {
    return Stream.concat(readable().stream(), writable().stream())
        .allMatch(piece -> piece.address() >= 0 && piece.address() <= RAM_SIZE - piece.length());
  }

  /** Some of what the device wrote, little-endian. */
  ByteBuffer written(byte[] ram, long from, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    for (Buffer piece : chain.writablePieces(from, length)) {
      bytes.put(ram, (int) piece.address(), (int) piece.length());
    }
    return bytes.flip();
  }
}
