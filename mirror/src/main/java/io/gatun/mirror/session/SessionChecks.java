package io.gatun.mirror.session;

import io.gatun.mirror.filter.PacketFilter;
import io.gatun.pmd.Port;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Refuses sessions that cannot be, with the reason and the remedy. Control plane. */
public final class SessionChecks {
  private static final String BONDING = "net_bonding";

  private final PortDirectory ports;

  /** Checks of sessions that name ports of {@code ports}. */
  public SessionChecks(PortDirectory ports) {
    this.ports = ports;
  }

  /**
   * Sees that filters compile; needs no port.
   *
   * @throws IllegalArgumentException with libpcap's message and the position
   */
  public static void filters(SessionConfig config) {
    if (!config.filter().isEmpty()) {
      PacketFilter.compile(config.filter(), false);
    }
    if (!config.innerFilter().isEmpty()) {
      PacketFilter.compile(config.innerFilter(), true);
    }
  }

  /**
   * Sees that no two sessions have one name.
   *
   * @throws IllegalArgumentException when two have
   */
  public static void names(List<SessionConfig> sessions) {
    Set<String> names = new LinkedHashSet<>();
    for (SessionConfig session : sessions) {
      if (!names.add(session.name())) {
        throw new IllegalArgumentException(
            "name: there are two sessions \"%s\": call one of them otherwise"
                .formatted(session.name()));
      }
    }
  }

  /** The ports that a session names as sources. */
  public Set<Port> sources(SessionConfig config) {
    Set<Port> result = new LinkedHashSet<>();
    for (Source source : config.sources()) {
      if (source instanceof Source.AtPort at) {
        result.add(ports.find(at.port()));
      }
    }
    return result;
  }

  /** The ports that a session mirrors to. */
  public Set<Port> destinations(SessionConfig config) {
    Set<Port> result = new LinkedHashSet<>();
    for (Destination destination : config.destinations()) {
      if (destination instanceof Destination.ToPort to) {
        result.add(ports.find(to.port()));
      }
    }
    return result;
  }

  /**
   * Sees that the session's ports exist, can be mirrored, and that none is at both ends.
   *
   * @throws IllegalArgumentException with the reason
   */
  public void apart(SessionConfig config) {
    Set<Port> sources = sources(config);
    for (Port source : sources) {
      refuseBond("source", source);
    }
    for (Port destination : destinations(config)) {
      refuseBond("to", destination);
      if (sources.contains(destination)) {
        throw new IllegalArgumentException(
            "to: port %s is a source of the same session: every frame would be mirrored again;"
                    .formatted(ports.name(destination))
                + " name a port that nobody else uses");
      }
    }
  }

  /**
   * Sees that sources carry packets and that destinations do not.
   *
   * @param users ports that somebody receives or sends on
   * @param monitors ports that were set up as destinations
   * @throws IllegalArgumentException with the reason
   */
  public void places(SessionConfig config, Set<Port> users, Set<Port> monitors) {
    apart(config);
    for (Port source : sources(config)) {
      if (monitors.contains(source)) {
        throw new IllegalArgumentException(
            "source: port %s is a destination: a mirror of a mirror is not possible; sources are %s"
                .formatted(ports.name(source), ports.describe(users)));
      }
      if (!users.contains(source)) {
        throw new IllegalArgumentException(
            "source: nobody receives or sends on port %s; sources are %s"
                .formatted(ports.name(source), ports.describe(users)));
      }
    }
    for (Port destination : destinations(config)) {
      if (users.contains(destination)) {
        throw new IllegalArgumentException(
            "to: port %s carries packets itself: mirrored ones would go round in a loop; name a"
                    .formatted(ports.name(destination))
                + " port that nobody else uses");
      }
      if (!monitors.contains(destination)) {
        throw new IllegalArgumentException(
            "to: port %s was not set up as a destination when the run began; there are %s; more"
                    .formatted(ports.name(destination), ports.describe(monitors))
                + " with --monitors, or in the file with destinations");
      }
    }
  }

  private void refuseBond(String key, Port port) {
    if (port.info().driver().equals(BONDING)) {
      throw new IllegalArgumentException(
          "%s: port %s is a bond (%s): it hands buffers on to its members, counts references to"
                  .formatted(key, ports.name(port), port.info().name())
              + " them itself, and cannot say when they have been sent; name a port that is no"
              + " bond");
    }
  }

  /**
   * The only port of {@code all} that is not among {@code users}: for destinations that name none.
   *
   * @throws IllegalArgumentException when there is not exactly one
   */
  public Port spare(List<Port> all, Set<Port> users) {
    List<Port> left = new ArrayList<>(all);
    left.removeAll(users);
    if (left.size() != 1) {
      throw new IllegalArgumentException(
          "to: the destination names no port, and there is not exactly one that does not forward:"
              + " there are %s; write port=N".formatted(ports.describe(left)));
    }
    return left.getFirst();
  }
}
