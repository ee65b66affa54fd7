package dev.virtio4j.pc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@DisplayName("The two 8259A")
class InterruptControllersTest {
  private static final int MASTER = 0x20;
  private static final int MASTER_DATA = 0x21;
  private static final int SLAVE = 0xA0;
  private static final int SLAVE_DATA = 0xA1;
  private static final int EOI = 0x20;

  private final Bench bench = new Bench();
  private final Bench.Line cpu = bench.new Line();
  private final InterruptControllers pics = new InterruptControllers(cpu);

  @BeforeEach
  void initialize() {
    pics.map(bench.ports);
    initialize(0x01);
  }

  /** As Linux does: vectors 30h and 38h. */
  private void initialize(int masterIcw4) {
    bench.out(MASTER, 0x11);
    bench.out(MASTER_DATA, 0x30, 0x04, masterIcw4);
    bench.out(SLAVE, 0x11);
    bench.out(SLAVE_DATA, 0x38, 0x02, 0x01);
  }

  private void raise(int... irqs) {
    for (int irq : irqs) {
      pics.line(irq).set(true);
    }
  }

  private void lower(int irq) {
    pics.line(irq).set(false);
  }

  private int requests() {
    bench.out(MASTER, 0x0A);
    bench.out(SLAVE, 0x0A);
    return bench.in(MASTER) | (bench.in(SLAVE) << 8);
  }

  private int inService() {
    bench.out(MASTER, 0x0B);
    bench.out(SLAVE, 0x0B);
    return bench.in(MASTER) | (bench.in(SLAVE) << 8);
  }

  @Nested
  @DisplayName("initialization")
  class Initialization {
    @Test
    @DisplayName("ICW2 sets the upper five bits of the vector")
    void vectors() {
      raise(1);
      assertThat(pics.acknowledge()).isEqualTo(0x31);
      bench.out(MASTER, 0x11);
      bench.out(MASTER_DATA, 0x6F, 0x04, 0x01);
      lower(1);
      raise(3);
      assertThat(pics.acknowledge()).isEqualTo(0x6B);
    }

    @Test
    @DisplayName("a vector tells the input")
    void inputs() {
      assertThat(pics.irq(0x31)).isEqualTo(1);
      assertThat(pics.irq(0x3B)).isEqualTo(11);
    }

    @Test
    @DisplayName("ICW1 clears the mask and selects IRR; OCW1 can be read back")
    void mask() {
      bench.out(MASTER_DATA, 0xFE);
      bench.out(SLAVE_DATA, 0xA5);
      assertThat(bench.in(MASTER_DATA)).isEqualTo(0xFE);
      assertThat(bench.ports.read(SLAVE, 2)).isEqualTo(0xA500);
      bench.out(MASTER, 0x0B);
      raise(5);
      pics.acknowledge();
      initialize(0x01);
      lower(5);
      raise(5);
      assertThat(bench.in(MASTER)).isEqualTo(0x20);
      assertThat(bench.in(MASTER_DATA)).isZero();
      assertThat(bench.in(SLAVE_DATA)).isZero();
    }

    @Test
    @DisplayName("after ICW1 an input that is high needs a new edge")
    void edgeAfterReset() {
      raise(5);
      initialize(0x01);
      assertThat(cpu.asserted).isFalse();
      lower(5);
      raise(5);
      assertThat(cpu.asserted).isTrue();
    }

    @Test
    @DisplayName(
        "without IC4 and with SNGL, ICW2 is the only further word, and ICW4 counts as zero")
    void shortSequence() {
      initialize(0x03);
      bench.out(MASTER, 0x12);
      bench.out(MASTER_DATA, 0x50, 0xF0);
      assertThat(bench.in(MASTER_DATA)).isEqualTo(0xF0);
      raise(0);
      assertThat(pics.acknowledge()).isEqualTo(0x50);
      assertThat(inService()).isEqualTo(0x01);
    }
  }

  @Nested
  @DisplayName("edge and level")
  class Triggering {
    @Test
    @DisplayName("an edge is served once, however long the input stays high")
    void edge() {
      raise(4);
      assertThat(requests()).isEqualTo(0x10);
      assertThat(pics.acknowledge()).isEqualTo(0x34);
      assertThat(requests()).isZero();
      bench.out(MASTER, EOI);
      assertThat(cpu.asserted).isFalse();
    }

