package dev.virtio4j.fuzz;

import static dev.virtio4j.fuzz.ModelRequest.DISCARD;
import static dev.virtio4j.fuzz.ModelRequest.FLUSH;
import static dev.virtio4j.fuzz.ModelRequest.FLUSH_OUT;
import static dev.virtio4j.fuzz.ModelRequest.GET_ID;
import static dev.virtio4j.fuzz.ModelRequest.HEADER;
import static dev.virtio4j.fuzz.ModelRequest.IN;
import static dev.virtio4j.fuzz.ModelRequest.OUT;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD;
import static dev.virtio4j.fuzz.ModelRequest.SCSI_CMD_OUT;
import static dev.virtio4j.fuzz.ModelRequest.WRITE_ZEROES;

import dev.virtio4j.fuzz.ModelChain.Buffer;
import dev.virtio4j.fuzz.ModelMemory.NotRam;
import dev.virtio4j.virtio.blk.BlkOptions.CacheMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The disk of the model, and what requests do to it (0.9.5, Appendix D; virtio 1.1, 5.2.6). */
final class ModelDisk {
  static final int OK = 0;
  static final int IOERR = 1;
  static final int UNSUPP = 2;

  static final int SECTOR = 512;
  static final int RANGE = 16;
  static final int MAX_RANGES = 64;
  static final long MAX_RANGE_SECTORS = 4194303;

  private static final int UNMAP = 1;

  private final BlkSetup setup;
  private final HostDisk host;
  private final ModelMemory memory;
  private final Consumer<Malformed> faults;
  private final ModelScsi scsi;
  private final byte[] id = Arrays.copyOf(BlkSetup.SERIAL.getBytes(StandardCharsets.US_ASCII), 20);

  /** A range of DISCARD or WRITE_ZEROES, in bytes. */
  private record Range(int from, int to) {}

  ModelDisk(BlkSetup setup, HostDisk host, ModelMemory memory, Consumer<Malformed> faults) {
    this.setup = setup;
    this.host = host;
    this.memory = memory;
    this.faults = faults;
    scsi = new ModelScsi(setup, host, memory, faults);
  }

  /** What executes SCSI commands. */
  ModelScsi scsi() {
    return scsi;
  }

  /**
   * Carries a request out.
   *
   * @param through whether what it writes is to be on stable storage afterwards
   * @return its status
   * @throws IOException if the host fails
   */
  int execute(ModelRequest request, boolean through) throws NotRam, IOException {
    return switch (request.type()) {
      case IN -> read(request);
      case OUT -> write(request, through);
      case SCSI_CMD, SCSI_CMD_OUT -> scsi.execute(request, through);
      case FLUSH, FLUSH_OUT -> {
        if (setup.cache() != CacheMode.UNSAFE) {
          host.flush();
        }
        yield OK;
      }
      case GET_ID -> {
        long length = Math.min(id.length, request.chain().writable() - 1);
        request.chain().putAt(0, Arrays.copyOf(id, (int) length));
        yield OK;
      }
      case DISCARD, WRITE_ZEROES -> zero(request, through);
      default -> {
        faults.accept(Malformed.UNKNOWN_TYPE);
        yield UNSUPP;
      }
    };
  }

  private int refused(Malformed kind) {
    faults.accept(kind);
    return kind == Malformed.DISCARD_FLAGS || kind == Malformed.ZEROES_FLAGS ? UNSUPP : IOERR;
  }

  private int read(ModelRequest request) throws NotRam, IOException {
    Malformed wrong =
        wrong(
            request.sector(),
            request.length(),
            Malformed.READ_LENGTH,
            Malformed.READ_ALIGNMENT,
            Malformed.READ_PAST_END);
    if (wrong != null) {
      return refused(wrong);
    }
    int position = (int) request.sector() * SECTOR;
    for (long done = 0; setup.mergeLimit() > 0 && done < request.length(); ) {
      int count = (int) Math.min(request.length() - done, setup.mergeLimit());
      request.chain().putAt(done, read(position + done, count));
      done += count;
    }
    if (setup.mergeLimit() > 0) {
      return OK;
    }
    for (Buffer piece : request.chain().writablePieces(0, request.length())) {
      memory.index(piece.address(), piece.length()); // before the host is asked
      request.chain().put(piece, read(position, (int) piece.length()), 0);
      position += (int) piece.length();
    }
    return OK;
  }

  private int write(ModelRequest request, boolean through) throws NotRam, IOException {
    if (setup.readOnly()) {
      return refused(Malformed.WRITE_READ_ONLY);
    }
    Malformed wrong =
        wrong(
            request.sector(),
            request.length(),
            Malformed.WRITE_LENGTH,
            Malformed.WRITE_ALIGNMENT,
            Malformed.WRITE_PAST_END);
    if (wrong != null) {
      return refused(wrong);
    }
    int position = (int) request.sector() * SECTOR;
    if (setup.mergeLimit() > 0) {
      for (long done = 0; done < request.length(); ) {
        int count = (int) Math.min(request.length() - done, setup.mergeLimit());
        write(position + done, request.chain().read(HEADER + done, count).array());
        done += count;
      }
    } else {
      for (Buffer piece : request.chain().readablePieces(HEADER, request.length())) {
        int index = memory.index(piece.address(), piece.length());
        write(position, Arrays.copyOfRange(memory.bytes(), index, index + (int) piece.length()));
        position += (int) piece.length();
      }
    }
    if (through) {
      host.flush();
    }
    return OK;
  }

