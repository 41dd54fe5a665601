package io.gatun.nest.rpc;

/**
 * The first call on a channel, by the inner side, and its result.
 *
 * @param version of the protocol that the sender speaks; the other answers with its own, and both
 *     go on only when they are equal
 * @param name of the sender's level, as in {@code l1}
 * @param extender whether interfaces are handed further inwards; false for the innermost guest
 */
public record Hello(int version, String name, boolean extender) {
  /** The version described in docs/nest-protocol.md. */
  public static final int VERSION = 1;

  public Hello {
    Names.machine(Required.of("name", name));
  }
}
