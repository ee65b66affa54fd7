package dev.virtio4j.jpc;

import java.io.Closeable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jpc.emulator.HardwareComponent;

/**
 * Drives as a module, for emulators that load parts of a PC by the name of a class, as JPC-RR does:
 * a {@code HardwareComponent} with a constructor that takes a text. In JPC itself, {@link
 * VirtioDrives} does the same.
 *
 * <p>Nobody tells a module that the emulator ends: what the guest has flushed by then is in the
 * images.
 */
public final class VirtioModule implements HardwareComponent, Closeable {
  private static final Pattern ONE_SEMICOLON = Pattern.compile("(?<!;);(?!;)");

  private final Devices devices;
  private final CardSlots slots;

  /**
   * Opens the drives' images.
   *
   * @param drives of each drive what stands after {@code --drive}, with semicolons between them; a
   *     semicolon of a name is written twice
   * @throws IOException if an image is not as it should be
   * @throws IllegalArgumentException if a key or a value is not one of those there are; the message
   *     lists those
   */
  public VirtioModule(String drives) throws IOException {
    String[] keys =
        Stream.of(ONE_SEMICOLON.split(drives))
            .map(one -> one.replace(";;", ";"))
            .toArray(String[]::new);
    devices = DriveDevices.open(keys);
    slots = new CardSlots(devices);
  }

  @Override
  public void acceptComponent(HardwareComponent component) {
    slots.acceptComponent(component);
  }

  @Override
  public boolean initialised() {
    return slots.initialised();
  }

  @Override
  public void updateComponent(HardwareComponent component) {
    slots.updateComponent(component);
  }

  @Override
  public boolean updated() {
    return slots.updated();
  }

  @Override
  public void reset() {
    slots.reset();
  }

  @Override
  public void saveState(DataOutput output) throws IOException {
    slots.saveState(output);
  }

  @Override
  public void loadState(DataInput input) throws IOException {
    slots.loadState(input);
  }

  /** Flushes and closes the images. */
  @Override
  public void close() throws IOException {
    devices.close();
  }
}
