package io.gatun.mirror.session;

import io.gatun.pmd.Port;
import io.gatun.pmd.run.Nearest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ports that sessions can name. Immutable. */
public final class PortDirectory {
  private final Map<String, Port> ports;

  private PortDirectory(Map<String, Port> ports) {
    this.ports = new LinkedHashMap<>(ports);
  }

  /** Ports by number. */
  public static PortDirectory ofNumbers(Collection<Port> ports) {
    Map<String, Port> map = new LinkedHashMap<>();
    ports.forEach(port -> map.put(Integer.toString(port.id()), port));
    return new PortDirectory(map);
  }

  /** Ports by the names that a file gives them. */
  public static PortDirectory ofNames(Map<String, Port> ports) {
    return new PortDirectory(ports);
  }

  /**
   * The port that is called so.
   *
   * @throws IllegalArgumentException when there is none; the message lists those that there are
   */
  public Port find(String text) {
    Port port = ports.get(text);
    if (port == null) {
      throw new IllegalArgumentException(
          "port %s does not exist%s; there are %s"
              .formatted(
                  text, Nearest.hint(text, List.copyOf(ports.keySet())), describe(ports.values())));
    }
    return port;
  }

  /** The port with DPDK's number {@code id}. */
  Port byId(int id) {
    for (Port port : ports.values()) {
      if (port.id() == id) {
        return port;
      }
    }
    throw new IllegalArgumentException("port %d has no name here".formatted(id));
  }

  /** A port that has queues. */
  Port anyConfigured() {
    for (Port port : ports.values()) {
      if (!port.rxQueues().isEmpty()) {
        return port;
      }
    }
    throw new IllegalStateException("no port is configured so far");
  }

  /** What a port is called; its number where it has no name. */
  public String name(Port port) {
    for (Map.Entry<String, Port> entry : ports.entrySet()) {
      if (entry.getValue().equals(port)) {
        return entry.getKey();
      }
    }
    return Integer.toString(port.id());
  }

  /** Ports in words, for messages. */
  public String describe(Collection<Port> some) {
    return some.isEmpty()
        ? "none"
        : String.join(
            ", ",
            some.stream()
                .map(port -> "%s (%s)".formatted(name(port), port.info().name()))
                .toList());
  }
}
