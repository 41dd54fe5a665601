package io.gatun.nest.rpc;

/**
 * Where a function is seen.
 *
 * @param level name of the level
 * @param address its PCI address there, as in {@code 0000:01:10.0}
 */
public record Hop(String level, String address) {}
