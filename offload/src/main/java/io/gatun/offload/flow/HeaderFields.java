package io.gatun.offload.flow;

import io.gatun.bindings.Abi;
import io.gatun.bindings.RteFlow;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An item's header as it is on the wire, and a mask of the bits that are compared: what {@code
 * rte_flow_item.spec} and {@code .mask} begin with (see {@link RteFlow}).
 */
final class HeaderFields {
  private static final String STRUCT = "rte_flow_item_";

  private final int type;
  private final String struct; // empty: the header alone
  private final ByteBuffer spec;
  private final ByteBuffer mask;

  private HeaderFields(int type, String struct, int headerBytes) {
    this.type = type;
    this.struct = struct;
    this.spec = ByteBuffer.allocate(headerBytes);
    this.mask = ByteBuffer.allocate(headerBytes);
  }

  /** The fields of {@code item} that are set. */
  static HeaderFields of(FlowItem item) {
    return switch (item) {
      case FlowItem.Eth eth ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_ETH, "eth", 14)
              .mac(0, eth.destination())
              .mac(6, eth.source())
              .number(12, 2, eth.etherType());
      case FlowItem.Vlan vlan -> vlan(vlan);
      case FlowItem.Ipv4 ip -> ipv4(ip);
      case FlowItem.Ipv6 ip -> ipv6(ip);
      case FlowItem.Udp udp ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_UDP, "udp", 8)
              .number(0, 2, udp.sourcePort())
              .number(2, 2, udp.destinationPort());
      case FlowItem.Vxlan vxlan ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_VXLAN, "vxlan", 8).number(4, 3, vxlan.vni());
      case FlowItem.VxlanGpe gpe ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_VXLAN_GPE, "vxlan_gpe", 8)
              .number(3, 1, gpe.nextProtocol())
              .number(4, 3, gpe.vni());
      case FlowItem.Geneve geneve -> geneve(geneve);
      case FlowItem.Nvgre nvgre ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_NVGRE, "nvgre", 8)
              .number(4, 3, nvgre.vsid())
              .number(7, 1, nvgre.flowId());
      case FlowItem.Gre gre ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_GRE, "gre", 4)
              .number(0, 2, gre.flagsAndVersion())
              .number(2, 2, gre.protocol());
      case FlowItem.GreKey key ->
          new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_GRE_KEY, "", 4).number(0, 4, key.key());
    };
  }

  /** The TCI: priority in 3 bits, DEI in one, VLAN in 12 (IEEE 802.1Q section 9.6). */
  private static HeaderFields vlan(FlowItem.Vlan vlan) {
    int tci = Math.max(0, vlan.priority()) << 13 | Math.max(0, vlan.id());
    int compared =
        (vlan.priority() == FlowItem.ANY ? 0 : 0xe000) | (vlan.id() == FlowItem.ANY ? 0 : 0xfff);
    return new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_VLAN, "vlan", 4)
        .bits(0, 2, tci, compared)
        .number(2, 2, vlan.etherType());
  }

  private static HeaderFields ipv4(FlowItem.Ipv4 ip) {
    return new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_IPV4, "ipv4", 20)
        .number(0, 1, ip.versionIhl())
        .number(1, 1, ip.typeOfService())
        .number(6, 2, ip.flagsAndOffset())
        .number(8, 1, ip.timeToLive())
        .number(9, 1, ip.protocol())
        .address(12, ip.source())
        .address(16, ip.destination());
  }

  private static HeaderFields ipv6(FlowItem.Ipv6 ip) {
    HeaderFields fields =
        new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_IPV6, "ipv6", 40)
            .number(6, 1, ip.protocol())
            .number(7, 1, ip.hopLimit())
            .address(8, ip.source())
            .address(24, ip.destination());
    if (ip.trafficClass() != FlowItem.ANY) {
      // Version, traffic class and flow label share 32 bits (RFC 8200 section 3).
      fields.bits(0, 4, (long) ip.trafficClass() << 20, 0xffL << 20);
    }
    return fields;
  }

  private static HeaderFields geneve(FlowItem.Geneve geneve) {
    HeaderFields fields =
        new HeaderFields(RteFlow.RTE_FLOW_ITEM_TYPE_GENEVE, "geneve", 8)
            .number(2, 2, geneve.protocol())
            .number(4, 3, geneve.vni());
    if (geneve.optionBytes() != FlowItem.ANY) {
      // The first byte: version in 2 bits, length of the options in words of 4 bytes in 6.
      fields.number(0, 1, geneve.optionBytes() / 4);
    }
    return fields;
  }

  // ---- building ---------------------------------------------------------------------------------

  private HeaderFields number(int offset, int bytes, long value) {
    return value == FlowItem.ANY ? this : bits(offset, bytes, value, -1);
  }

  /** Big-endian, with the bits of the mask that belong to the field. */
  private HeaderFields bits(int offset, int bytes, long value, long compared) {
    for (int i = 0; i < bytes; i++) {
      int shift = 8 * (bytes - 1 - i);
      spec.put(offset + i, (byte) (value >>> shift));
      mask.put(offset + i, (byte) (compared >>> shift));
    }
    return this;
  }

  private HeaderFields mac(int offset, @Nullable MacAddress address) {
    return address == null ? this : bits(offset, 6, address.value(), -1);
  }

  private HeaderFields address(int offset, @Nullable IpAddress address) {
    if (address == null) {
      return this;
    }
    return address.version() == 4
        ? bits(offset, 4, address.low(), -1)
        : bits(offset, 8, address.high(), -1).bits(offset + 8, 8, address.low(), -1);
  }

  // ---- reading ----------------------------------------------------------------------------------

  /** {@code RTE_FLOW_ITEM_TYPE_*}. */
  int type() {
    return type;
  }

  /** Bytes of the C struct, of which the header is the first part. */
  long structBytes() {
    return struct.isEmpty() ? spec.capacity() : Abi.sizeof(STRUCT + struct);
  }

  byte[] spec() {
    return spec.array().clone();
  }

  byte[] mask() {
    return mask.array().clone();
  }

  /** Whether no bit is compared: then the item needs neither spec nor mask. */
  boolean isOpen() {
    return Arrays.equals(mask.array(), new byte[mask.capacity()]);
  }
}
