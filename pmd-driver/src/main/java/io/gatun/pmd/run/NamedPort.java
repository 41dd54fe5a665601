package io.gatun.pmd.run;

import io.gatun.pmd.Port;
import io.gatun.pmd.PortConfig;
import io.gatun.pmd.session.PortPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A port of the file's {@code ports}, and who claimed it. Control thread. */
final class NamedPort {
  private final String name;
  private final ConfigNode node;
  private final Port port;
  private final List<UnaryOperator<PortConfig>> refinements = new ArrayList<>();
  private PortConfig config;
  private String owner = "";

  /**
   * @param node where it is defined
   * @param config what its definition says
   */
  NamedPort(String name, ConfigNode node, Port port, PortConfig config) {
    this.name = name;
    this.node = node;
    this.port = port;
    this.config = config;
  }

  String name() {
    return name;
  }

  Port port() {
    return port;
  }

  boolean isClaimed() {
    return !owner.isEmpty();
  }

  /** Gives the port to a section, which may come again with another wish. */
  void claim(String section, ConfigNode reference, UnaryOperator<PortConfig> need) {
    if (isClaimed() && !owner.equals(section)) {
      throw reference.error(
          "port \"%s\" is claimed by \"%s\" and by \"%s\": give one of them another port"
              .formatted(name, owner, section));
    }
    owner = section;
    config = need.apply(config);
  }

  /** Adds a wish of a section that has not claimed the port. */
  void refine(UnaryOperator<PortConfig> need) {
    refinements.add(need);
  }

  /** How the port is to be set up, once it has been compared with what the port has. */
  PortPlan plan() {
    PortConfig all = config;
    for (UnaryOperator<PortConfig> refinement : refinements) {
      all = refinement.apply(all);
    }
    try {
      port.check(all);
    } catch (IllegalArgumentException e) {
      throw node.error(String.valueOf(e.getMessage()));
    }
    return new PortPlan(port, all);
  }
}
