package io.gatun.nest.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a topology grants to a machine and all that runs in it. Null: as much as the level's own
 * file grants, which holds in any case.
 *
 * @param interfaces how many it may have at a time
 * @param macs addresses, or ranges such as {@code 52:54:00:00:01:00-52:54:00:00:01:ff}; empty: any
 * @param vlans VLANs, or ranges such as {@code 100-109}, 0 for untagged; empty: any
 * @param maxRate Mbit/s of an interface; 0: unlimited
 * @param qos highest priority in the tag
 * @param trust whether it may ask for trust
 * @param mtu largest MTU in bytes
 */
public record Grant(
    @Nullable Integer interfaces,
    List<String> macs,
    List<String> vlans,
    @Nullable Integer maxRate,
    @Nullable Integer qos,
    @Nullable Boolean trust,
    @Nullable Integer mtu) {
  /** Nothing is narrowed. */
  public static final Grant ALL = new Grant(null, null, null, null, null, null, null);

  /** With no more than this, in Mbit/s; 0: unlimited. */
  public Grant capped(int rate) {
    boolean mine = rate == 0 || maxRate != null && maxRate != 0 && maxRate <= rate;
    return mine ? this : new Grant(interfaces, macs, vlans, rate, qos, trust, mtu);
  }

  @SuppressWarnings("RedundantNullCheck") // Jackson gives null for what is not there
  public Grant(
      @Nullable Integer interfaces,
      @Nullable List<String> macs,
      @Nullable List<String> vlans,
      @Nullable Integer maxRate,
      @Nullable Integer qos,
      @Nullable Boolean trust,
      @Nullable Integer mtu) {
    this.interfaces = interfaces;
    this.macs = macs == null ? List.of() : List.copyOf(macs);
    this.vlans = vlans == null ? List.of() : List.copyOf(vlans);
    this.maxRate = maxRate;
    this.qos = qos;
    this.trust = trust;
    this.mtu = mtu;
  }
}
