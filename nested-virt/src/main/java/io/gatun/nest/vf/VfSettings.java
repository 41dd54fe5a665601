package io.gatun.nest.vf;

import io.gatun.nest.link.VfLink;
import io.gatun.pmd.MacAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Properties that a VF is to have; null for one that stays as it is. The units and ranges are those
 * of {@link VfLink}.
 *
 * @param mtu of the VF's own interface, in bytes
 */
public record VfSettings(
    @Nullable MacAddress mac,
    @Nullable Integer vlan,
    @Nullable Integer qos,
    @Nullable String vlanProtocol,
    @Nullable Boolean spoofCheck,
    @Nullable Boolean trust,
    @Nullable String linkState,
    @Nullable Integer minTxRate,
    @Nullable Integer maxTxRate,
    @Nullable Integer mtu) {
  // The first octet's lowest bit: a group address can be nobody's own.
  private static final long GROUP = 1L << 40;

  public VfSettings {
    if (mac != null && (mac.value() & GROUP) != 0) {
      throw new IllegalArgumentException(
          "mac: %s is a group address; the first octet must be even".formatted(mac));
    }
    check("vlan", vlan, 0, 4094);
    check("qos", qos, 0, 7);
    check("min-rate", minTxRate, 0, Integer.MAX_VALUE);
    check("max-rate", maxTxRate, 0, Integer.MAX_VALUE);
  }

  private static void check(String name, @Nullable Integer value, int least, int most) {
    if (value != null && (value < least || value > most)) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  /** Whether nothing is asked for. */
  public boolean isEmpty() {
    return mtu == null && asked().isEmpty();
  }

  /** The properties that are asked for and that the physical function sets, by their JSON keys. */
  public Map<String, Object> asked() {
    Map<String, Object> asked = new LinkedHashMap<>();
    put(asked, "mac", mac == null ? null : mac.toString());
    put(asked, "vlan", vlan);
    put(asked, "qos", qos);
    put(asked, "vlan_protocol", vlanProtocol);
    put(asked, "spoof_check", spoofCheck);
    put(asked, "trust", trust);
    put(asked, "link_state", linkState);
    put(asked, "min_tx_rate", minTxRate);
    put(asked, "max_tx_rate", maxTxRate);
    return asked;
  }

  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  /** What a VF's link is to become. */
  VfLink applyTo(VfLink link) {
    int tag = or(vlan, link.vlan());
    // Without a tag there is no priority and no protocol of one.
    int priority = or(qos, tag == 0 ? 0 : link.qos());
    String protocol = or(vlanProtocol, tag == 0 ? VfLink.DOT1Q : link.vlanProtocol());
    if (tag == 0 && priority != 0) {
      throw new IllegalArgumentException(
          "qos: %d needs a VLAN: add --vlan 1..4094".formatted(priority));
    }
    int least = or(minTxRate, link.minTxRate());
    int most = or(maxTxRate, link.maxTxRate());
    if (most != 0 && least > most) {
      throw new IllegalArgumentException(
          "min-rate: %d is not in [0, %d]: the greatest rate is %d Mbit/s"
              .formatted(least, most, most));
    }
    return new VfLink(
        link.index(),
        or(mac, link.mac()),
        tag,
        priority,
        protocol,
        spoofCheck == null ? link.spoofCheck() : spoofCheck,
        trust == null ? link.trust() : trust,
        linkState == null ? link.linkState() : linkState,
        least,
        most);
  }

  private static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
