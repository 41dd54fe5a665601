package io.gatun.nest.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Parameters of {@code assign}: the sender wants an interface, and again gets the same one when it
 * asks again by the same name.
 *
 * @param name of the interface, see {@link Names#networkInterface}
 * @param settings what it is to be like; null: nothing asked for
 * @param fallback whether an emulated NIC will do
 */
public record AssignRequest(String name, Settings settings, boolean fallback) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public AssignRequest(String name, @Nullable Settings settings, boolean fallback) {
    this.name = Names.networkInterface(Required.of("name", name));
    this.settings = settings == null ? Settings.NONE : settings;
    this.fallback = fallback;
  }
}
