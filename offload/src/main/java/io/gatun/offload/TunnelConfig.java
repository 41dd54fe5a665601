package io.gatun.offload;

import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.TunnelType;
import java.util.HexFormat;

/**
 * What all packets of a tunnel end point have in common. Immutable; made by a {@link Builder},
 * checked as a whole.
 *
 * @param type the encapsulation
 * @param local own address on the underlay
 * @param udpPort destination port, 1 to 65535; 0 for tunnels without UDP
 * @param udpChecksum whether the outer UDP checksum is computed; zero otherwise (RFC 6935)
 * @param dscp 0 to 63, or {@link #COPY_DSCP}
 * @param ttl TTL or hop limit, 1 to 255
 * @param dontFragment DF of an outer IPv4 header
 * @param outerVlan TCI of the underlay's VLAN tag, or {@link #NO_VLAN}
 * @param options Geneve options as they stand in the header, at most 252 bytes
 * @param greChecksum whether GRE carries a checksum
 * @param greSequence whether GRE carries a sequence number
 * @param mtu most bytes of an outer IP packet
 * @param dropBadOuter whether a bad outer checksum drops the packet
 * @param dropBadInner whether a bad inner checksum drops the packet
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString are by content below
public record TunnelConfig(
    TunnelType type,
    IpAddress local,
    int udpPort,
    boolean udpChecksum,
    int dscp,
    int ttl,
    boolean dontFragment,
    int outerVlan,
    byte[] options,
    boolean greChecksum,
    boolean greSequence,
    int mtu,
    boolean dropBadOuter,
    boolean dropBadInner) {
  /** The inner DSCP is copied. */
  public static final int COPY_DSCP = -1;

  /** No VLAN tag on the underlay. */
  public static final int NO_VLAN = -1;

  /**
   * Least {@code --mtu}: what every IPv4 host accepts (RFC 791), and what IPv6 demands (RFC 8200).
   */
  public static final int MIN_MTU_IPV4 = 576;

  public static final int MIN_MTU_IPV6 = 1280;

  /** The header's length field counts words of 4 bytes in 6 bits (RFC 8926 section 3.4). */
  public static final int MAX_OPTION_BYTES = 252;

  public TunnelConfig {
    options = options.clone();
    range("--port", udpPort, type.isUdp() ? 1 : 0, type.isUdp() ? 65535 : 0);
    range("--dscp", dscp, COPY_DSCP, 63);
    range("--ttl", ttl, 1, 255);
    range("--mtu", mtu, local.version() == 4 ? MIN_MTU_IPV4 : MIN_MTU_IPV6, 65535);
    if (!local.isUnicast()) {
      throw new IllegalArgumentException(
          "--local %s: an address of one host is needed".formatted(local));
    }
    if (options.length > 0 && type != TunnelType.GENEVE) {
      throw new IllegalArgumentException(
          "--option: %s has no options; they are Geneve's".formatted(type.label()));
    }
    if (options.length > MAX_OPTION_BYTES || options.length % 4 != 0) {
      throw new IllegalArgumentException(
          "--option: %d bytes of Geneve options; at most %d fit, in words of 4 bytes"
              .formatted(options.length, MAX_OPTION_BYTES));
    }
    if ((greChecksum || greSequence) && type != TunnelType.GRE) {
      throw new IllegalArgumentException(
          "--option csum, seq: %s has neither; they are GRE's".formatted(type.label()));
    }
  }

  /** Starts from the defaults of a tunnel type. */
  public static Builder builder(TunnelType type, IpAddress local) {
    return new Builder(type, local);
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in [%d, %d]".formatted(name, value, least, most));
    }
  }

  /**
   * Checks a VNI, VSID or GRE key.
   *
   * @param identifier the number; -1 for none
   */
  public void checkIdentifier(long identifier) {
    if (!type.hasIdentifier()) {
      if (identifier >= 0) {
        throw new IllegalArgumentException(
            "--vni %d: ipip has no identifier; leave --vni out".formatted(identifier));
      }
      return;
    }
    if (identifier < 0 && type != TunnelType.GRE) {
      throw new IllegalArgumentException(
          "--vni is missing: %s needs one in [0, %d]"
              .formatted(type.label(), type.maxIdentifier()));
    }
    if (identifier > type.maxIdentifier()) {
      throw new IllegalArgumentException(
          "--vni: %d is not in [0, %d]".formatted(identifier, type.maxIdentifier()));
    }
  }

  /** Checks that the other end point can be one. */
  public void checkRemote(IpAddress remote) {
    if (remote.version() != local.version()) {
      throw new IllegalArgumentException(
          "--remote %s: not of the IP version of --local %s".formatted(remote, local));
    }
    if (remote.equals(local) || !remote.isUnicast()) {
      throw new IllegalArgumentException(
          "--remote %s: the address of another host is needed".formatted(remote));
    }
  }

  @Override
  public byte[] options() {
    return options.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TunnelConfig that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return "%s local %s port %d%s dscp %d ttl %d%s vlan %d options %s%s%s mtu %d%s%s"
        .formatted(
            type.label(),
            local,
            udpPort,
            udpChecksum ? " csum" : "",
            dscp,
            ttl,
            dontFragment ? " df" : "",
            outerVlan,
            HexFormat.of().formatHex(options),
            greChecksum ? " gre-csum" : "",
            greSequence ? " gre-seq" : "",
            mtu,
            dropBadOuter ? " drop-outer" : "",
            dropBadInner ? " drop-inner" : "");
  }

  /** Collects what differs from the defaults. Control thread. */
  public static final class Builder {
    private final TunnelType type;
    private final IpAddress local;
    private int udpPort;
    private boolean udpChecksum;
    private int dscp;
    private int ttl = 64;
    private boolean dontFragment = true;
    private int outerVlan = NO_VLAN;
    private byte[] options = new byte[0];
    private boolean greChecksum;
    private boolean greSequence;
    private int mtu = 1500;
    private boolean dropBadOuter = true;
    private boolean dropBadInner;

    private Builder(TunnelType type, IpAddress local) {
      this.type = type;
      this.local = local;
      udpPort = type.defaultUdpPort();
      udpChecksum = type.isUdp() && local.version() == 6; // RFC 8200 section 8.1 asks for it
    }

    public Builder udpPort(int port) {
      udpPort = port;
      return this;
    }

    /** Without effect on a tunnel without UDP. */
    public Builder udpChecksum(boolean computed) {
      udpChecksum = computed && type.isUdp();
      return this;
    }

    public Builder dscp(int value) {
      dscp = value;
      return this;
    }

    public Builder ttl(int value) {
      ttl = value;
      return this;
    }

    public Builder dontFragment(boolean set) {
      dontFragment = set;
      return this;
    }

    public Builder outerVlan(int tci) {
      outerVlan = tci;
      return this;
    }

    /** Geneve options as they stand in the header. */
    public Builder options(byte[] geneve) {
      options = geneve.clone();
      return this;
    }

    public Builder gre(boolean checksum, boolean sequence) {
      greChecksum = checksum;
      greSequence = sequence;
      return this;
    }

    public Builder mtu(int bytes) {
      mtu = bytes;
      return this;
    }

    public Builder dropBad(boolean outer, boolean inner) {
      dropBadOuter = outer;
      dropBadInner = inner;
      return this;
    }

    /**
     * Checks everything.
     *
     * @throws IllegalArgumentException naming the option, the value and the range
     */
    public TunnelConfig build() {
      return new TunnelConfig(
          type,
          local,
          udpPort,
          udpChecksum,
          dscp,
          ttl,
          dontFragment,
          outerVlan,
          options,
          greChecksum,
          greSequence,
          mtu,
          dropBadOuter,
          dropBadInner);
    }
  }
}
