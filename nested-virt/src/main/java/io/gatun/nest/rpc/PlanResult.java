package io.gatun.nest.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code plan}: what {@code apply} would do now. Nothing was changed.
 *
 * @param interfaces of all guests in the level
 * @param levels machines in it, of which there is something to say
 */
public record PlanResult(List<PlannedInterface> interfaces, List<LevelStatus> levels) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public PlanResult(
      @Nullable List<PlannedInterface> interfaces, @Nullable List<LevelStatus> levels) {
    this.interfaces = interfaces == null ? List.of() : List.copyOf(interfaces);
    this.levels = levels == null ? List.of() : List.copyOf(levels);
  }

  /** Both together. */
  public PlanResult and(PlanResult other) {
    List<PlannedInterface> bothInterfaces = new ArrayList<>(interfaces);
    bothInterfaces.addAll(other.interfaces);
    List<LevelStatus> bothLevels = new ArrayList<>(levels);
    bothLevels.addAll(other.levels);
    return new PlanResult(bothInterfaces, bothLevels);
  }
}
