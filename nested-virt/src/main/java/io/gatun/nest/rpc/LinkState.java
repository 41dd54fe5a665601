package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Parameters of the notification {@code linkState}, inwards.
 *
 * @param name of the interface
 * @param up whether it has a link
 * @param reason why it has none, in words
 */
public record LinkState(String name, boolean up, @Nullable String reason) {
  public LinkState {
    Names.networkInterface(Required.of("name", name));
  }
}
