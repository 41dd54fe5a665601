package io.gatun.nest.rpc;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.gatun.pmd.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual function is set to, or asked to be set to. Null: not asked for, the level that
 * owns the function decides.
 *
 * @param mac as in {@code 52:54:00:00:01:01}; unicast, not 0
 * @param vlan 0 (untagged) to 4094
 * @param qos priority in the tag, 0 to 7
 * @param minRate Mbit/s the function may always send; 0: none
 * @param maxRate Mbit/s the function may send at most; 0: unlimited
 * @param trust whether the guest may change MAC and filters itself
 * @param spoofCheck whether frames with another source MAC are dropped
 * @param mtu 68 to 9710 bytes
 */
public record Settings(
    @Nullable String mac,
    @Nullable Integer vlan,
    @Nullable Integer qos,
    @Nullable Integer minRate,
    @Nullable Integer maxRate,
    @Nullable Boolean trust,
    @Nullable Boolean spoofCheck,
    @Nullable Integer mtu) {
  /** Nothing asked for. */
  public static final Settings NONE = new Settings(null, null, null, null, null, null, null, null);

  private static final long GROUP_BIT = 1L << 40;

  public Settings {
    if (mac != null) {
      MacAddress address = MacAddress.parse(mac);
      if (address.value() == 0 || (address.value() & GROUP_BIT) != 0) {
        throw new IllegalArgumentException("mac: %s is not a unicast address".formatted(mac));
      }
      mac = address.toString();
    }
    check("vlan", vlan, 0, 4094);
    check("qos", qos, 0, 7);
    check("minRate", minRate, 0, 1_000_000);
    check("maxRate", maxRate, 0, 1_000_000);
    check("mtu", mtu, 68, 9710);
    if (minRate != null && maxRate != null && maxRate != 0 && minRate > maxRate) {
      throw new IllegalArgumentException(
          "minRate: %d is above maxRate, %d".formatted(minRate, maxRate));
    }
  }

  private static void check(String name, @Nullable Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  /** These, and where one is null, the other's. */
  public Settings or(Settings other) {
    return new Settings(
        first(mac, other.mac),
        first(vlan, other.vlan),
        first(qos, other.qos),
        first(minRate, other.minRate),
        first(maxRate, other.maxRate),
        first(trust, other.trust),
        first(spoofCheck, other.spoofCheck),
        first(mtu, other.mtu));
  }

  /**
   * What satisfies both these and others: the lower of two limits, and else what either says.
   *
   * @throws IllegalArgumentException when they exclude each other, naming the setting
   */
  public Settings narrowed(Settings other) {
    return new Settings(
        same("mac", mac, other.mac),
        same("vlan", vlan, other.vlan),
        same("qos", qos, other.qos),
        same("minRate", minRate, other.minRate),
        lowerRate(maxRate, other.maxRate),
        trust == null || other.trust == null ? first(trust, other.trust) : trust && other.trust,
        spoofCheck == null || other.spoofCheck == null
            ? first(spoofCheck, other.spoofCheck)
            : spoofCheck || other.spoofCheck,
        mtu == null || other.mtu == null ? first(mtu, other.mtu) : Math.min(mtu, other.mtu));
  }

  private static <T> @Nullable T same(String name, @Nullable T one, @Nullable T other) {
    if (one != null && other != null && !one.equals(other)) {
      throw new IllegalArgumentException("%s: %s and %s".formatted(name, one, other));
    }
    return first(one, other);
  }

  /** 0 is unlimited. */
  private static @Nullable Integer lowerRate(@Nullable Integer one, @Nullable Integer other) {
    if (one == null || other == null) {
      return first(one, other);
    }
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  private static <T> @Nullable T first(@Nullable T one, @Nullable T other) {
    return one != null ? one : other;
  }

  /** These with another MAC. */
  public Settings withMac(String newMac) {
    return new Settings(newMac, vlan, qos, minRate, maxRate, trust, spoofCheck, mtu);
  }

  /** Whether the guest is trusted; not, unless said. */
  @JsonIgnore
  public boolean isTrusted() {
    return Boolean.TRUE.equals(trust);
  }
}
