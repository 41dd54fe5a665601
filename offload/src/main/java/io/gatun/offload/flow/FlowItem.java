package io.gatun.offload.flow;

import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * A header that a rule's pattern matches, or that an encapsulation action puts before a packet
 * ({@code enum rte_flow_item_type}, rte_flow.h). A field that is {@link #ANY} or null matches
 * everything; any other one is compared in all its bits. Numbers are in host byte order.
 */
public sealed interface FlowItem {
  /** A field that is not compared. */
  int ANY = -1;

  /** What testpmd's {@code flow create} and Gatun's messages call it. */
  String label();

  /**
   * Ethernet's header.
   *
   * @param etherType of the VLAN tag, where a VLAN item follows
   */
  record Eth(@Nullable MacAddress destination, @Nullable MacAddress source, int etherType)
      implements FlowItem {
    /** Every frame. */
    public static final Eth EVERY = new Eth(null, null, ANY);

    public Eth {
      range("ether type", etherType, 0xffff);
    }

    @Override
    public String label() {
      return "eth";
    }
  }

  /**
   * A VLAN tag; the DEI bit is never compared.
   *
   * @param id 0 to 4095
   * @param priority 0 to 7
   * @param etherType of what follows
   */
  record Vlan(int id, int priority, int etherType) implements FlowItem {
    public Vlan {
      range("VLAN", id, 0xfff);
      range("VLAN priority", priority, 7);
      range("ether type", etherType, 0xffff);
    }

    @Override
    public String label() {
      return "vlan";
    }
  }

  /**
   * IPv4's header.
   *
   * @param versionIhl 0x45 for a header without options
   * @param flagsAndOffset 0x4000 for DF alone
   */
  record Ipv4(
      @Nullable IpAddress source,
      @Nullable IpAddress destination,
      int protocol,
      int typeOfService,
      int timeToLive,
      int versionIhl,
      int flagsAndOffset)
      implements FlowItem {
    /** Every IPv4 packet. */
    public static final Ipv4 EVERY = between(null, null);

    public Ipv4 {
      version(source, 4);
      version(destination, 4);
      range("protocol", protocol, 0xff);
      range("type of service", typeOfService, 0xff);
      range("TTL", timeToLive, 0xff);
      range("version and IHL", versionIhl, 0xff);
      range("flags and fragment offset", flagsAndOffset, 0xffff);
    }

    /** By its addresses alone. */
    public static Ipv4 between(@Nullable IpAddress source, @Nullable IpAddress destination) {
      return new Ipv4(source, destination, ANY, ANY, ANY, ANY, ANY);
    }

    public Ipv4 withProtocol(int number) {
      return new Ipv4(
          source, destination, number, typeOfService, timeToLive, versionIhl, flagsAndOffset);
    }

    /** Without IP options: the header has 20 bytes. */
    public Ipv4 withoutOptions() {
      return new Ipv4(
          source, destination, protocol, typeOfService, timeToLive, 0x45, flagsAndOffset);
    }

    @Override
    public String label() {
      return "ipv4";
    }
  }

  /**
   * IPv6's header.
   *
   * @param protocol the next header
   */
  record Ipv6(
      @Nullable IpAddress source,
      @Nullable IpAddress destination,
      int protocol,
      int trafficClass,
      int hopLimit)
      implements FlowItem {
    /** Every IPv6 packet. */
    public static final Ipv6 EVERY = between(null, null);

    public Ipv6 {
      version(source, 6);
      version(destination, 6);
      range("next header", protocol, 0xff);
      range("traffic class", trafficClass, 0xff);
      range("hop limit", hopLimit, 0xff);
    }

    /** By its addresses alone. */
    public static Ipv6 between(@Nullable IpAddress source, @Nullable IpAddress destination) {
      return new Ipv6(source, destination, ANY, ANY, ANY);
    }

    public Ipv6 withProtocol(int number) {
      return new Ipv6(source, destination, number, trafficClass, hopLimit);
    }

    @Override
    public String label() {
      return "ipv6";
    }
  }

  /** UDP's header. */
  record Udp(int sourcePort, int destinationPort) implements FlowItem {
    public Udp {
      range("UDP source port", sourcePort, 0xffff);
      range("UDP destination port", destinationPort, 0xffff);
    }

    @Override
    public String label() {
      return "udp";
    }
  }

  /** VXLAN (RFC 7348). */
  record Vxlan(int vni) implements FlowItem {
    public Vxlan {
      range("VNI", vni, 0xff_ffff);
    }

    @Override
    public String label() {
      return "vxlan";
    }
  }

  /** VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe). */
  record VxlanGpe(int vni, int nextProtocol) implements FlowItem {
    public VxlanGpe {
      range("VNI", vni, 0xff_ffff);
      range("next protocol", nextProtocol, 0xff);
    }

    @Override
    public String label() {
      return "vxlan-gpe";
    }
  }

  /**
   * Geneve (RFC 8926).
   *
   * @param optionBytes length of the options, a multiple of 4 up to 252; compared together with the
   *     version 0, the O bit and the C bit being left open
   */
  record Geneve(int vni, int protocol, int optionBytes) implements FlowItem {
    public Geneve {
      range("VNI", vni, 0xff_ffff);
      range("protocol", protocol, 0xffff);
      range("Geneve options", optionBytes, 252);
      if (optionBytes > 0 && optionBytes % 4 != 0) {
        throw new IllegalArgumentException(
            "Geneve options: %d bytes are not whole words of 4".formatted(optionBytes));
      }
    }

    @Override
    public String label() {
      return "geneve";
    }
  }

  /** NVGRE (RFC 7637). */
  record Nvgre(int vsid, int flowId) implements FlowItem {
    public Nvgre {
      range("VSID", vsid, 0xff_ffff);
      range("flow ID", flowId, 0xff);
    }

    @Override
    public String label() {
      return "nvgre";
    }
  }

  /**
   * GRE (RFC 2784, RFC 2890).
   *
   * @param flagsAndVersion the first 16 bits: 0x2000 with a key
   */
  record Gre(int flagsAndVersion, int protocol) implements FlowItem {
    /** A key is present. */
    public static final int KEY = 0x2000;

    public Gre {
      range("GRE flags and version", flagsAndVersion, 0xffff);
      range("protocol", protocol, 0xffff);
    }

    @Override
    public String label() {
      return "gre";
    }
  }

  /**
   * The key of a GRE header, behind a {@link Gre} item.
   *
   * @param key unsigned 32 bits
   */
  record GreKey(long key) implements FlowItem {
    public GreKey {
      if (key < 0 || key >>> 32 != 0) {
        throw new IllegalArgumentException("GRE key: %d is not in [0, 4294967295]".formatted(key));
      }
    }

    @Override
    public String label() {
      return "gre_key";
    }
  }

  private static void range(String name, int value, int most) {
    if (value < ANY || value > most) {
      throw new IllegalArgumentException("%s: %d is not in [0, %d]".formatted(name, value, most));
    }
  }

  private static void version(@Nullable IpAddress address, int version) {
    if (address != null && address.version() != version) {
      throw new IllegalArgumentException("%s is no IPv%d address".formatted(address, version));
    }
  }
}
