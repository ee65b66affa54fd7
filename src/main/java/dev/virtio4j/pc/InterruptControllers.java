package dev.virtio4j.pc;

import dev.virtio4j.host.InterruptLine;
import dev.virtio4j.host.StateReader;
import dev.virtio4j.host.StateWriter;
import dev.virtio4j.host.Stateful;
import dev.virtio4j.pc.cpu.InterruptController;
import dev.virtio4j.pc.memory.BytePortDevice;
import dev.virtio4j.pc.memory.IoPorts;
import java.io.IOException;

/**
 * The two 8259A of a PC and their edge/level control registers (ELCR). The slave's INT is input 2
 * of the master.
 *
 * <pre>
 *   20h, 21h    master, IRQ 0 to 7        4D0h  ELCR of the master; IRQ 0, 1 and 2 are always edge
 *   A0h, A1h    slave, IRQ 8 to 15        4D1h  ELCR of the slave; IRQ 8 and 13 are always edge
 * </pre>
 */
final class InterruptControllers implements BytePortDevice, InterruptController, Stateful {
  static final int MASTER = 0x20;
  static final int SLAVE = 0xA0;
  static final int ELCR = 0x4D0;

  private static final int CASCADE = 2;
  private static final int MASTER_ELCR_WRITABLE = 0xF8;
  private static final int SLAVE_ELCR_WRITABLE = 0xDE;

  private final Pic master;
  private final Pic slave;

  /**
   * Makes the pair, not initialized, with nothing masked.
   *
   * @param cpu the INTR pin of the CPU
   */
  InterruptControllers(InterruptLine cpu) {
    master = new Pic(cpu, 1 << CASCADE);
    slave = new Pic(asserted -> master.setInput(CASCADE, asserted), 0);
  }

  /** Gives the controllers their ports. */
  void map(IoPorts ports) {
    ports.map(MASTER, 2, this);
    ports.map(SLAVE, 2, this);
    ports.map(ELCR, 2, this);
  }

  /**
   * An interrupt input.
   *
   * @param irq 0 to 15, but not 2
   * @return the line; it has one driver, so whoever shares an input combines its sources first
   */
  InterruptLine line(int irq) {
    if (irq < 0 || irq > 15 || irq == CASCADE) {
      throw new IllegalArgumentException("no interrupt input " + irq);
    }
    Pic pic = irq < 8 ? master : slave;
    int input = irq & 7;
    return asserted -> pic.setInput(input, asserted);
  }

  @Override
  public int acknowledge() {
    int input = master.acknowledge();
    return input == CASCADE ? slave.vector(slave.acknowledge()) : master.vector(input);
  }

  @Override
  public int irq(int vector) {
    int input = vector & 7;
    return master.vector(input) == vector ? input : 8 + input;
  }

  @Override
  public String name(int port) {
    return "8259A";
  }

  @Override
  public int read(int port) {
    return switch (port) {
      case MASTER -> master.readCommand();
      case MASTER + 1 -> master.readData();
      case SLAVE -> slave.readCommand();
      case SLAVE + 1 -> slave.readData();
      case ELCR -> master.levelTriggered();
      default -> slave.levelTriggered();
    };
  }

  @Override
  public void write(int port, int value) {
    switch (port) {
      case MASTER -> master.writeCommand(value);
      case MASTER + 1 -> master.writeData(value);
      case SLAVE -> slave.writeCommand(value);
      case SLAVE + 1 -> slave.writeData(value);
      case ELCR -> master.setLevelTriggered(value & MASTER_ELCR_WRITABLE);
      default -> slave.setLevelTriggered(value & SLAVE_ELCR_WRITABLE);
    }
  }

  @Override
  public void save(StateWriter out) throws IOException {
    master.save(out);
    slave.save(out);
  }

  @Override
  public void load(StateReader in) throws IOException {
    master.load(in);
    slave.load(in);
  }
}
