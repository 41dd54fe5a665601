package io.gatun.pmd.wire;

/** The encapsulations that Gatun terminates. */
public enum TunnelType {
  /** Ethernet in VXLAN in UDP: RFC 7348. */
  VXLAN("vxlan", 4789, true, 8, (1 << 24) - 1),
  /** Ethernet in VXLAN-GPE in UDP: draft-ietf-nvo3-vxlan-gpe. */
  VXLAN_GPE("vxlan-gpe", 4790, true, 8, (1 << 24) - 1),
  /** Ethernet in Geneve in UDP, with options: RFC 8926. */
  GENEVE("geneve", 6081, true, 8, (1 << 24) - 1),
  /** Ethernet in NVGRE: RFC 7637. The identifier is the VSID. */
  NVGRE("nvgre", 0, true, 8, 0xfffffe),
  /** Ethernet in GRE (protocol 0x6558): RFC 2784 and 2890. The identifier is the key. */
  GRE("gre", 0, true, 4, 0xffff_ffffL),
  /** IP in IP, any version in any: RFC 2003, 2473, 4213. It has no identifier. */
  IPIP("ipip", 0, false, 0, -1);

  private final String label;
  private final int udpPort;
  private final boolean ethernet;
  private final int headerBytes;
  private final long maxIdentifier;

  TunnelType(String label, int udpPort, boolean ethernet, int headerBytes, long maxIdentifier) {
    this.label = label;
    this.udpPort = udpPort;
    this.ethernet = ethernet;
    this.headerBytes = headerBytes;
    this.maxIdentifier = maxIdentifier;
  }

  /** What {@code --tunnel} calls it. */
  public String label() {
    return label;
  }

  /** Whether the outer header has UDP. */
  public boolean isUdp() {
    return udpPort != 0;
  }

  /** IANA's UDP destination port; 0 without UDP. */
  public int defaultUdpPort() {
    return udpPort;
  }

  /** Whether it carries Ethernet frames; otherwise IP packets. */
  public boolean carriesEthernet() {
    return ethernet;
  }

  /** Bytes of the tunnel header itself without options, key, sequence number or checksum. */
  public int headerBytes() {
    return headerBytes;
  }

  /** Largest VNI, VSID or key; -1 where there is none. */
  public long maxIdentifier() {
    return maxIdentifier;
  }

  public boolean hasIdentifier() {
    return maxIdentifier >= 0;
  }
}
