package io.gatun.offload.plan;

import io.gatun.pmd.wire.TunnelType;
import org.jspecify.annotations.Nullable;

/**
 * What packets will need, in one direction through one tunnel on one port. Immutable.
 *
 * @param tunnel the encapsulation; null for packets without one
 * @param outerIpVersion 4 or 6; 0 without a tunnel
 * @param innerIpVersions {@link #IPV4}, {@link #IPV6} or both
 * @param outerUdpChecksum whether the outer UDP checksum is computed; otherwise it is 0
 * @param outerDontFragment whether outer IPv4 headers say don't fragment, so that their
 *     identification means nothing and may be the same in each (RFC 6864)
 * @param greChecksum whether GRE headers have a checksum
 * @param greSequence whether GRE headers have a sequence number
 * @param outerVlan whether the outer Ethernet header has a tag
 * @param innerVlan whether the inner pass inserts a tag
 * @param outerHeaderBytes everything before the inner Ethernet header (ipip: the inner IP header):
 *     outer Ethernet header with its tag, IP, UDP or GRE, tunnel header with options; 0 without a
 *     tunnel
 * @param innerL2Bytes length of the Ethernet header with tags before the inner IP header; 0 for
 *     ipip
 * @param segmentation whether TCP packets above the MTU are cut
 * @param udpSegmentation whether UDP datagrams above it are; a gateway never does that
 * @param coalescing whether received TCP packets are put together
 * @param mtu largest outer IP packet in bytes; largest IP packet without a tunnel
 * @param preference what the user wants
 */
