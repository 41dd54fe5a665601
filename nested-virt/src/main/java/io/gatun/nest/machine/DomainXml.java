package io.gatun.nest.machine;

import io.gatun.pmd.MacAddress;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** libvirt's XML: what a domain has, and what is to be attached (libvirt.org/formatdomain.html). */
final class DomainXml {
  /** Begins aliases that libvirt leaves to its users, of letters, digits, - and _ only. */
  private static final String USER_ALIAS = "ua-";

  private DomainXml() {}

  /**
   * A domain as {@code virsh dumpxml} shows it.
   *
   * @param id changes whenever it is started; null while it does not run
   * @param aliases of all its devices
   * @param freePorts root ports that nothing is plugged into
   */
  record Domain(@Nullable String id, Set<String> aliases, List<Port> freePorts) {}

  /**
   * A pcie-root-port.
   *
   * @param alias its name
   * @param bus the bus behind it
   * @param slot where the machine sees what is plugged in: {@code BRIDGE/DEVICE}
   */
  record Port(String alias, int bus, String slot) {}

  /** The alias for an id of an extender's device; no two have the same. */
  static String alias(String id) {
    return USER_ALIAS + id.replace("_", "__").replace(".", "_-");
  }

  /** The id that an alias stands for; null for one that is not ours. */
  static @Nullable String id(String alias) {
    if (!alias.startsWith(USER_ALIAS)) {
      return null;
    }
    StringBuilder id = new StringBuilder();
    for (int i = USER_ALIAS.length(); i < alias.length(); i++) {
      char letter = alias.charAt(i);
      if (letter == '_' && ++i < alias.length()) {
        letter = alias.charAt(i) == '-' ? '.' : '_';
      }
      id.append(letter);
    }
    return id.toString().startsWith(Machine.ID_PREFIX) ? id.toString() : null;
  }

  // ---- reading ----------------------------------------------------------------------------------

  static Domain parse(String xml) throws IOException {
    Element domain = root(xml);
    String id = domain.getAttribute("id");
    Set<String> aliases = new LinkedHashSet<>();
    for (Element alias : elements(domain, "alias")) {
      aliases.add(alias.getAttribute("name"));
    }
    Set<Integer> occupied = new HashSet<>();
    for (Element address : elements(domain, "address")) {
      if (address.getAttribute("type").equals("pci")) {
        occupied.add(number(address, "bus"));
      }
    }
    List<Port> free = new ArrayList<>();
    for (Element controller : elements(domain, "controller")) {
      Port port = port(controller);
      if (port != null && !occupied.contains(port.bus())) {
        free.add(port);
      }
    }
    return new Domain(id.isEmpty() ? null : id, aliases, free);
  }

  private static @Nullable Port port(Element controller) throws IOException {
    if (!controller.getAttribute("model").equals("pcie-root-port")) {
      return null;
    }
    List<Element> addresses = elements(controller, "address");
    List<Element> aliases = elements(controller, "alias");
    if (addresses.isEmpty() || aliases.isEmpty() || number(addresses.getFirst(), "bus") != 0) {
      return null; // it does not run, or is behind another bridge
    }
    Element address = addresses.getFirst();
    String slot = "%02x.%d/00.0".formatted(number(address, "slot"), number(address, "function"));
    return new Port(aliases.getFirst().getAttribute("name"), number(controller, "index"), slot);
  }

  private static int number(Element element, String attribute) throws IOException {
    try {
      return Integer.decode(element.getAttribute(attribute));
    } catch (NumberFormatException e) {
      throw new IOException(
          "virsh dumpxml: %s=\"%s\" is no number"
              .formatted(attribute, element.getAttribute(attribute)),
          e);
    }
  }

  private static List<Element> elements(Element in, String name) {
    List<Element> all = new ArrayList<>();
    NodeList nodes = in.getElementsByTagName(name);
    for (int i = 0; i < nodes.getLength(); i++) {
      if (nodes.item(i) instanceof Element element) {
        all.add(element);
      }
    }
    return all;
  }

  private static Element root(String xml) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler()); // which throws, where the usual one prints
      return builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException("virsh dumpxml: no XML came: " + e.getMessage(), e);
    }
  }

  // ---- writing ----------------------------------------------------------------------------------

  /** A function of the host, which vfio-pci has already. */
  static String hostdev(String id, String address, Port port) {
    return write(
        xml -> {
          start(xml, "hostdev", Map.of("mode", "subsystem", "type", "pci", "managed", "no"));
          empty(xml, "driver", Map.of("name", "vfio"));
          start(xml, "source", Map.of());
          String[] parts = address.split("[:.]", -1);
          if (parts.length != 4) {
            throw new IllegalArgumentException(
                "%s is no PCI address, as in 0000:01:10.0".formatted(address));
          }
          empty(
              xml,
              "address",
              Map.of(
                  "domain",
                  "0x" + parts[0],
                  "bus",
                  "0x" + parts[1],
                  "slot",
                  "0x" + parts[2],
                  "function",
                  "0x" + parts[3]));
          xml.writeEndElement();
          end(xml, id, port);
        });
  }

  /**
   * An emulated NIC.
   *
   * @param netdev {@code type} user, bridge (with {@code br}) or network (with {@code network})
   */
  static String nic(
      String id, MacAddress mac, String model, Map<String, String> netdev, Port port) {
    String type = netdev.getOrDefault("type", "user");
    return write(
        xml -> {
          start(xml, "interface", Map.of("type", type));
          empty(xml, "mac", Map.of("address", mac.toString()));
          switch (type) {
            case "bridge" -> empty(xml, "source", Map.of("bridge", netdev.getOrDefault("br", "")));
            case "network" ->
                empty(xml, "source", Map.of("network", netdev.getOrDefault("network", "")));
            default -> {}
          }
          empty(xml, "model", Map.of("type", model));
          end(xml, id, port);
        });
  }

  private static void end(XMLStreamWriter xml, String id, Port port) throws XMLStreamException {
    empty(xml, "alias", Map.of("name", alias(id)));
    empty(
        xml,
        "address",
        Map.of(
            "type",
            "pci",
            "domain",
            "0x0000",
            "bus",
            "0x%02x".formatted(port.bus()),
            "slot",
            "0x00",
            "function",
            "0x0"));
    xml.writeEndElement();
  }

  private static void start(XMLStreamWriter xml, String name, Map<String, String> attributes)
      throws XMLStreamException {
    xml.writeStartElement(name);
    attributes(xml, attributes);
  }

  private static void empty(XMLStreamWriter xml, String name, Map<String, String> attributes)
      throws XMLStreamException {
    xml.writeEmptyElement(name);
    attributes(xml, attributes);
  }

  private static void attributes(XMLStreamWriter xml, Map<String, String> attributes)
      throws XMLStreamException {
    for (Map.Entry<String, String> one : attributes.entrySet()) {
      xml.writeAttribute(one.getKey(), one.getValue());
    }
  }

  @FunctionalInterface
  private interface Body {
    void write(XMLStreamWriter xml) throws XMLStreamException;
  }

  private static String write(Body body) {
    StringWriter text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
      body.write(xml);
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("cannot be: a text takes everything", e);
    }
    return text.toString();
  }
}