  private byte[] read(long position, int length) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(length);
    host.read(position, data);
    return data.array();
  }

  private void write(long position, byte[] data) throws IOException {
    host.write(position, ByteBuffer.wrap(data));
  }

  /** What is wrong with a place on the disk, or null. */
  private Malformed wrong(
      long sector, long length, Malformed ofLength, Malformed ofSector, Malformed ofEnd) {
    if (length % setup.blockSize() != 0) {
      return ofLength;
    }
    if (sector >= 0 && sector % (setup.blockSize() / SECTOR) != 0) {
      return ofSector;
    }
    long capacity = host.size() / SECTOR;
    return sector < 0 || sector > capacity || length / SECTOR > capacity - sector ? ofEnd : null;
  }

  /** Whether a read or write can be carried out, as far as the disk is concerned. */
  boolean isOnDisk(ModelRequest request) {
    return wrong(
            request.sector(),
            request.length(),
            Malformed.READ_LENGTH,
            Malformed.READ_ALIGNMENT,
            Malformed.READ_PAST_END)
        == null;
  }

  /** DISCARD and WRITE_ZEROES: all ranges are checked before the first is carried out. */
  private int zero(ModelRequest request, boolean through) throws NotRam, IOException {
    boolean discard = request.type() == DISCARD;
    long length = request.length();
    if (length == 0) {
      return refused(discard ? Malformed.DISCARD_EMPTY : Malformed.ZEROES_EMPTY);
    }
    if (length % RANGE != 0) {
      return refused(discard ? Malformed.DISCARD_PART_OF_RANGE : Malformed.ZEROES_PART_OF_RANGE);
    }
    if (length / RANGE > MAX_RANGES) {
      return refused(discard ? Malformed.DISCARD_TOO_MANY : Malformed.ZEROES_TOO_MANY);
    }
    List<Range> ranges = new ArrayList<>();
    for (long at = HEADER; at < HEADER + length; at += RANGE) {
      ByteBuffer range = request.chain().read(at, RANGE);
      long sector = range.getLong(0);
      long sectors = range.getInt(8) & 0xFFFF_FFFFL;
      int flags = range.getInt(12);
      Malformed wrong =
          discard ? wrongDiscard(sector, sectors, flags) : wrongZeroes(sector, sectors, flags);
      if (wrong != null) {
        return refused(wrong);
      }
      ranges.add(new Range((int) sector * SECTOR, (int) (sector + sectors) * SECTOR));
    }
    if (setup.readOnly()) {
      return refused(discard ? Malformed.DISCARD_READ_ONLY : Malformed.ZEROES_READ_ONLY);
    }
    if (!discard || setup.discard()) {
      for (Range range : ranges) {
        host.zero(range.from, range.to - range.from, false);
      }
    }
    if (through) {
      host.flush();
    }
    return OK;
  }

  private Malformed wrongDiscard(long sector, long sectors, int flags) {
    if (sectors > MAX_RANGE_SECTORS) {
      return Malformed.DISCARD_TOO_LARGE;
    }
    Malformed wrong =
        wrong(
            sector,
            sectors * SECTOR,
            Malformed.DISCARD_LENGTH,
            Malformed.DISCARD_ALIGNMENT,
            Malformed.DISCARD_PAST_END);
    return wrong == null && flags != 0 ? Malformed.DISCARD_FLAGS : wrong;
  }

  private Malformed wrongZeroes(long sector, long sectors, int flags) {
    if (sectors > MAX_RANGE_SECTORS) {
      return Malformed.ZEROES_TOO_LARGE;
    }
    Malformed wrong =
        wrong(
            sector,
            sectors * SECTOR,
            Malformed.ZEROES_LENGTH,
            Malformed.ZEROES_ALIGNMENT,
            Malformed.ZEROES_PAST_END);
    return wrong == null && (flags & ~UNMAP) != 0 ? Malformed.ZEROES_FLAGS : wrong;
  }

  /**
   * Carries out reads, or writes, that follow each other on the disk, in one go.
   *
   * @throws NotRam if some data is not in RAM; writes then have no effect
   * @throws IOException if the host fails
   */
  void executeMerged(List<ModelRequest> requests, boolean through) throws NotRam, IOException {
    int position = (int) requests.get(0).sector() * SECTOR;
    if (requests.get(0).type() == IN) {
      byte[] data = read(position, (int) requests.stream().mapToLong(ModelRequest::length).sum());
      int at = 0;
      for (ModelRequest request : requests) {
        int end = at + (int) request.length();
        request.chain().putAt(0, Arrays.copyOfRange(data, at, end));
        at = end;
      }
      return;
    }
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (ModelRequest request : requests) {
      data.writeBytes(request.chain().read(HEADER, (int) request.length()).array());
    }
    write(position, data.toByteArray());
    if (through) {
      host.flush();
    }
  }
}
