package io.gatun.pmd.run;

import io.gatun.pmd.Eal;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.session.SessionOptions;
import java.util.LinkedHashMap;
import java.util.Map;

/** The built-in section {@code ports}: names for EAL's ports. */
final class PortsReader {
  private static final int MIN_MTU = 68; // RFC 791
  private static final int MAX_MTU = 65535 - 256;
  private static final int MAX_PORT = 65535;

  private final Eal eal;
  private final SessionOptions options;

  PortsReader(Eal eal, SessionOptions options) {
    this.eal = eal;
    this.options = options;
  }

  /** Reads {@code NAME: {id: N, ...}} or {@code NAME: {device: net_tap0, ...}}. */
  Map<String, NamedPort> read(ConfigNode node) {
    Map<String, NamedPort> ports = new LinkedHashMap<>();
    node.map()
        .forEach(
            (name, entry) -> {
              entry.allow("id", "device", "mac", "mtu", "rxd", "txd", "promiscuous");
              Port port = port(entry);
              for (NamedPort other : ports.values()) {
                if (other.port() == port) {
                  throw entry.error(
                      "%s has the name \"%s\" already: remove one of the two"
                          .formatted(port, other.name()));
                }
              }
              entry.find("mac").ifPresent(mac -> changeMac(port, mac));
              ports.put(name, new NamedPort(name, entry, port, config(entry)));
            });
    if (ports.isEmpty()) {
      throw node.error("names no port: add NAME: {id: 0} or NAME: {device: net_tap0}");
    }
    return ports;
  }

  private Port port(ConfigNode entry) {
    if (entry.find("id").isPresent() == entry.find("device").isPresent()) {
      throw entry.error("exactly one of id and device is needed, as in {device: net_tap0}");
    }
    if (entry.find("id").isPresent()) {
      ConfigNode id = entry.required("id");
      int number = id.integer(0, MAX_PORT);
      return id.as(text -> eal.port(number));
    }
    ConfigNode device = entry.required("device");
    String name = device.string();
    for (Port port : eal.ports()) {
      if (port.info().name().equals(name)) {
        return port;
      }
    }
    throw device.error(
        "%s is no device of EAL, which has %s: name it with -a or --vdev"
            .formatted(name, eal.ports()));
  }

  /** Now, before other sections ask for the port's address; the command line has the last word. */
  private void changeMac(Port port, ConfigNode node) {
    MacAddress mac = node.as(MacAddress::parse);
    if (!options.macs().containsKey(port.id())) {
      node.as(
          _ -> {
            eal.changeMac(port, mac);
            return port;
          });
    }
  }

  private PortConfig config(ConfigNode entry) {
    PortConfig config = options.portConfig();
    int most = SessionOptions.MAX_DESCRIPTORS;
    int rx = entry.find("rxd").map(n -> n.integer(1, most)).orElse(config.rxDescriptors());
    int tx = entry.find("txd").map(n -> n.integer(1, most)).orElse(config.txDescriptors());
    int mtu = entry.find("mtu").map(n -> n.integer(MIN_MTU, MAX_MTU)).orElse(0);
    boolean promiscuous =
        entry.find("promiscuous").map(ConfigNode::flag).orElse(config.promiscuous());
    return config.withDescriptors(rx, tx).withMtu(mtu).withPromiscuous(promiscuous);
  }
}
