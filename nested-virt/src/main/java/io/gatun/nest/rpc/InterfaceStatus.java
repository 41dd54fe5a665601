package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/**
 * How an interface of a guest is.
 *
 * @param name with the machines it is in, as the sender calls them: {@code l1/l2/eth0}
 * @param state see {@link State}
 * @param applied whether a topology wants it; else only the guest's own file
 * @param assignment what the guest has; null: nothing
 * @param problem why it is not as it should be, in words; null: it is
 */
public record InterfaceStatus(
    String name,
    State state,
    boolean applied,
    @Nullable Assignment assignment,
    @Nullable String problem) {
  /** How far it is. */
  public enum State {
    /** There is none, and nobody was refused one yet. */
    ABSENT,
    /** On its way to the guest. */
    COMING,
    /** The guest has it. */
    READY,
    /** On its way back. */
    LEAVING,
    /** It was refused. */
    REFUSED
  }

  public InterfaceStatus {
    Names.networkInterface(Required.of("name", name));
    Required.of("state", state);
  }

  /** As the level around calls it. */
  public InterfaceStatus within(String machine) {
    return new InterfaceStatus(machine + "/" + name, state, applied, assignment, problem);
  }
}