    @Test
    @DisplayName("a level asks again after EOI until it falls")
    void level() {
      bench.out(0x4D1, 0x08);
      raise(11);
      assertThat(pics.acknowledge()).isEqualTo(0x3B);
      bench.out(SLAVE, EOI);
      bench.out(MASTER, EOI);
      assertThat(cpu.asserted).isTrue();
      assertThat(pics.acknowledge()).isEqualTo(0x3B);
      lower(11);
      bench.out(SLAVE, EOI);
      bench.out(MASTER, EOI);
      assertThat(cpu.asserted).isFalse();
    }

    @Test
    @DisplayName("ELCR keeps IRQ 0, 1, 2, 8 and 13 edge sensitive")
    void elcr() {
      assertThat(bench.ports.read(0x4D0, 2)).isZero();
      bench.ports.write(0x4D0, 2, 0xFFFF);
      assertThat(bench.ports.read(0x4D0, 2)).isEqualTo(0xDEF8);
    }

    @Test
    @DisplayName("a masked edge is remembered while the input stays high")
    void maskedEdge() {
      bench.out(MASTER_DATA, 0xFF);
      raise(0);
      assertThat(cpu.asserted).isFalse();
      assertThat(requests()).isEqualTo(0x01);
      bench.out(MASTER_DATA, 0xFE);
      assertThat(cpu.asserted).isTrue();
    }

    @Test
    @DisplayName("an input that falls before the acknowledge cycle takes its request back")
    void fall() {
      raise(3);
      lower(3);
      assertThat(requests()).isZero();
      assertThat(cpu.asserted).isFalse();
    }
  }

  @Nested
  @DisplayName("priorities")
  class Priorities {
    @Test
    @DisplayName("IRQ 0 is served before 1, 8 to 15 come in at 2, before 3")
    void fixed() {
      raise(3, 15, 8, 1, 0);
      for (int vector : new int[] {0x30, 0x31, 0x38, 0x3F, 0x33}) {
        assertThat(pics.acknowledge()).isEqualTo(vector);
        if (vector >= 0x38) {
          bench.out(SLAVE, EOI);
        }
        bench.out(MASTER, EOI);
      }
      assertThat(cpu.asserted).isFalse();
    }

    @Test
    @DisplayName("what is in service holds back its own level and lower ones, not higher ones")
    void nested() {
      raise(4);
      pics.acknowledge();
      raise(5);
      assertThat(cpu.asserted).isFalse();
      raise(3);
      assertThat(cpu.asserted).isTrue();
      assertThat(pics.acknowledge()).isEqualTo(0x33);
      assertThat(inService()).isEqualTo(0x18);
      bench.out(MASTER, EOI);
      assertThat(inService()).isEqualTo(0x10);
      assertThat(cpu.asserted).isFalse();
      bench.out(MASTER, EOI);
      assertThat(pics.acknowledge()).isEqualTo(0x35);
    }

    @Test
    @DisplayName("a specific EOI ends the level it names")
    void specificEoi() {
      raise(4);
      pics.acknowledge();
      raise(1);
      pics.acknowledge();
      bench.out(MASTER, 0x64);
      assertThat(inService()).isEqualTo(0x02);
    }

    @Test
    @DisplayName("rotate on non-specific EOI gives the level that was served the lowest priority")
    void rotateOnEoi() {
      raise(4);
      pics.acknowledge();
      lower(4);
      bench.out(MASTER, 0xA0);
      raise(4, 0, 5);
      assertThat(pics.acknowledge()).isEqualTo(0x35);
      bench.out(MASTER, EOI);
      assertThat(pics.acknowledge()).isEqualTo(0x30);
      bench.out(MASTER, EOI);
      assertThat(pics.acknowledge()).isEqualTo(0x34);
    }

    @Test
    @DisplayName("rotate on specific EOI and set priority name the bottom level")
    void specificRotation() {
      raise(1);
      pics.acknowledge();
      lower(1);
      bench.out(MASTER, 0xE1);
      assertThat(inService()).isZero();
      raise(1, 3);
      assertThat(pics.acknowledge()).isEqualTo(0x33);
      bench.out(MASTER, 0x63, 0xC0);
      raise(0);
      assertThat(pics.acknowledge()).isEqualTo(0x31);
    }

    @Test
    @DisplayName("OCW2 010 does nothing")
    void noOperation() {
      raise(1);
      pics.acknowledge();
      bench.out(MASTER, 0x40);
      assertThat(inService()).isEqualTo(0x02);
    }

