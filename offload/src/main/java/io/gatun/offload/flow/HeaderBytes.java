package io.gatun.offload.flow;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The bytes of a stack of headers, for {@code RAW_ENCAP} and {@code RAW_DECAP}: the fields that the
 * items set, and beside them what every header of its kind has (versions, flags, lengths of the
 * headers). Lengths of packets and IPv4's checksum stay 0: the NIC fills them in.
 */
final class HeaderBytes {
  private static final int VXLAN_VNI_FLAG = 0x08;
  private static final int GPE_PROTOCOL_FLAG = 0x04;

  private static final byte GENEVE_CRITICAL = 0x40;

  private HeaderBytes() {}

  /**
   * @param headers from the outermost inwards
   * @param options what follows the last of them
   */
  static Octets of(List<FlowItem> headers, Octets options) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (FlowItem header : headers) {
      bytes.writeBytes(complete(header, options));
    }
    bytes.writeBytes(options.bytes());
    return Octets.of(bytes.toByteArray());
  }

  private static byte[] complete(FlowItem item, Octets options) {
    byte[] bytes = HeaderFields.of(item).spec();
    ByteBuffer header = ByteBuffer.wrap(bytes);
    switch (item) {
      case FlowItem.Ipv4 _ -> header.put(0, (byte) 0x45);
      case FlowItem.Ipv6 _ -> header.putInt(0, header.getInt(0) | 6 << 28);
      case FlowItem.Vxlan _ -> header.put(0, (byte) VXLAN_VNI_FLAG);
      case FlowItem.VxlanGpe _ -> header.put(0, (byte) (VXLAN_VNI_FLAG | GPE_PROTOCOL_FLAG));
      case FlowItem.Nvgre _ ->
          header.putShort(0, (short) FlowItem.Gre.KEY).putShort(2, (short) 0x6558);
      case FlowItem.Geneve _ -> header.put(1, hasCritical(options) ? GENEVE_CRITICAL : 0);
      case FlowItem.Eth _, FlowItem.Vlan _, FlowItem.Udp _ -> {}
      case FlowItem.Gre _, FlowItem.GreKey _ -> {}
    }
    return bytes;
  }

  /**
   * Whether one of Geneve's options must be understood, so that the header says so: the highest bit
   * of its type; its length is that of the data in words of 4 bytes (RFC 8926 section 3.5).
   */
  private static boolean hasCritical(Octets options) {
    byte[] bytes = options.bytes();
    for (int at = 0; at + 4 <= bytes.length; at += 4 + (bytes[at + 3] & 0x1f) * 4) {
      if (bytes[at + 2] < 0) {
        return true;
      }
    }
    return false;
  }
}
