package io.gatun.nest.rpc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code status}: what the guests in a level have.
 *
 * @param interfaces of all guests in it
 * @param levels machines in it, of which there is something to say
 */
public record Status(List<InterfaceStatus> interfaces, List<LevelStatus> levels) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public Status(@Nullable List<InterfaceStatus> interfaces, @Nullable List<LevelStatus> levels) {
    this.interfaces = interfaces == null ? List.of() : List.copyOf(interfaces);
    this.levels = levels == null ? List.of() : List.copyOf(levels);
  }

  /** Both together. */
  public Status and(Status other) {
    List<InterfaceStatus> bothInterfaces = new ArrayList<>(interfaces);
    bothInterfaces.addAll(other.interfaces);
    List<LevelStatus> bothLevels = new ArrayList<>(levels);
    bothLevels.addAll(other.levels);
    return new Status(bothInterfaces, bothLevels);
  }

  /** As the level around calls them. */
  public Status within(String machine) {
    return new Status(
        interfaces.stream().map(one -> one.within(machine)).toList(),
        levels.stream().map(one -> one.within(machine)).toList());
  }
}