public record OffloadRequest(
    @Nullable TunnelType tunnel,
    int outerIpVersion,
    int innerIpVersions,
    boolean outerUdpChecksum,
    boolean outerDontFragment,
    boolean greChecksum,
    boolean greSequence,
    boolean outerVlan,
    boolean innerVlan,
    int outerHeaderBytes,
    int innerL2Bytes,
    boolean segmentation,
    boolean udpSegmentation,
    boolean coalescing,
    int mtu,
    OffloadPreference preference) {
  /** In {@link #innerIpVersions}: IPv4 packets. */
  public static final int IPV4 = 1;

  /** In {@link #innerIpVersions}: IPv6 packets. */
  public static final int IPV6 = 2;

  private static final int ETHERNET_BYTES = 14;
  private static final int TAG_BYTES = 4;
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int UDP_BYTES = 8;
  private static final int GRE_FIELD_BYTES = 4;

  // RFC 791: every link carries 68 bytes; nothing useful is left below.
  private static final int MIN_MTU = 68;
  private static final int MAX_MTU = 65_535;

  public OffloadRequest {
    if (tunnel == null ? outerIpVersion != 0 : outerIpVersion != 4 && outerIpVersion != 6) {
      throw new IllegalArgumentException(
          "outerIpVersion: %d is not %s"
              .formatted(outerIpVersion, tunnel == null ? "0, and there is no tunnel" : "4 or 6"));
    }
    if (innerIpVersions < IPV4 || innerIpVersions > (IPV4 | IPV6)) {
      throw new IllegalArgumentException(
          "innerIpVersions: %d is not IPV4, IPV6 or both".formatted(innerIpVersions));
    }
    if (outerUdpChecksum && (tunnel == null || !tunnel.isUdp())) {
      throw new IllegalArgumentException(
          "outerUdpChecksum: %s has no outer UDP header".formatted(name(tunnel)));
    }
    if ((greChecksum || greSequence) && tunnel != TunnelType.GRE) {
      throw new IllegalArgumentException(
          "greChecksum, greSequence: %s has neither; only gre has".formatted(name(tunnel)));
    }
    if (innerVlan && tunnel == TunnelType.IPIP) {
      throw new IllegalArgumentException("innerVlan: ipip carries no Ethernet header");
    }
    if (mtu < MIN_MTU || mtu > MAX_MTU) {
      throw new IllegalArgumentException(
          "mtu: %d is not in [%d, %d]".formatted(mtu, MIN_MTU, MAX_MTU));
    }
    if (outerHeaderBytes < 0 || innerL2Bytes < 0) {
      throw new IllegalArgumentException(
          "outerHeaderBytes, innerL2Bytes: %d, %d are not 0 or more"
              .formatted(outerHeaderBytes, innerL2Bytes));
    }
  }

  /** A request for a tunnel; IPv4 outside, both versions inside, MTU 1500, segmentation. */
  public static Builder tunnel(TunnelType tunnel) {
    return new Builder(tunnel);
  }

  /** A request for packets that are in no tunnel. */
  public static Builder plain() {
    return new Builder(null);
  }

  private static String name(@Nullable TunnelType tunnel) {
    return tunnel == null ? "a packet without a tunnel" : tunnel.label();
  }

  public boolean isTunnelled() {
    return tunnel != null;
  }

  public boolean hasInnerIpv4() {
    return (innerIpVersions & IPV4) != 0;
  }

  public boolean hasInnerIpv6() {
    return (innerIpVersions & IPV6) != 0;
  }

  /** The outer Ethernet header with its tag, in bytes; 0 without a tunnel. */
  public int outerL2Bytes() {
    return tunnel == null ? 0 : ETHERNET_BYTES + (outerVlan ? TAG_BYTES : 0);
  }

  /** The outer IP header, in bytes; 0 without a tunnel. */
  public int outerL3Bytes() {
    return switch (outerIpVersion) {
      case 4 -> IPV4_BYTES;
      case 6 -> IPV6_BYTES;
      default -> 0;
    };
  }

  /** Outer UDP or GRE with the tunnel header and options, in bytes. */
  public int outerL4Bytes() {
    return outerHeaderBytes - outerL2Bytes() - outerL3Bytes();
  }

  /** The largest inner IP packet whose outer one is not above the MTU, in bytes. */
  public int maxInnerPacketBytes() {
    return tunnel == null ? mtu : mtu - outerL3Bytes() - outerL4Bytes() - innerL2Bytes;
  }

  /** Makes requests; one thread. */
  public static final class Builder {
    private final @Nullable TunnelType tunnel;
    private int outerIpVersion;
    private int innerIpVersions = IPV4 | IPV6;
    private boolean outerUdpChecksum;
    private boolean outerDontFragment;
    private boolean greKey;
    private boolean greChecksum;
    private boolean greSequence;
    private boolean outerVlan;
    private boolean innerVlan;
    private int optionBytes;
    private int outerHeaderBytes = -1;
    private int innerL2Bytes;
    private boolean segmentation = true;
    private boolean udpSegmentation;
    private boolean coalescing;
    private int mtu = 1500;
    private OffloadPreference preference = OffloadPreference.AUTO;

    private Builder(@Nullable TunnelType tunnel) {
      this.tunnel = tunnel;
      this.outerIpVersion = tunnel == null ? 0 : 4;
      this.greKey = tunnel == TunnelType.GRE;
      this.innerL2Bytes = tunnel == null || tunnel.carriesEthernet() ? ETHERNET_BYTES : 0;
    }

    /** 4 or 6. */
    public Builder outerIpVersion(int version) {
      outerIpVersion = version;
      return this;
    }

    /** {@link #IPV4}, {@link #IPV6} or both. */
    public Builder innerIpVersions(int mask) {
      innerIpVersions = mask;
      return this;
    }

    public Builder outerUdpChecksum(boolean on) {
      outerUdpChecksum = on;
      return this;
    }

    public Builder outerDontFragment(boolean on) {
      outerDontFragment = on;
      return this;
    }

    /** Whether GRE headers have a key, which makes them 4 bytes longer; on to begin with. */
    public Builder greKey(boolean on) {
      greKey = on;
      return this;
    }

    public Builder greChecksum(boolean on) {
      greChecksum = on;
      return this;
    }

    public Builder greSequence(boolean on) {
      greSequence = on;
      return this;
    }

    public Builder outerVlan(boolean on) {
      outerVlan = on;
      return this;
    }

    public Builder innerVlan(boolean on) {
      innerVlan = on;
      return this;
    }

    /** Geneve's options, in bytes. */
    public Builder optionBytes(int bytes) {
      optionBytes = bytes;
      return this;
    }

    /** Everything before the inner packet; when not given, what follows from the rest. */
    public Builder outerHeaderBytes(int bytes) {
      outerHeaderBytes = bytes;
      return this;
    }

    /** The inner Ethernet header with its tags; 14 to begin with, 0 for ipip. */
    public Builder innerL2Bytes(int bytes) {
      innerL2Bytes = bytes;
      return this;
    }

    public Builder segmentation(boolean on) {
      segmentation = on;
      return this;
    }

    public Builder udpSegmentation(boolean on) {
      udpSegmentation = on;
      return this;
    }

    public Builder coalescing(boolean on) {
      coalescing = on;
      return this;
    }

    public Builder mtu(int bytes) {
      mtu = bytes;
      return this;
    }

    public Builder preference(OffloadPreference wanted) {
      preference = wanted;
      return this;
    }

    /**
     * The request.
     *
     * @throws IllegalArgumentException naming what does not fit together
     */
    public OffloadRequest build() {
      return new OffloadRequest(
          tunnel,
          outerIpVersion,
          innerIpVersions,
          outerUdpChecksum,
          outerDontFragment,
          greChecksum,
          greSequence,
          outerVlan,
          innerVlan,
          outerHeaderBytes >= 0 ? outerHeaderBytes : headerBytes(),
          innerL2Bytes,
          segmentation,
          udpSegmentation,
          coalescing,
          mtu,
          preference);
    }

    private int headerBytes() {
      if (tunnel == null) {
        return 0;
      }
      int bytes = ETHERNET_BYTES + (outerVlan ? TAG_BYTES : 0);
      bytes += outerIpVersion == 6 ? IPV6_BYTES : IPV4_BYTES;
      bytes += (tunnel.isUdp() ? UDP_BYTES : 0) + tunnel.headerBytes() + optionBytes;
      bytes += (greKey ? GRE_FIELD_BYTES : 0) + (greChecksum ? GRE_FIELD_BYTES : 0);
      return bytes + (greSequence ? GRE_FIELD_BYTES : 0);
    }
  }
}
