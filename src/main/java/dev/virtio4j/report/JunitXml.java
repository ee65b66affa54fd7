package dev.virtio4j.report;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The results as XML, after surefire-test-report-3.0.xsd of Maven Surefire. */
final class JunitXml {
  private static final String SCHEMA =
      "https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.xsd";

  /** How much of the end of a serial log is in it, as CI systems keep the XML in memory. */
  private static final int MAX_LOG = 64 << 10;

  private final XMLStreamWriter xml;

  private JunitXml(XMLStreamWriter xml) {
    this.xml = xml;
  }

  static void write(FinishedRun run, Writer out) throws IOException {
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
      new JunitXml(xml).write(run);
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException(e);
    }
  }

  private void write(FinishedRun run) throws IOException, XMLStreamException {
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeCharacters("\n");
    xml.writeStartElement("testsuite");
    xml.writeNamespace("xsi", XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI);
    xml.writeAttribute(
        "xsi", XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI, "noNamespaceSchemaLocation", SCHEMA);
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("version", "3.0");
    attributes.put("name", run.info().suite());
    attributes.put("time", seconds(run.wall()));
    attributes.put("tests", run.totals().all());
    attributes.put("errors", run.totals().errors());
    attributes.put("skipped", run.totals().skipped());
    attributes.put("failures", run.totals().failed());
    addAttributes(attributes);
    addProperties(run.info());
    for (FinishedCase one : run.cases()) {
      addCase(run.info().suite(), one);
    }
    xml.writeCharacters("\n");
    xml.writeEndElement();
    xml.writeCharacters("\n");
    xml.writeEndDocument();
  }

  private void addProperties(SuiteInfo info) throws XMLStreamException {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("virtio4j.version", info.version());
    properties.put("virtio4j.started", info.started());
    if (info.shard() != null) {
      properties.put("virtio4j.shard", info.shard());
    }
    start("  ", "properties", Map.of());
    for (Map.Entry<String, Object> property : properties.entrySet()) {
      Map<String, Object> attributes = new LinkedHashMap<>();
      attributes.put("name", property.getKey());
      attributes.put("value", property.getValue());
      start("    ", "property", attributes);
      xml.writeEndElement();
    }
    end("  ");
  }

  private void addCase(String suite, FinishedCase one) throws IOException, XMLStreamException {
    CaseResult result = one.source().read();
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("name", result.id());
    attributes.put("classname", suite);
    attributes.put("time", seconds(result.wall()));
    start("  ", "testcase", attributes);
    switch (result.outcome()) {
      case PASSED -> {}
      case FAILED -> addReason("failure", result, one);
      case ERROR -> addReason("error", result, one);
      case SKIPPED -> {
        start("    ", "skipped", Map.of("message", message(result)));
        xml.writeEndElement();
      }
    }
    if (one.files() != null) {
      start("    ", "system-out", Map.of());
      addLog(one);
      xml.writeEndElement();
    }
    end("  ");
  }

  private void addReason(String element, CaseResult result, FinishedCase one)
      throws XMLStreamException {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("message", message(result));
    attributes.put("type", element);
    start("    ", element, attributes);
    StringBuilder text = new StringBuilder(message(result)).append('\n');
    for (CheckResult check : result.checks()) {
      if (!check.passed()) {
        text.append(
            "%s: expected %s, found %s\n".formatted(check.text(), check.expected(), check.found()));
      }
    }
    if (!result.tail().isEmpty()) {
      text.append("last lines of the serial log:\n");
      result.tail().lines().map(Visible::line).forEach(line -> text.append(line).append('\n'));
    }
    if (one.files() != null) {
      text.append("files: ").append(one.files()).append('\n');
    }
    xml.writeCharacters(Visible.text(text.toString()));
    xml.writeEndElement();
  }

  private static String message(CaseResult result) {
    return result.message() == null ? "" : result.message();
  }

  private void addLog(FinishedCase one) throws IOException {
    SerialReader.read(
        one.files(),
        line -> {
          if (line.start() >= line.size() - MAX_LOG) {
            try {
              xml.writeCharacters(line.text() + "\n");
            } catch (XMLStreamException e) {
              throw new IOException(e);
            }
          }
        });
  }

  private void start(String indent, String element, Map<String, Object> attributes)
      throws XMLStreamException {
    xml.writeCharacters("\n" + indent);
    xml.writeStartElement(element);
    addAttributes(attributes);
  }

  private void addAttributes(Map<String, Object> attributes) throws XMLStreamException {
    for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
      xml.writeAttribute(attribute.getKey(), Visible.text(attribute.getValue().toString()));
    }
  }

  private void end(String indent) throws XMLStreamException {
    xml.writeCharacters("\n" + indent);
    xml.writeEndElement();
  }

  /** The schema allows three digits after the point. */
  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f", time.toNanos() / 1e9);
  }
}
