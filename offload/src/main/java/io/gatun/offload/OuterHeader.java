package io.gatun.offload;

import io.gatun.offload.plan.OffloadPlan;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The outer header of all packets of one tenant to one remote: everything that does not change from
 * packet to packet, as bytes, with the sums that the outer pass starts from.
 *
 * <pre>
 *  0          ipOffset            l4Offset       tunnelOffset              length
 *  | Ethernet | VLAN? | IPv4 or IPv6 | UDP or GRE  | VXLAN, Geneve, ... options | inner frame
 * </pre>
 *
 * <p>The control thread makes it, or the lcore's start; from then on it belongs to the lcore.
 */
public final class OuterHeader {

  private final TunnelConfig config;
  private final long identifier;
  private final IpAddress remote;

  @SuppressWarnings("UnusedVariable") // an automatic arena frees what nobody refers to
  private final MemorySegment memory;

  private final long bytes;
  private final int length;
  private final int ipOffset;
  private final int l4Offset;
  private final int tunnelOffset;
  private final HeaderTemplate template = new HeaderTemplate();
  private final long l4Sum;
  private final boolean atomic;
  private long remoteMac = -1;
  private int mtu;
  private int identification;
  private int sequence;

  /**
   * Makes the bytes.
   *
   * @param config of the tunnel
   * @param identifier VNI, VSID or key; -1 for none
   * @param remote where the packets go
   * @param localMac of the underlay port
   * @param plan says whether the NIC inserts the VLAN tag, which is not among the bytes then
   * @param arena how long the bytes live
   */
  public OuterHeader(
      TunnelConfig config,
      long identifier,
      IpAddress remote,
      MacAddress localMac,
      OffloadPlan plan,
      Arena arena) {
    config.checkIdentifier(identifier);
    config.checkRemote(remote);
    this.config = config;
    this.atomic = config.dontFragment();
    this.identifier = identifier;
    this.remote = remote;
    boolean ipv4 = remote.version() == 4;
    boolean tagged = config.outerVlan() >= 0 && !plan.outerVlanInsert();
    ipOffset = Ethernet.LENGTH + (tagged ? Vlan.LENGTH : 0);
    l4Offset = ipOffset + (ipv4 ? Ipv4.MIN_LENGTH : Ipv6.LENGTH);
    tunnelOffset = l4Offset + (config.type().isUdp() ? Udp.LENGTH : 0);
    length = tunnelOffset + TunnelHeader.length(config, identifier);
    mtu = config.mtu();
    // Copied in words of 8 bytes: see OuterPass.
    memory = arena.allocate(length + 8L, 64);
    bytes = memory.address();
    writeEthernet(localMac, tagged);
    if (ipv4) {
      writeIpv4();
    } else {
      writeIpv6();
    }
    if (config.type().isUdp()) {
      Udp.destinationPort(bytes + l4Offset, config.udpPort());
    }
    TunnelHeader.write(bytes + tunnelOffset, config, identifier);
    template.load(bytes + ipOffset, remote.version(), l4Offset - ipOffset, protocol());
    l4Sum = Checksum.sum(bytes + l4Offset, length - l4Offset);
  }

  private void writeEthernet(MacAddress localMac, boolean tagged) {
    int type = remote.version() == 4 ? Ethernet.TYPE_IPV4 : Ethernet.TYPE_IPV6;
    Ethernet.source(bytes, localMac.littleEndian());
    if (tagged) {
      Ethernet.type(bytes, Ethernet.TYPE_VLAN);
      Vlan.tci(bytes + Ethernet.LENGTH, config.outerVlan());
      Vlan.type(bytes + Ethernet.LENGTH, type);
    } else {
      Ethernet.type(bytes, type);
    }
  }

  private void writeIpv4() {
    long ip = bytes + ipOffset;
    Ipv4.headerLength(ip, Ipv4.MIN_LENGTH);
    Ipv4.flagsAndOffset(ip, config.dontFragment() ? Ipv4.DONT_FRAGMENT : 0);
    Ipv4.timeToLive(ip, config.ttl());
    Ipv4.protocol(ip, protocol());
    config.local().write(ip + Ipv4.SOURCE);
    remote.write(ip + Ipv4.DESTINATION);
  }

  private void writeIpv6() {
    long ip = bytes + ipOffset;
    Ipv6.versionClassFlow(ip, Ipv6.versionClassFlowOf(0, 0));
    Ipv6.nextHeader(ip, protocol());
    Ipv6.hopLimit(ip, config.ttl());
    config.local().write(ip + Ipv6.SOURCE);
    remote.write(ip + Ipv6.DESTINATION);
  }

  /** Of IP-in-IP, the packet says what it carries: see OuterPass. */
  private int protocol() {
    return switch (config.type()) {
      case VXLAN, VXLAN_GPE, GENEVE -> Protocol.UDP;
      case GRE, NVGRE -> Protocol.GRE;
      case IPIP -> 0;
    };
  }

  public TunnelConfig config() {
    return config;
  }

  /** VNI, VSID or key; -1 for none. */
  public long identifier() {
    return identifier;
  }

  public IpAddress remote() {
    return remote;
  }

  /** Whether the next hop's address on the link is known. */
  @DataPath
  public boolean isResolved() {
    return remoteMac >= 0;
  }

  /** Says where on the link the packets go; -1 takes it back. */
  @DataPath
  public void remoteMac(long mac) {
    remoteMac = mac;
    if (mac >= 0) {
      Ethernet.destination(bytes, mac);
    }
  }

  /** Most bytes of an outer IP packet on this path. */
  @DataPath
  public int mtu() {
    return mtu;
  }

  /** Learns of a smaller path MTU, or of {@code --mtu} again. */
  @DataPath
  public void mtu(int newMtu) {
    mtu = newMtu;
  }

  /** Most bytes of an inner frame, or of an inner IP packet where that is carried. */
  @DataPath
  public int frameLimit() {
    return mtu - (length - ipOffset);
  }

  /** Bytes of the whole header. */
  @DataPath
  public int length() {
    return length;
  }

  @DataPath
  long bytes() {
    return bytes;
  }

  @DataPath
  int ipOffset() {
    return ipOffset;
  }

  @DataPath
  int l4Offset() {
    return l4Offset;
  }

  @DataPath
  int tunnelOffset() {
    return tunnelOffset;
  }

  @DataPath
  HeaderTemplate template() {
    return template;
  }

  /** Partial sum from the UDP or GRE header to the end, with zeros where packets differ. */
  @DataPath
  long l4Sum() {
    return l4Sum;
  }

  /** The next IPv4 identification; one that may not be fragmented needs none (RFC 6864). */
  @DataPath
  int nextIdentification() {
    return atomic ? 0 : ++identification & 0xffff;
  }

  /** For a packet that the NIC makes several of, counting on. */
  @DataPath
  void skipIdentifications(int count) {
    identification += count;
  }

  /** The next GRE sequence number (RFC 2890 section 2.2). */
  @DataPath
  int nextSequence() {
    return sequence++;
  }

  @Override
  public String toString() {
    return identifier < 0 ? remote.toString() : remote + " id " + identifier;
  }
}
