package io.gatun.nest.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Result of {@code assign}, {@code configure} and {@code reset}.
 *
 * @param name of the interface
 * @param kind what it is
 * @param settings what it is set to
 * @param slot where the receiver finds it: {@code BRIDGE/DEVICE} on its PCI bus 0, as in {@code
 *     02.0/00.0}
 * @param reason why it is emulated, in words; null for a function
 * @param unenforced names of settings that the device took, but does not honour
 * @param chain where the function is seen, from the outermost level to the sender's
 */
public record Assignment(
    String name,
    Kind kind,
    Settings settings,
    @Nullable String slot,
    @Nullable String reason,
    List<String> unenforced,
    List<Hop> chain) {
  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public Assignment(
      String name,
      Kind kind,
      Settings settings,
      @Nullable String slot,
      @Nullable String reason,
      @Nullable List<String> unenforced,
      @Nullable List<Hop> chain) {
    this.name = Names.networkInterface(Required.of("name", name));
    this.kind = Required.of("kind", kind);
    this.settings = Required.of("settings", settings);
    this.slot = slot;
    this.reason = reason;
    this.unenforced = unenforced == null ? List.of() : List.copyOf(unenforced);
    this.chain = chain == null ? List.of() : List.copyOf(chain);
  }
}
