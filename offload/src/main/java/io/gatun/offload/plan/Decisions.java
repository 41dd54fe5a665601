package io.gatun.offload.plan;

import io.gatun.offload.plan.Evidence.Obstacle;
import io.gatun.offload.plan.OffloadPreference.Choice;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The transmit decisions of a plan while it is made, and how one is come to. */
final class Decisions {
  private final OffloadRequest request;
  private final Evidence evidence;
  private final PerPass<Map<Operation, Decision>> decisions =
      PerPass.of(() -> new EnumMap<>(Operation.class));
  private long offloads;

  Decisions(OffloadRequest request, Evidence evidence) {
    this.request = request;
    this.evidence = evidence;
  }

  /** What the user wants of {@code pass}. */
  Choice choice(Pass pass) {
    return request.preference().of(pass);
  }

  /** Adds an obstacle when the port lacks any of {@code capability}. */
  void require(List<Obstacle> found, long capability, String name) {
    if (!evidence.port().transmits(capability)) {
      found.add(Obstacle.absolute("the port lacks " + name));
    }
  }

  /** Adds an obstacle when something is known against any of {@code features}. */
  void suspect(List<Obstacle> found, Set<Feature> features) {
    Obstacle obstacle = evidence.against(features, request.tunnel());
    if (obstacle != null) {
      found.add(obstacle);
    }
  }

  /** The obstacle to name: an absolute one if there is one; null when there is none at all. */
  static @Nullable Obstacle first(List<Obstacle> found) {
    return found.stream()
        .filter(Obstacle::absolute)
        .findFirst()
        .orElse(found.isEmpty() ? null : found.getFirst());
  }

  void put(Pass pass, Operation operation, Decision decision) {
    decisions.of(pass).put(operation, decision);
  }

  @Nullable Decision get(Pass pass, Operation operation) {
    return decisions.of(pass).get(operation);
  }

  boolean isHardware(Pass pass, Operation operation) {
    Decision decision = get(pass, operation);
    return decision != null && decision.isHardware();
  }

  /** Notes that {@code bits} must be switched on, if the operation is the NIC's. */
  void enable(Pass pass, Operation operation, long bits) {
    if (isHardware(pass, operation)) {
      offloads |= bits;
    }
  }

  /** {@code RTE_ETH_TX_OFFLOAD_*} of the operations that are the NIC's. */
  long offloads() {
    return offloads;
  }

  PerPass<Map<Operation, Decision>> frozen() {
    return decisions.map(OffloadPlan::frozen);
  }

  /**
   * Decides from what the user wants and what stands against it.
   *
   * @param yes the reason when nothing does
   * @throws IllegalArgumentException when the user wants what cannot be
   */
  void decide(Pass pass, Operation operation, List<Obstacle> found, String yes) {
    put(pass, operation, decision(pass, operation, found, yes));
  }

  private Decision decision(Pass pass, Operation operation, List<Obstacle> found, String yes) {
    String option = pass.name().toLowerCase(Locale.ROOT) + "=";
    if (choice(pass) == Choice.SOFTWARE) {
      return software("--offload " + option + "sw asks for software.");
    }
    Obstacle obstacle = first(found);
    if (obstacle == null) {
      return new Decision(Placement.HARDWARE, yes);
    }
    if (choice(pass) == Choice.AUTO) {
      return software(sentence(obstacle.reason()));
    }
    if (obstacle.absolute()) {
      throw new IllegalArgumentException(
          "--offload %shw: %s cannot be done by port %s%s: %s; use --offload %sauto"
              .formatted(
                  option,
                  operation,
                  evidence.port(),
                  request.tunnel() == null ? "" : " for " + request.tunnel().label(),
                  obstacle.reason(),
                  option));
    }
    return new Decision(
        Placement.HARDWARE,
        "--offload %shw asks for it, although %s.".formatted(option, obstacle.reason()));
  }

  static Decision software(String reason) {
    return new Decision(Placement.SOFTWARE, reason);
  }

  static Decision none(String reason) {
    return new Decision(Placement.NONE, reason);
  }

  /** A clause as a sentence. */
  static String sentence(String clause) {
    return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".";
  }
}
