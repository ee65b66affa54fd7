package dev.virtio4j.pc.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The I/O ports")
class IoPortsTest {
  private final IoPorts ports = new IoPorts();
  private final List<String> log = new ArrayList<>();

  @Test
  @DisplayName("read as all ones, zero-extended, where nobody answers")
  void nobody() {
    ports.write(0x80, 1, 0x12);
    assertThat(ports.read(0x80, 1)).isEqualTo(0xFF);
    assertThat(ports.read(0x80, 2)).isEqualTo(0xFFFF);
    assertThat(ports.read(0x80, 4)).isEqualTo(0xFFFF_FFFF);
  }

  @Test
  @DisplayName("split a wide access to a byte device into bytes, each for whoever has its port")
  void split() {
    ports.map(0x60, 1, new Bytes("a"));
    ports.map(0x61, 1, new Bytes("b"));

    ports.write(0x60, 4, 0x44332211);

    assertThat(log).containsExactly("a 60=11", "b 61=22");
    assertThat(ports.read(0x60, 2)).isEqualTo(0x6160);
    assertThat(ports.read(0x60, 4)).isEqualTo(0xFFFF_6160);
  }

  @Test
  @DisplayName("split a wide access that starts at a port of nobody, and wrap at the last port")
  void splitFromNobody() {
    ports.map(0x21, 1, new Bytes("a"));
    ports.map(0, 1, new Bytes("b"));

    assertThat(ports.read(0x20, 2)).isEqualTo(0x21FF);
    assertThat(ports.read(0xFFFF, 2)).isEqualTo(0x00FF);
  }

  @Test
  @DisplayName("give a wide access whole to a device that takes it")
  void whole() {
    ports.map(0xCF8, 4, new Wide());

    ports.write(0xCF8, 4, 0x8000_1234);
    ports.write(0xCFA, 2, 0x5678_9ABC);

    assertThat(log).containsExactly("CF8/4=80001234", "CFA/2=9ABC");
    assertThat(ports.read(0xCF8, 2)).isEqualTo(0xDEF0);
  }

  @Test
  @DisplayName("stay with the device that was mapped over another when that one is unmapped")
  void unmap() {
    Bytes old = new Bytes("old");
    ports.map(0x10, 4, old);
    ports.map(0x12, 1, new Bytes("new"));
    ports.unmap(0x10, 4, old);

    ports.write(0x10, 4, 0);

    assertThat(log).containsExactly("new 12=00");
  }

  private final class Bytes implements BytePortDevice {
    private final String name;

    Bytes(String name) {
      this.name = name;
    }

    @Override
    public int read(int port) {
      return port;
    }

    @Override
    public void write(int port, int value) {
      log.add(String.format("%s %X=%02X", name, port, value));
    }
  }

  private final class Wide implements PortDevice {
    @Override
    public int read(int port, int width) {
      return 0x9ABC_DEF0;
    }

    @Override
    public void write(int port, int width, int value) {
      log.add(String.format("%X/%d=%X", port, width, value));
    }
  }
}
