package dev.virtio4j.scenario;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A kind of machine that can run scripts. */
interface Machine {
  /** RAM. */
  int MEMORY_MIB = 16;

  /** Switches one on, with a PCI function for each device on PCI bus 0, from device 2 on. */
  Qtest.Channel start(List<Device> devices) throws IOException;

  /** Which side of a difference it is on. */
  boolean isOurs();

  /** How long a request may take; zero where it is done when the notify is. */
  Duration patience();
}
