package io.gatun.nest.rpc;

/**
 * Parameters of {@code configure}: change an interface within what was granted.
 *
 * @param name of the interface
 * @param settings what to change; what is null stays
 */
public record ConfigureRequest(String name, Settings settings) {
  public ConfigureRequest {
    Names.networkInterface(Required.of("name", name));
    Required.of("settings", settings);
  }
}