    @Test
    @DisplayName("special mask mode lets lower levels in while the served one is masked")
    void specialMask() {
      raise(3);
      pics.acknowledge();
      raise(6);
      bench.out(MASTER_DATA, 0x08);
      assertThat(cpu.asserted).isFalse();
      bench.out(MASTER, 0x68);
      assertThat(cpu.asserted).isTrue();
      assertThat(pics.acknowledge()).isEqualTo(0x36);
      bench.out(MASTER, EOI, EOI);
      assertThat(inService()).as("non-specific EOI does not clear a masked level").isEqualTo(0x08);
      bench.out(MASTER, 0x48);
      bench.out(MASTER, EOI);
      assertThat(inService()).isZero();
    }

    @Test
    @DisplayName("special fully nested mode lets a higher request of the same slave in")
    void specialFullyNested() {
      initialize(0x11);
      raise(12);
      assertThat(pics.acknowledge()).isEqualTo(0x3C);
      raise(9);
      assertThat(cpu.asserted).isTrue();
      assertThat(pics.acknowledge()).isEqualTo(0x39);
      raise(3);
      assertThat(cpu.asserted).isFalse();
    }

    @Test
    @DisplayName("otherwise a slave in service holds back its own higher requests")
    void fullyNested() {
      raise(12);
      pics.acknowledge();
      raise(9);
      assertThat(cpu.asserted).isFalse();
      bench.out(MASTER, EOI);
      assertThat(pics.acknowledge()).isEqualTo(0x39);
    }
  }

  @Nested
  @DisplayName("automatic EOI")
  class AutomaticEoi {
    @Test
    @DisplayName("leaves nothing in service")
    void automatic() {
      initialize(0x03);
      raise(4);
      assertThat(pics.acknowledge()).isEqualTo(0x34);
      assertThat(inService()).isZero();
      raise(5);
      assertThat(pics.acknowledge()).isEqualTo(0x35);
    }

    @Test
    @DisplayName("can rotate, until that is switched off")
    void rotating() {
      initialize(0x03);
      bench.out(MASTER, 0x80);
      raise(0);
      pics.acknowledge();
      lower(0);
      raise(0, 1);
      assertThat(pics.acknowledge()).isEqualTo(0x31);
      bench.out(MASTER, 0x00);
      assertThat(pics.acknowledge()).isEqualTo(0x30);
      lower(1);
      lower(0);
      raise(0, 3);
      assertThat(pics.acknowledge()).as("level 1 is still the lowest").isEqualTo(0x33);
    }

    @Test
    @DisplayName("of the slave: each of its requests makes a new edge at the master")
    void slave() {
      bench.out(SLAVE, 0x11);
      bench.out(SLAVE_DATA, 0x38, 0x02, 0x03);
      raise(9, 10);
      assertThat(pics.acknowledge()).isEqualTo(0x39);
      bench.out(MASTER, EOI);
      assertThat(cpu.asserted).isTrue();
      assertThat(pics.acknowledge()).isEqualTo(0x3A);
    }
  }

  @Nested
  @DisplayName("spurious interrupts")
  class Spurious {
    @Test
    @DisplayName("an acknowledge cycle without a request gives level 7, and nothing is in service")
    void master() {
      raise(3);
      lower(3);
      assertThat(pics.acknowledge()).isEqualTo(0x37);
      assertThat(inService()).isZero();
    }

    @Test
    @DisplayName("a request that falls at the slave takes the slave's INT with it: level 7 again")
    void slave() {
      raise(10);
      assertThat(requests()).isEqualTo(0x0404);
      lower(10);
      assertThat(requests()).isZero();
      assertThat(pics.acknowledge()).isEqualTo(0x37);
      assertThat(inService()).isZero();
    }
  }

  @Nested
  @DisplayName("poll command")
  class Poll {
    @Test
    @DisplayName("makes the next read an acknowledge cycle that tells the level")
    void request() {
      raise(5);
      bench.out(MASTER, 0x0C);
      assertThat(bench.in(MASTER)).isEqualTo(0x85);
      assertThat(cpu.asserted).isFalse();
      assertThat(inService()).isEqualTo(0x20);
    }

    @Test
    @DisplayName("tells by bit 7 that there is no request, at either port, and holds for one read")
    void none() {
      bench.out(MASTER_DATA, 0x5A);
      bench.out(MASTER, 0x0C);
      assertThat(bench.in(MASTER_DATA)).isZero();
      assertThat(bench.in(MASTER_DATA)).isEqualTo(0x5A);
    }
  }

  @Test
  @DisplayName("have no input 2, 16 or -1")
  void inputs() {
    for (int irq : new int[] {2, 16, -1}) {
      assertThatThrownBy(() -> pics.line(irq))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no interrupt input " + irq);
    }
  }
}
