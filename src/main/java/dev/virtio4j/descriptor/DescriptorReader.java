package dev.virtio4j.descriptor;

import dev.virtio4j.pci.PciIdentity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import javax.xml.validation.SchemaFactory;
import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Reads a plugin-descriptor.xml. It may come from anywhere: it is limited in size, and may have no
 * document type, so that there are no entities, and nothing is fetched.
 */
public final class DescriptorReader {
  /** The name of the file in a jar. */
  public static final String FILE = "plugin-descriptor.xml";

  /** The most bytes that a descriptor may have. */
  public static final int MAX_SIZE = 256 << 10;

  private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";

  private DescriptorReader() {}

  /**
   * Reads a descriptor.
   *
   * @param in where from; not closed here
   * @return what it says
   * @throws IOException with one line that has the line and the column of what is wrong, or if the
   *     stream fails
   */
  public static Descriptor read(InputStream in) throws IOException {
    return read(in, true);
  }

  /**
   * Reads a descriptor that was checked when this library was built, such as its own: without the
   * schema, which takes a fifth of a second to load.
   *
   * @param in where from; not closed here
   * @return what it says
   * @throws IOException if the stream fails
   */
  public static Descriptor readChecked(InputStream in) throws IOException {
    return read(in, false);
  }

  private static Descriptor read(InputStream in, boolean check) throws IOException {
    byte[] bytes = in.readNBytes(MAX_SIZE + 1);
    if (bytes.length > MAX_SIZE) {
      throw new IOException(FILE + ": more than " + MAX_SIZE + " bytes; shorten it");
    }
    Handler handler = new Handler();
    try {
      parser(check).parse(new InputSource(new ByteArrayInputStream(bytes)), handler);
    } catch (SAXParseException e) {
      throw new IOException(
          "%s: line %d, column %d: %s"
              .formatted(FILE, e.getLineNumber(), e.getColumnNumber(), reason(e)),
          e);
    } catch (SAXException e) {
      throw new IOException(FILE + ": " + reason(e), e);
    }
    return handler.descriptor();
  }

  /** Without the name of the rule, in one line. */
  private static String reason(SAXException e) {
    return e.getMessage().replaceFirst("^cvc-[\\w.-]+: ", "").replaceAll("\\s*\\R\\s*", " ");
  }

  private static SAXParser parser(boolean check) throws SAXException {
    SAXParserFactory parsers = SAXParserFactory.newInstance();
    try {
      parsers.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      parsers.setFeature(NO_DOCTYPE, true);
      parsers.setNamespaceAware(true);
      if (check) {
        URL schema = DescriptorReader.class.getResource("plugin-descriptor.xsd");
        SchemaFactory schemas = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        parsers.setSchema(schemas.newSchema(schema));
      }
      return parsers.newSAXParser();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this JDK can't read XML safely", e);
    }
  }

  /** Takes the elements as they come; the schema has checked their order and their attributes. */
  private static final class Handler extends DefaultHandler {
    private final List<Emulator> emulators = new ArrayList<>();
    private final List<DeviceType> devices = new ArrayList<>();
    private final Map<String, List<DeviceOption>> shared = new HashMap<>();
    private List<DeviceOption> options;
    private Locator place;
    private Descriptor head;
    private DeviceType device;
    private PciIdentity pci;

    @Override
    public void setDocumentLocator(Locator locator) {
      place = locator;
    }

    @Override
    public void startElement(String uri, String name, String qualified, Attributes of)
        throws SAXException {
      switch (name) {
        case "plugin" ->
            head =
                new Descriptor(
                    of.getValue("id"),
                    of.getValue("name"),
                    of.getValue("version"),
                    of.getValue("vendor"),
                    of.getValue("licence"),
                    List.of(),
                    List.of());
        case "emulator" ->
            emulators.add(new Emulator(of.getValue("name"), of.getValue("from"), text(of, "to")));
        case "options" -> {
          options = new ArrayList<>();
          shared.put(of.getValue("id"), options);
        }
        case "device" -> {
          options = new ArrayList<>();
          device =
              new DeviceType(
                  of.getValue("type"), of.getValue("class"), null, List.of(), text(of, "help"));
        }
        case "pci" ->
            pci =
                new PciIdentity(
                    hex(of, "vendor"),
                    hex(of, "device"),
                    hex(of, "revision"),
                    hex(of, "class"),
                    hex(of, "subsystem-vendor"),
                    hex(of, "subsystem"));
        case "use" -> use(of.getValue("options"));
        default -> add(option(of));
      }
    }

    private void use(String id) throws SAXParseException {
      if (!shared.containsKey(id)) {
        throw new SAXParseException("there are no <options id=\"" + id + "\"> above", place);
      }
      for (DeviceOption option : shared.get(id)) {
        add(option);
      }
    }

    private void add(DeviceOption option) throws SAXParseException {
      if (options.stream().anyMatch(other -> other.name().equals(option.name()))) {
        throw new SAXParseException("option " + option.name() + " is there twice", place);
      }
      options.add(option);
    }

    @Override
    public void endElement(String uri, String name, String qualified) {
      if (name.equals("device")) {
        devices.add(new DeviceType(device.name(), device.factory(), pci, options, device.help()));
      }
    }

    private DeviceOption option(Attributes of) throws SAXParseException {
      String values = text(of, "values");
      DeviceOption option =
          new DeviceOption(
              of.getValue("name"),
              DeviceOption.Type.valueOf(of.getValue("type").toUpperCase(Locale.ROOT)),
              values.isEmpty() ? List.of() : List.of(values.split(" +")),
              text(of, "default"),
              of.getValue("help"));
      if ((option.type() == DeviceOption.Type.CHOICE) == option.values().isEmpty()) {
        throw new SAXParseException(
            "option " + option.name() + ": values are for type=\"choice\", and only for it", place);
      }
      try {
        if (!option.byDefault().isEmpty()) {
          option.check(option.byDefault());
        }
      } catch (IllegalArgumentException e) {
        throw new SAXParseException("the default: " + e.getMessage(), place);
      }
      return option;
    }

    private static String text(Attributes of, String name) {
      String value = of.getValue(name);
      return value == null ? "" : value;
    }

    private static int hex(Attributes of, String name) {
      String value = text(of, name);
      return value.isEmpty() ? 0 : Integer.parseInt(value, 16);
    }

    @Override
    public void error(SAXParseException e) throws SAXException {
      throw e;
    }

    Descriptor descriptor() {
      return new Descriptor(
          head.id(),
          head.name(),
          head.version(),
          head.vendor(),
          head.licence(),
          emulators,
          devices);
    }
  }
}
