package dev.virtio4j.qtest;

import dev.virtio4j.pc.CpulessPc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Carries out the requests of a test program. ADDR, SIZE, VALUE and NS are numbers as C's {@code
 * strtoull} reads them with base 0.
 *
 * <pre>
 *   inb | inw | inl ADDR                          OK 0x0001
 *   outb | outw | outl ADDR VALUE                 OK
 *   readb | readw | readl | readq ADDR            OK 0x0000000000000001
 *   writeb | writew | writel | writeq ADDR VALUE  OK
 *   read ADDR SIZE                                OK 0x00ff, the bytes in the order of memory
 *   write ADDR SIZE 0x00ff                        OK; zeros follow if this is shorter than SIZE
 *   b64read ADDR SIZE                             OK AP8=
 *   b64write ADDR SIZE AP8=                       OK
 *   memset ADDR SIZE VALUE                        OK
 *   clock_step [NS]                               OK 1000, the time; without NS, to the next timer
 *   clock_set NS                                  OK 1000; goes nowhere if that is past
 *   irq_intercept_in ioapic                       OK; from now on, IRQ raise N and IRQ lower N
 *   irq_intercept_out ioapic                      OK; it has no outputs
 *   endianness                                    OK little
 * </pre>
 *
 * <p>What is not RAM reads as zero and ignores writes. Like the machine, a session is used by one
 * thread.
 */
public final class QtestSession {
  /** The most bytes that one request reads or writes, memset excepted: 16 MiB. */
  public static final int MAX_TRANSFER = 16 << 20;

  /** The most bytes of one memset: the 4 GiB of a 32-bit address space. */
  private static final long MAX_FILL = 1L << 32;

  /** The most nanoseconds by which one request moves the clock: a day. */
  private static final long MAX_STEP = 86_400_000_000_000L;

  /**
   * The I/O APIC, as QEMU's pc machine names it. There it sees all that the interrupt controllers
   * see, by the same numbers; we have none, and show the interrupt controllers.
   */
  private static final Set<String> IO_APIC =
      Set.of("ioapic", "i440fx/ioapic", "/machine/i440fx/ioapic");

  /** QEMU takes data of fewer characters for none: the prefix 0x has two. */
  private static final int MIN_DATA = 3;

  private static final String OK = "OK";

  private final CpulessPc pc;
  private final AddressSpace memory;

  /** What is still to be sent. */
  private final List<String> lines = new ArrayList<>();

  private boolean intercepted;

  /** The IRQs that are raised, as far as was told, a bit each. */
  private int raised;

  /** The commands, their arguments, and what carries them out. Widths are in bytes. */
  @SuppressWarnings("ImmutableEnumChecker") // the lambdas capture nothing
  private enum Command {
    // spotless:off
    INB              ("ADDR",            (s, r) -> s.in(r, 1)),
    INW              ("ADDR",            (s, r) -> s.in(r, 2)),
    INL              ("ADDR",            (s, r) -> s.in(r, 4)),
    OUTB             ("ADDR VALUE",      (s, r) -> s.out(r, 1)),
    OUTW             ("ADDR VALUE",      (s, r) -> s.out(r, 2)),
    OUTL             ("ADDR VALUE",      (s, r) -> s.out(r, 4)),
    READB            ("ADDR",            (s, r) -> s.load(r, 1)),
    READW            ("ADDR",            (s, r) -> s.load(r, 2)),
    READL            ("ADDR",            (s, r) -> s.load(r, 4)),
    READQ            ("ADDR",            (s, r) -> s.load(r, 8)),
    WRITEB           ("ADDR VALUE",      (s, r) -> s.store(r, 1)),
    WRITEW           ("ADDR VALUE",      (s, r) -> s.store(r, 2)),
    WRITEL           ("ADDR VALUE",      (s, r) -> s.store(r, 4)),
    WRITEQ           ("ADDR VALUE",      (s, r) -> s.store(r, 8)),
    READ             ("ADDR SIZE",       QtestSession::read),
    WRITE            ("ADDR SIZE DATA",  QtestSession::write),
    B64READ          ("ADDR SIZE",       QtestSession::readBase64),
    B64WRITE         ("ADDR SIZE DATA",  QtestSession::writeBase64),
    MEMSET           ("ADDR SIZE VALUE", QtestSession::fill),
    CLOCK_STEP       ("",                QtestSession::stepClock),
    CLOCK_SET        ("NS",              QtestSession::setClock),
    IRQ_INTERCEPT_IN ("PATH",            QtestSession::interceptInputs),
    IRQ_INTERCEPT_OUT("PATH",            QtestSession::interceptOutputs),
    ENDIANNESS       ("",                (s, r) -> "OK little");
    // spotless:on

    private static final Map<String, Command> BY_WORD =
        Stream.of(values()).collect(Collectors.toMap(Command::word, Function.identity()));

    final List<String> required;
    final Handler handler;

