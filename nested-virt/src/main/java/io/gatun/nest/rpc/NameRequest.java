package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Parameters of {@code reset} and {@code release}.
 *
 * @param name of the interface
 * @param reason why, in words; null: none given
 */
public record NameRequest(String name, @Nullable String reason) {
  public NameRequest {
    Names.networkInterface(Required.of("name", name));
  }
}
