package dev.virtio4j.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtio4j.pci.PciIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("plugin-descriptor.xml")
class DescriptorReaderTest {
  private static final String GOOD =
      """
      <?xml version="1.0"?>
      <plugin xmlns="urn:virtio4j:plugin:1" id="com.example.rng" name="Dice" version="1.2"
              vendor="Example" licence="MIT">
        <emulator name="jpc" from="3" to="3.4"/>
        <device type="dice" class="com.example.Dice" help="throws dice">
          <pci vendor="1234" device="00FF" revision="02" class="FF0000" subsystem-vendor="1234" subsystem="0001"/>
          <option name="sides" type="number" default="6" help="how many sides"/>
          <option name="colour" type="choice" values="red blue" default="red" help="what they look like"/>
        </device>
      </plugin>
      """;

  private static Descriptor read(String text) throws IOException {
    return DescriptorReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  @DisplayName("says all there is to know of a plugin")
  void good() throws IOException {
    Descriptor dice = read(GOOD);

    assertThat(dice.id()).isEqualTo("com.example.rng");
    assertThat(dice.version()).isEqualTo("1.2");
    assertThat(dice.emulators()).containsExactly(new Emulator("jpc", "3", "3.4"));
    DeviceType device = dice.devices().get(0);
    assertThat(device.pci()).isEqualTo(new PciIdentity(0x1234, 0xFF, 2, 0xFF0000, 0x1234, 1));
    assertThat(device.options())
        .containsExactly(
            new DeviceOption("sides", DeviceOption.Type.NUMBER, List.of(), "6", "how many sides"),
            new DeviceOption(
                "colour",
                DeviceOption.Type.CHOICE,
                List.of("red", "blue"),
                "red",
                "what they look like"));
  }

  @ParameterizedTest(name = "{1} in place of {0}")
  @CsvSource(
      delimiter = '!',
      value = {
        "type=\"number\"!type=\"colour\"!line 7, column!'colour' is not facet-valid",
        "device=\"00FF\"!device=\"FF\"!line 6, column!'FF' is not facet-valid",
        "default=\"red\"!default=\"green\"!line 8, column!colour=green: not one of red, blue",
        "values=\"red blue\" !!line 8, column!values are for type=\"choice\"",
        "name=\"colour\"!name=\"sides\"!line 8, column!option sides is there twice",
        "</device>!</devise>!line 9, column!must be terminated by the matching end-tag",
        "from=\"3\"!from=\"three\"!line 4, column!'three' is not facet-valid",
        "licence=\"MIT\"!!line 3, column!'licence' must appear",
        "urn:virtio4j:plugin:1!urn:virtio4j:plugin:2!line 3, column!Cannot find the declaration",
      })
  @DisplayName("what is wrong is refused in one line, with its line and column")
  void wrong(String was, String is, String place, String why) {
    String text = GOOD.replace(was, is == null ? "" : is);

    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("plugin-descriptor.xml: " + place)
        .hasMessageContaining(why)
        .hasMessageNotContaining("\n");
  }

  @Test
  @DisplayName("options that devices have in common stand once, and are used at their places")
  void shared() throws IOException {
    String text =
        GOOD.replace(
                "  <device",
                "  <options id=\"paint\"><option name=\"gloss\" type=\"number\" help=\"how shiny\"/>"
                    + "</options>\n  <device")
            .replace(
                "    <option name=\"colour\"",
                "    <use options=\"paint\"/>\n<option name=\"colour\"");

    assertThat(read(text).devices().get(0).options())
        .extracting(DeviceOption::name)
        .containsExactly("sides", "gloss", "colour");
    assertThatThrownBy(() -> read(text.replace("use options=\"paint\"", "use options=\"wood\"")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "plugin-descriptor.xml: line 9, column 26: there are no <options id=\"wood\"> above");
  }

  @Test
  @DisplayName("entities, of the outside or that grow, are refused with the document type")
  void entities() {
    String text =
        GOOD.replace(
                "<plugin",
                "<!DOCTYPE plugin [<!ENTITY a SYSTEM \"file:///etc/hostname\">]>\n<plugin")
            .replace("Dice\"", "&a;\"");

    assertThatThrownBy(() -> read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2, column")
        .hasMessageContaining("DOCTYPE is disallowed");
  }

  @Test
  @DisplayName("a descriptor that is too large is refused")
  void tooLarge() {
    assertThatThrownBy(() -> read(GOOD + " ".repeat(DescriptorReader.MAX_SIZE)))
        .isInstanceOf(IOException.class)
        .hasMessage("plugin-descriptor.xml: more than 262144 bytes; shorten it");
  }

  @Test
  @DisplayName("options that a user gives are checked by their types")
  void options() throws IOException {
    DeviceType dice = read(GOOD).devices().get(0);

    dice.check(Map.of("sides", "20", "colour", "blue"));
    assertThatThrownBy(() -> dice.check(Map.of("sides", "many")))
        .hasMessage("sides=many: not a number");
    assertThatThrownBy(() -> dice.check(Map.of("weight", "1")))
        .hasMessage("dice has no option 'weight'; it has sides, colour");
  }

  @ParameterizedTest(name = "{0} to {1} covers {2}: {3}")
  @CsvSource({
    "3, 3.4, 2.9, false",
    "3, 3.4, 3, true",
    "3, 3.4, 3.4.7, true",
    "3, 3.4, 3.5, false",
    "3, 3.4, 4, false",
    "3.1, '', 3.10, true",
    "3.1, '', 3.0.9, false"
  })
  @DisplayName("versions are compared by their numbers")
  void versions(String from, String to, String version, boolean covered) {
    assertThat(new Emulator("jpc", from, to).covers("jpc", version)).isEqualTo(covered);
    assertThat(new Emulator("jpc", from, to).covers("other", version)).isFalse();
  }
}
