package io.gatun.nest.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done for an interface of a guest.
 *
 * @param name with the machines it is in, as the sender calls them
 * @param action see {@link Action}
 * @param kind what the guest would have
 * @param settings what it would be set to, as far as the levels up to the sender decide
 * @param fallback whether an emulated NIC will do
 * @param plugger the level next to the guest; null before it was asked
 * @param takeDown steps that take it from the guest, in their order
 * @param bringUp steps that bring it to the guest, or change it, in their order, after those
 * @param reason why it is refused or emulated, or why it is taken away, in words
 */
public record PlannedInterface(
    String name,
    Action action,
    Kind kind,
    Settings settings,
    boolean fallback,
    @Nullable String plugger,
    List<PlanStep> takeDown,
    List<PlanStep> bringUp,
    @Nullable String reason) {
  /** What is to be done. */
  public enum Action {
    /** Nothing. */
    KEEP,
    /** The guest gets it. */
    ASSIGN,
    /** Its settings are changed while the guest keeps it. */
    CONFIGURE,
    /** It is taken from the guest, which gets it anew. */
    REASSIGN,
    /** It is taken from the guest. */
    RELEASE,
    /** The guest would be refused it. */
    REFUSE
  }

  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public PlannedInterface(
      String name,
      Action action,
      Kind kind,
      @Nullable Settings settings,
      boolean fallback,
      @Nullable String plugger,
      @Nullable List<PlanStep> takeDown,
      @Nullable List<PlanStep> bringUp,
      @Nullable String reason) {
    this.name = Names.networkInterface(Required.of("name", name));
    this.action = Required.of("action", action);
    this.kind = Required.of("kind", kind);
    this.settings = settings == null ? Settings.NONE : settings;
    this.fallback = fallback;
    this.plugger = plugger;
    this.takeDown = takeDown == null ? List.of() : List.copyOf(takeDown);
    this.bringUp = bringUp == null ? List.of() : List.copyOf(bringUp);
    this.reason = reason;
  }

  /** Whether an interface is brought to the guest. */
  public boolean brings() {
    return action == Action.ASSIGN || action == Action.REASSIGN;
  }

  /** Whether one is taken from the guest. */
  public boolean takes() {
    return action == Action.RELEASE || action == Action.REASSIGN;
  }

  /** As the level around calls it. */
  public PlannedInterface within(String machine) {
    return new PlannedInterface(
        machine + "/" + name, action, kind, settings, fallback, plugger, takeDown, bringUp, reason);
  }

  /** With what a level decided. */
  public PlannedInterface decided(Settings granted, String pluggedBy) {
    return new PlannedInterface(
        name, action, kind, granted, fallback, pluggedBy, takeDown, bringUp, reason);
  }

  /** With a step behind those of the levels inside that take it down. */
  public PlannedInterface thenTakenDown(PlanStep step) {
    return new PlannedInterface(
        name,
        action,
        kind,
        settings,
        fallback,
        plugger,
        with(takeDown, takeDown.size(), step),
        bringUp,
        reason);
  }

  /** With a step before those of the levels inside that bring it up. */
  public PlannedInterface firstBroughtUp(PlanStep step) {
    return new PlannedInterface(
        name, action, kind, settings, fallback, plugger, takeDown, with(bringUp, 0, step), reason);
  }

  /** Something else, with nothing to bring up yet. */
  public PlannedInterface instead(Action other, Kind otherKind, String why) {
    return new PlannedInterface(
        name, other, otherKind, settings, fallback, plugger, takeDown, List.of(), why);
  }

  private static List<PlanStep> with(List<PlanStep> steps, int at, PlanStep step) {
    List<PlanStep> all = new ArrayList<>(steps);
    all.add(at, step);
    return all;
  }
}
