package io.gatun.offload.plan;

import io.gatun.pmd.wire.TunnelType;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something that a driver claims and its NIC does not do, or does in a way of its own.
 *
 * @param drivers names of the poll-mode drivers
 * @param features what it is about
 * @param tunnels for which tunnels; empty for all
 * @param effect what follows from it
 * @param since the first release with it; null for any
 * @param fixedIn the releases that ended it: a stable branch's, and the main line's
 * @param lifted whether a passed self-test proves that this NIC is not affected
 * @param what what is wrong, as a clause
 * @param source where that can be read
 */
public record Quirk(
    Set<String> drivers,
    Set<Feature> features,
    Set<TunnelType> tunnels,
    Effect effect,
    @Nullable DpdkVersion since,
    List<DpdkVersion> fixedIn,
    boolean lifted,
    String what,
    String source) {
  /** What follows. */
  public enum Effect {
    /** Software does it instead. */
    AVOID,
    /** The NIC's verdict on a header is one on both. */
    MERGED
  }

  public Quirk {
    drivers = Set.copyOf(drivers);
    features = Set.copyOf(features);
    tunnels = Set.copyOf(tunnels);
    fixedIn = List.copyOf(fixedIn);
  }

  /** One for every tunnel and release, which no self-test disproves. */
  static Quirk of(
      Effect effect, Set<String> drivers, Set<Feature> features, String what, String source) {
    return new Quirk(drivers, features, Set.of(), effect, null, List.of(), false, what, source);
  }

  Quirk onlySince(String release) {
    return new Quirk(
        drivers,
        features,
        tunnels,
        effect,
        DpdkVersion.parse(release),
        fixedIn,
        lifted,
        what,
        source);
  }

  Quirk until(String... releases) {
    List<DpdkVersion> fixes = Stream.of(releases).map(DpdkVersion::parse).toList();
    return new Quirk(drivers, features, tunnels, effect, since, fixes, lifted, what, source);
  }

  Quirk unlessTested() {
    return new Quirk(drivers, features, tunnels, effect, since, fixedIn, true, what, source);
  }

  boolean covers(PortCapabilities port, Feature feature, @Nullable TunnelType tunnel) {
    return drivers.contains(port.driver())
        && features.contains(feature)
        && (tunnels.isEmpty() || (tunnel != null && tunnels.contains(tunnel)))
        && (since == null || port.dpdk().compareTo(since) >= 0)
        && !port.dpdk().has(fixedIn);
  }
}
