package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.PacketStage;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Geneve;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Headers;
import io.gatun.pmd.wire.Ipv4;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vxlan;
import io.gatun.pmd.wire.VxlanGpe;

/**
 * Computes the checksums of every packet anew, whatever they were: IPv4, TCP and UDP, and with
 * {@code parse-tunnel=on} those of the inner header before those of the outer one. A UDP checksum
 * of zero stays zero. The counterpart of testpmd's {@code csum} mode in software.
 *
 * <p>Packets that are malformed, and the L4 part of fragments, are left as they are.
 */
public final class ChecksumStage implements PacketStage {
  private static final int NOTHING = -1;

  private final HeaderPass innerPass = new HeaderPass(false, false);
  private final HeaderPass outerPass = new HeaderPass(false, false);
  private final HeaderTemplate template = new HeaderTemplate();
  private final Headers outer = new Headers();
  private final Headers inner = new Headers();
  private final boolean parsesTunnels;

  /**
   * @param parsesTunnels whether VXLAN, VXLAN-GPE, Geneve, GRE and IP-in-IP are looked into
   */
  public ChecksumStage(boolean parsesTunnels) {
    this.parsesTunnels = parsesTunnels;
  }

  @Override
  public String name() {
    return "checksum";
  }

  @Override
  @DataPath
  public int process(Burst burst) {
    int count = burst.size();
    for (int i = 0; i < count; i++) {
      complete(Memory.base(burst.get(i)));
    }
    return 0;
  }

  @DataPath
  private void complete(long mbuf) {
    long at = Memory.base(Mbuf.data(mbuf));
    int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
    int total = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    if (total == available && PlainChecksums.complete(at, available, parsesTunnels)) {
      return;
    }
    if (!outer.parseEthernet(at, available, total) || outer.ipVersion() == 0) {
      return;
    }
    if (parsesTunnels && !outer.isFragment()) {
      completeInner(mbuf, at, Math.min(available, outer.ipEnd()));
    }
    complete(outerPass, mbuf, at, 0, outer);
  }

  @DataPath
  private void completeInner(long mbuf, long at, int readable) {
    long l4 = at + outer.l4Offset();
    int left = readable - outer.l4Offset();
    int total = outer.ipEnd();
    int offset = NOTHING;
    boolean found = false;
    if (outer.protocol() == Protocol.UDP && outer.l4Length() != 0) {
      int header = udpTunnelLength(l4, left);
      offset = header < 0 ? NOTHING : outer.l4Offset() + header;
      found = offset > 0 && inner.parseEthernet(at + offset, readable - offset, total - offset);
    } else if (outer.protocol() == Protocol.GRE) {
      int header = Gre.length(l4, left);
      offset = header < 0 ? NOTHING : outer.l4Offset() + header;
      found = offset > 0 && parseGrePayload(l4, at + offset, readable - offset, total - offset);
    } else if (outer.protocol() == Protocol.IPV4 || outer.protocol() == Protocol.IPV6) {
      offset = outer.l4Offset();
      found = inner.parseIp(at + offset, readable - offset, total - offset);
    }
    if (found && inner.ipVersion() != 0) {
      complete(innerPass, mbuf, at + offset, offset, inner);
    }
  }

  /** Bytes from the UDP header to the inner Ethernet header; -1 for no tunnel. */
  @DataPath
  private static int udpTunnelLength(long udp, int available) {
    long header = udp + Udp.LENGTH;
    int left = available - Udp.LENGTH;
    int length = NOTHING;
    switch (Udp.destinationPort(udp)) {
      case Vxlan.PORT -> length = Vxlan.length(header, left);
      case VxlanGpe.PORT -> {
        length = VxlanGpe.length(header, left);
        if (length > 0 && VxlanGpe.nextProtocol(header) != VxlanGpe.NEXT_ETHERNET) {
          length = NOTHING;
        }
      }
      case Geneve.PORT -> {
        length = Geneve.length(header, left);
        if (length > 0 && Geneve.protocol(header) != Ethernet.TYPE_TEB) {
          length = NOTHING;
        }
      }
      default -> {}
    }
    return length < 0 ? NOTHING : Udp.LENGTH + length;
  }

  @DataPath
  private boolean parseGrePayload(long gre, long at, int available, int total) {
    return switch (Gre.protocol(gre)) {
      case Ethernet.TYPE_TEB -> inner.parseEthernet(at, available, total);
      case Ethernet.TYPE_IPV4, Ethernet.TYPE_IPV6 -> inner.parseIp(at, available, total);
      default -> false;
    };
  }

  /**
   * Completes one IP header and what is behind it.
   *
   * @param at where {@code headers} was parsed, {@code offset} bytes into the packet
   */
  @DataPath
  private void complete(HeaderPass pass, long mbuf, long at, int offset, Headers headers) {
    long ip = at + headers.ipOffset();
    template.load(ip, headers);
    if (headers.ipVersion() == 4) {
      pass.completeIp(
          ip, template, headers.ipEnd() - headers.ipOffset(), Ipv4.identification(ip), 0);
    }
    boolean udp = headers.isUdp();
    if (!udp && !headers.isTcp()) {
      return;
    }
    // A datagram that was sent without a checksum has none.
    if (udp && Memory.getShort(at + headers.l4Offset() + Udp.CHECKSUM) == 0) {
      return;
    }
    int bytes = headers.ipEnd() - headers.l4Offset();
    pass.completeL4(mbuf, offset + headers.l4Offset(), bytes, template);
  }
}
