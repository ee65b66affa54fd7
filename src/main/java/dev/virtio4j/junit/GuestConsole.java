package dev.virtio4j.junit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtio4j.drive.DriveCounters;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.Host;
import dev.virtio4j.machine.MachineOptions;
import dev.virtio4j.machine.ReferenceHost;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a test does with a guest. The guest runs only while {@link #expect}, {@link #expectEnd} or
 * {@link #run} waits for it, and stands still between two of its instructions otherwise; so a test
 * is the same each time, however long it takes itself. Times are the guest's. To be used by one
 * thread at a time.
 */
public final class GuestConsole implements AutoCloseable {
  /**
   * How long {@link #expect(String)} and {@link #expectEnd()} wait: 5 minutes of the guest's time.
   */
  public static final Duration TIMEOUT = Duration.ofMinutes(5);

  private final SteppedGuest guest;

  private GuestConsole(SteppedGuest guest) {
    this.guest = guest;
  }

  /**
   * Makes a guest on the reference PC, before its first instruction. Tests with {@link Guest} don't
   * need this.
   *
   * @param options what it is
   * @return its console; to be closed
   * @throws BadInputException if a file is not as it should be, or does not fit the machine
   */
  public static GuestConsole open(MachineOptions options) throws BadInputException {
    return open(new ReferenceHost(), options);
  }

  /**
   * Makes a guest, before its first instruction. Tests with {@link Guest} don't need this.
   *
   * @param host the emulator; of JPCs one that runs no other guest
   * @param options what it is
   * @return its console; to be closed
   * @throws BadInputException if a file is not as it should be, or does not fit the machine
   */
  public static GuestConsole open(Host host, MachineOptions options) throws BadInputException {
    return new GuestConsole(SteppedGuest.start(host, options));
  }

  /**
   * Types on the serial line.
   *
   * @param text what is typed; {@code "\n"} is Enter
   */
  public void send(String text) {
    guest.call(
        () -> {
          guest.type(text.getBytes(UTF_8));
          return null;
        });
  }

  /**
   * Waits for something on the serial line, for {@link #TIMEOUT} at most.
   *
   * @param regex a regular expression. It is searched in what the guest sends from now on, line by
   *     line, before a line ends, too
   * @return all that the guest sent since the call before that waited, with the match at its end
   * @throws AssertionError if it does not come
   */
  public String expect(String regex) {
    return expect(regex, TIMEOUT);
  }

  /**
   * Waits for something on the serial line.
   *
   * @param regex as for {@link #expect(String)}
   * @param timeout how long at most
   * @return all that the guest sent since the call before that waited, with the match at its end
   * @throws AssertionError if it does not come
   */
  public String expect(String regex, Duration timeout) {
    return guest.run(SteppedGuest.Until.MATCH, Pattern.compile(regex), timeout);
  }

  /**
   * Lets the guest run.
   *
   * @param time how long
   * @return what it sent since the call before that waited
   * @throws AssertionError if it ends meanwhile
   */
  public String run(Duration time) {
    return guest.run(SteppedGuest.Until.TIME, null, time);
  }

  /**
   * Waits until the guest ends by itself, for {@link #TIMEOUT} at most. Drives may be looked at
   * afterwards.
   *
   * @return how it ended, as in {@code --stats}: {@code powered_off} or {@code crashed}
   * @throws AssertionError if it does not end
   */
  public String expectEnd() {
    guest.run(SteppedGuest.Until.END, null, TIMEOUT);
    return DriveCounters.id(guest.call(guest::ended).ending());
  }

  /**
   * Gives the monitor a command.
   *
   * @param command such as {@code drive resize drive0 1G}
   * @return the lines of its answer
   * @throws AssertionError if it refuses
   */
  public List<String> monitor(String command) {
    List<String> answer = guest.call(() -> guest.monitor(command)).lines().toList();
    String last = answer.get(answer.size() - 1);
    if (!last.equals("ok")) {
      throw new AssertionError("monitor " + command + ": " + last);
    }
    return answer.subList(0, answer.size() - 1);
  }

  /**
   * A drive.
   *
   * @param number its place among the drives, from 0
   * @return the drive
   */
  public GuestDrive drive(int number) {
    return new GuestDrive(guest, () -> guest.drives().list().get(number));
  }

  /**
   * A drive.
   *
   * @param name its id, or what the monitor calls it
   * @return the drive
   */
  public GuestDrive drive(String name) {
    return new GuestDrive(guest, () -> guest.drives().find(name));
  }

  /** {@return all that the guest has sent on its serial line; also when it is closed} */
  public String serial() {
    return guest.serial();
  }

  /** {@return how long the guest has run} */
  public Duration emulatedTime() {
    return guest.call(guest::emulatedTime);
  }

  /** Ends the guest. What it wrote is gone. */
  @Override
  public void close() {
    guest.close();
  }
}
