package io.gatun.mirror.encap;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Vlan;
import org.jspecify.annotations.Nullable;

/**
 * Between whom mirrored frames travel, and how: the outer Ethernet and IP header.
 *
 * @param local source address of the outer IP header
 * @param remote the collector's address, of the same IP version
 * @param source outer Ethernet source; null for that of the destination port
 * @param destination outer Ethernet destination: the collector's, or that of the router to it.
 *     Without it the frames are broadcast, which a collector at the other end of a cable takes as
 *     well
 * @param dscp 0 to 63
 * @param ttl TTL or hop limit, 1 to 255
 * @param vlanTci TCI of an outer 802.1Q tag, 0 to 65535; {@link #NO_VLAN} for none
 */
public record Endpoints(
    IpAddress local,
    IpAddress remote,
    @Nullable MacAddress source,
    MacAddress destination,
    int dscp,
    int ttl,
    int vlanTci) {
  /** No outer tag. */
  public static final int NO_VLAN = -1;

  /** The outer Ethernet destination where none is given: ff:ff:ff:ff:ff:ff. */
  public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

  public static final int DEFAULT_DSCP = 0;
  public static final int DEFAULT_TTL = 64;
  static final int MAX_DSCP = 63;
  static final int MAX_TTL = 255;
  private static final int ID_MASK = 0xfff;

  public Endpoints {
    host("local", local);
    host("remote", remote);
    if (local.version() != remote.version()) {
      throw new IllegalArgumentException(
          "remote=%s is not of the IP version of local=%s; give two of one version"
              .formatted(remote, local));
    }
    if (local.equals(remote)) {
      throw new IllegalArgumentException(
          "remote=%s is local as well; give the collector's address".formatted(remote));
    }
    if (source != null && (source.value() >>> 40 & 1) != 0) {
      throw new IllegalArgumentException(
          "src-mac=%s is a group address, which sends nothing; give that of one host"
              .formatted(source));
    }
    Ranges.check("dscp", dscp, 0, MAX_DSCP);
    Ranges.check("ttl", ttl, 1, MAX_TTL);
    if (vlanTci != NO_VLAN) {
      Ranges.check("vlan", vlanTci & ID_MASK, 0, Vlan.MAX_ID);
      Ranges.check("vlan TCI", vlanTci, 0, 0xffff);
    }
  }

  /** Between two addresses, with everything else as it is by default. */
  public static Endpoints of(IpAddress local, IpAddress remote) {
    return new Endpoints(local, remote, null, BROADCAST, DEFAULT_DSCP, DEFAULT_TTL, NO_VLAN);
  }

  /** The same, with the port's address where no Ethernet source is given. */
  public Endpoints from(MacAddress portAddress) {
    return source != null
        ? this
        : new Endpoints(local, remote, portAddress, destination, dscp, ttl, vlanTci);
  }

  private static void host(String key, IpAddress address) {
    if (!address.isUnicast()) {
      throw new IllegalArgumentException(
          "%s=%s: the address of one host is needed, no group, broadcast or unspecified address"
              .formatted(key, address));
    }
  }
}
