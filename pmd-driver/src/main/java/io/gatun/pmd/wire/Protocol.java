package io.gatun.pmd.wire;

import io.gatun.pmd.DataPath;

/** IANA's protocol numbers: IPv4's protocol field and IPv6's next header (RFC 8200 section 4). */
@DataPath
public final class Protocol {
  public static final int HOP_BY_HOP = 0;
  public static final int ICMP = 1;

  /** IPv4 in IP: RFC 2003. */
  public static final int IPV4 = 4;

  public static final int TCP = 6;
  public static final int UDP = 17;

  /** IPv6 in IP: RFC 2473, RFC 4213. */
  public static final int IPV6 = 41;

  public static final int ROUTING = 43;
  public static final int FRAGMENT = 44;
  public static final int GRE = 47;
  public static final int ESP = 50;
  public static final int AUTHENTICATION = 51;
  public static final int ICMPV6 = 58;
  public static final int NO_NEXT_HEADER = 59;
  public static final int DESTINATION_OPTIONS = 60;
  public static final int SCTP = 132;

  /** MPLS in IP: RFC 4023. */
  public static final int MPLS = 137;

  private Protocol() {}

  /** Whether it is an IPv6 extension header that {@link Ipv6Extensions} steps over. */
  public static boolean isIpv6Extension(int protocol) {
    return switch (protocol) {
      case HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS -> true;
      default -> false;
    };
  }
}
