package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Ipv6;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Tcp;
import io.gatun.pmd.wire.Udp;

/**
 * Completes the IP and L4 header of a packet: lengths, identification, checksums.
 *
 * <p>It is run twice on a tunnelled packet: one instance completes the inner header, another one
 * the outer header. Each has its own decision, made by the planner, of what it computes and what it
 * leaves to the NIC; neither knows which of the two it is.
 *
 * <p>One lcore.
 */
@DataPath
final class HeaderPass {
  private final boolean ipv4InNic;
  private final boolean l4InNic;

  /**
   * @param ipv4InNic whether the NIC fills in IPv4 checksums
   * @param l4InNic whether the NIC fills in TCP and UDP checksums
   */
  HeaderPass(boolean ipv4InNic, boolean l4InNic) {
    this.ipv4InNic = ipv4InNic;
    this.l4InNic = l4InNic;
  }

  boolean ipv4InNic() {
    return ipv4InNic;
  }

  boolean l4InNic() {
    return l4InNic;
  }

  /**
   * Completes an IP header: RFC 791 section 3.1, RFC 8200 section 3.
   *
   * @param ip address of the header
   * @param template what the header was made from
   * @param ipBytes length of the IP packet, header included
   * @param identification of an IPv4 packet
   * @param changed what the caller changed in an IPv4 header since the template was made, as a
   *     partial sum
   */
  void completeIp(long ip, HeaderTemplate template, int ipBytes, int identification, long changed) {
    if (template.ipVersion() == 4) {
      long length = Checksum.word(ipBytes);
      long id = Checksum.word(identification);
      Memory.putShort(ip + Ipv4.TOTAL_LENGTH, (short) length);
      Memory.putShort(ip + Ipv4.IDENTIFICATION, (short) id);
      int checksum = ipv4InNic ? 0 : Checksum.finish(template.ipSum() + length + id + changed);
      Memory.putShort(ip + Ipv4.CHECKSUM, (short) checksum);
    } else {
      Ipv6.payloadLength(ip, ipBytes - Ipv6.LENGTH);
    }
  }

  /**
   * Completes the checksum of a TCP or UDP header. Where it is the NIC's, the field gets the sum of
   * the pseudo-header, as drivers want it ({@code rte_net_intel_cksum_prepare}).
   *
   * @param l4 address of the header
   * @param template what the header was made from
   * @param l4Bytes header and payload
   * @param l4Sum partial sum over them but for the checksum field; not looked at where the checksum
   *     is the NIC's
   */
  void completeL4(long l4, HeaderTemplate template, int l4Bytes, long l4Sum) {
    long pseudo = template.pseudoSum() + Checksum.length(l4Bytes);
    boolean udp = template.protocol() == Protocol.UDP;
    int checksum;
    if (l4InNic) {
      checksum = Checksum.fold(pseudo);
    } else if (udp) {
      checksum = Checksum.finishUdp(pseudo + l4Sum);
    } else {
      checksum = Checksum.finish(pseudo + l4Sum);
    }
    Memory.putShort(l4 + (udp ? Udp.CHECKSUM : Tcp.CHECKSUM), (short) checksum);
  }

  /**
   * Completes the checksum of a TCP or UDP header in a packet, whatever the field says. Where it is
   * not the NIC's, every byte behind the header is read.
   *
   * @param mbuf the packet; the header lies in its first segment
   * @param l4Offset of the header
   * @param l4Bytes header and payload
   * @param template what the header was made from
   */
  void completeL4(long mbuf, int l4Offset, int l4Bytes, HeaderTemplate template) {
    long l4 = Mbuf.data(mbuf) + l4Offset;
    boolean udp = template.protocol() == Protocol.UDP;
    int before = Memory.getUnsignedShort(l4 + (udp ? Udp.CHECKSUM : Tcp.CHECKSUM));
    long sum = l4InNic ? 0 : MbufChain.sum(mbuf, l4Offset, l4Bytes) - before;
    completeL4(l4, template, l4Bytes, sum);
  }

  /**
   * The field of a packet that the NIC segments: the pseudo-header without a length, which differs
   * from segment to segment.
   */
  void prepareForSegmentation(long l4, HeaderTemplate template) {
    boolean udp = template.protocol() == Protocol.UDP;
    Memory.putShort(
        l4 + (udp ? Udp.CHECKSUM : Tcp.CHECKSUM), (short) Checksum.fold(template.pseudoSum()));
  }
}
