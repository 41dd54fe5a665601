package io.gatun.nest.link;

import io.gatun.pmd.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a physical function's driver shows of one of its VFs (linux/if_link.h, IFLA_VF_INFO).
 *
 * @param index its number below the physical function, from 0
 * @param mac all zero while nobody has set it
 * @param vlan the id that its frames get outside; 0 for none
 * @param qos the priority (PCP) of that tag, 0 to 7
 * @param vlanProtocol {@code 802.1q} or {@code 802.1ad}
 * @param spoofCheck whether frames with a foreign source address are stopped; null where the driver
 *     does not say
 * @param trust whether the VF may change its MAC and be promiscuous; null where it does not say
 * @param linkState {@code auto}, {@code enable} or {@code disable}; null where it does not say
 * @param minTxRate what it is granted, in Mbit/s; 0 for nothing
 * @param maxTxRate what it may send, in Mbit/s; 0 for no limit
 */
public record VfLink(
    int index,
    MacAddress mac,
    int vlan,
    int qos,
    String vlanProtocol,
    @Nullable Boolean spoofCheck,
    @Nullable Boolean trust,
    @Nullable String linkState,
    int minTxRate,
    int maxTxRate) {
  /** The tag that everybody means. */
  public static final String DOT1Q = "802.1q";

  /** A service tag, of two. */
  public static final String DOT1AD = "802.1ad";
}