    Command(String arguments, Handler handler) {
      required = arguments.isEmpty() ? List.of() : List.of(arguments.split(" "));
      this.handler = handler;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What carries a command out. */
  @FunctionalInterface
  private interface Handler {
    String handle(QtestSession session, Request request) throws BadRequestException;
  }

  /**
   * Starts a session.
   *
   * @param pc the machine, with all functions plugged in
   */
  public QtestSession(CpulessPc pc) {
    this.pc = pc;
    memory = new AddressSpace(pc.guestMemory());
  }

  /**
   * Carries out a request, and what it makes due.
   *
   * @param line the request, without the line feed
   * @return the lines to send: those of interrupts, if they are intercepted, then the reply
   */
  public List<String> execute(String line) {
    String reply = reply(new Request(line));
    pc.advanceTo(pc.clock().now());
    lines.add(reply);
    List<String> sent = List.copyOf(lines);
    lines.clear();
    return sent;
  }

  private String reply(Request request) {
    Command command = Command.BY_WORD.get(request.command());
    if (command == null) {
      return "FAIL Unknown command '" + request.command() + "'";
    }
    if (request.arguments() < command.required.size()) {
      return "FAIL usage: " + command.word() + " " + String.join(" ", command.required);
    }
    try {
      return command.handler.handle(this, request);
    } catch (BadRequestException e) {
      return "FAIL " + e.getMessage();
    }
  }

  private String in(Request request, int width) throws BadRequestException {
    return "OK 0x%04x".formatted(pc.in(request.port(1), width));
  }

  private String out(Request request, int width) throws BadRequestException {
    pc.out(request.port(1), width, (int) request.number(2));
    return OK;
  }

  private String load(Request request, int width) throws BadRequestException {
    byte[] bytes = memory.read(request.number(1), width);
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= (bytes[i] & 0xFFL) << (8 * i);
    }
    return "OK 0x%016x".formatted(value);
  }

  private String store(Request request, int width) throws BadRequestException {
    long value = request.number(2);
    byte[] bytes = new byte[width];
    for (int i = 0; i < width; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    memory.write(request.number(1), bytes);
    return OK;
  }

  private byte[] readBytes(Request request) throws BadRequestException {
    return memory.read(request.number(1), (int) request.size(2, MAX_TRANSFER));
  }

  private String read(Request request) throws BadRequestException {
    byte[] bytes = readBytes(request);
    if (bytes.length == 0) {
      throw new BadRequestException("nothing to read: the size is 0");
    }
    return "OK 0x" + HexFormat.of().formatHex(bytes);
  }

  private String write(Request request) throws BadRequestException {
    int size = (int) request.size(2, MAX_TRANSFER);
    if (request.word(3).length() < MIN_DATA) {
      return "ERR invalid argument size";
    }
    memory.write(request.number(1), Arrays.copyOf(request.hexadecimal(3), size));
    return OK;
  }

  private String readBase64(Request request) throws BadRequestException {
    return "OK " + Base64.getEncoder().encodeToString(readBytes(request));
  }

  private String writeBase64(Request request) throws BadRequestException {
    int size = (int) request.size(2, MAX_TRANSFER);
    if (request.word(3).length() < MIN_DATA) {
      return "ERR invalid argument size";
    }
    byte[] data = request.base64(3);
    if (data.length < size) {
      throw new BadRequestException("size is " + size + ", but data has " + data.length + " bytes");
    }
    memory.write(request.number(1), Arrays.copyOf(data, size));
    return OK;
  }

  private String fill(Request request) throws BadRequestException {
    memory.fill(request.number(1), request.size(2, MAX_FILL), (int) request.number(3));
    return OK;
  }

  private String stepClock(Request request) throws BadRequestException {
    if (request.arguments() > 0) {
      return moveClock(pc.clock().now() + request.signedNumber(1));
    }
    long deadline = pc.deadline();
    if (deadline != Long.MAX_VALUE) {
      pc.advanceTo(deadline);
    }
    return time();
  }

  private String setClock(Request request) throws BadRequestException {
    return moveClock(request.signedNumber(1));
  }

  private String moveClock(long nanos) throws BadRequestException {
    if (nanos - pc.clock().now() > MAX_STEP) {
      throw new BadRequestException("more than a day at once");
    }
    pc.advanceTo(nanos);
    return time();
  }

  private String time() {
    return "OK " + pc.clock().now();
  }

  private String interceptInputs(Request request) {
    String reply = interceptOutputs(request);
    if (reply.equals(OK) && !intercepted) {
      intercepted = true;
      pc.listenToIrqs(this::driven);
    }
    return reply;
  }

  /** The I/O APIC has no outputs to report, so all there is to do is to find it. */
  private String interceptOutputs(Request request) {
    return IO_APIC.contains(request.word(1)) ? OK : "FAIL Unknown device";
  }

  private void driven(int irq, boolean asserted) {
    int bit = 1 << irq;
    if ((raised & bit) != 0 != asserted) {
      raised ^= bit;
      lines.add("IRQ " + (asserted ? "raise " : "lower ") + irq);
    }
  }
}
