package dev.virtio4j.cli;

import dev.virtio4j.guest.GuestCache;
import dev.virtio4j.guest.GuestImage;
import dev.virtio4j.machine.BadInputException;
import dev.virtio4j.machine.ExitStatus;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code guest fetch}: the Debian guest of the demo. */
@Command(
    name = "guest",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Gets guests to boot.")
final class GuestCommand {
  private final Console console;

  GuestCommand(Console console) {
    this.console = console;
  }

  /**
   * Fetches the guest anew and says where it is.
   *
   * @return the exit status
   * @throws BadInputException if it can't be had on this machine
   */
  @Command(
      name = "fetch",
      mixinStandardHelpOptions = true,
      description = {
        "Gets the Debian guest of the demo.",
        "Debian's kernel and busybox for i386 come through this machine's apt-get,",
        "without root; an initramfs is made of them. Both are kept in $VIRTIO4J_CACHE,",
        "else in virtio4j in $XDG_CACHE_HOME or ~/.cache."
      })
  int fetch() throws BadInputException {
    GuestImage guest = fetch(GuestCache.ofUser(System.getenv()), console);
    guest.versions().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> console.note(entry.getKey() + " " + entry.getValue()));
    console.note(
        "boot it with: virtio4j boot --kernel "
            + guest.kernel()
            + " --initrd "
            + guest.initramfs()
            + " --append '"
            + GuestImage.COMMAND_LINE
            + "'");
    return ExitStatus.OK;
  }

  /**
   * Fetches a guest, with its progress on standard error.
   *
   * @param cache where to keep it
   * @param console the standard streams
   * @return the guest
   * @throws BadInputException if it can't be had on this machine
   */
  static GuestImage fetch(GuestCache cache, Console console) throws BadInputException {
    try (ProgressDisplay display = new ProgressDisplay(console.err(), Terminal.is(2))) {
      return cache.fetch(display);
    } catch (IOException e) {
      throw new BadInputException(e);
    }
  }
}
