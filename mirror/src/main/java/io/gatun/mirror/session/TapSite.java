package io.gatun.mirror.session;

import io.gatun.mirror.engine.EgressTap;
import io.gatun.mirror.engine.IngressTap;
import io.gatun.mirror.engine.Tap;
import io.gatun.pmd.Port;
import org.jspecify.annotations.Nullable;

/**
 * A tap and where it sits.
 *
 * @param port null for dropped packets
 * @param queue number of the port's queue; -1 for dropped packets
 */
record TapSite(Tap tap, @Nullable Port port, int queue) {
  /** Whether a session with this source sees the tap's packets. */
  boolean isMeant(Source source, PortDirectory ports) {
    return switch (source) {
      case Source.Drops() -> port == null;
      case Source.AtPort(String name, Direction direction) ->
          port != null
              && port.equals(ports.find(name))
              && (isReceiving() ? direction.receives() : direction.transmits());
    };
  }

  boolean isReceiving() {
    return tap instanceof IngressTap;
  }

  /** {@code rx}, {@code tx} or {@code drops}. */
  String direction() {
    return switch (tap) {
      case IngressTap _ -> Direction.RX.label();
      case EgressTap _ -> Direction.TX.label();
      default -> Source.DROPS;
    };
  }

  /** What is seen as the first completion. */
  String completion() {
    return tap instanceof EgressTap egress
        ? egress.detector().completion().label()
        : isReceiving() ? "receipt" : "none";
  }

  long depth() {
    return switch (tap) {
      case IngressTap ingress -> ingress.depth();
      case EgressTap egress -> egress.depth();
      default -> 0;
    };
  }

  long most() {
    return switch (tap) {
      case IngressTap ingress -> ingress.highWater();
      case EgressTap egress -> egress.highWater();
      default -> 0;
    };
  }
}
