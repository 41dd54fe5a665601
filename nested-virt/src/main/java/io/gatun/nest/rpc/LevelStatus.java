package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/**
 * How a machine is.
 *
 * @param name with the machines it is in, as the sender calls them: {@code l1/l2}
 * @param extender whether an extender answers in it
 * @param problem what is in the way, in words; null: nothing
 */
public record LevelStatus(String name, boolean extender, @Nullable String problem) {
  public LevelStatus {
    Names.networkInterface(Required.of("name", name));
  }

  /** As the level around calls it. */
  public LevelStatus within(String machine) {
    return new LevelStatus(machine + "/" + name, extender, problem);
  }
}
