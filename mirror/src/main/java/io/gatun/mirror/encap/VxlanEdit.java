package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Checksum;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.Udp;
import io.gatun.pmd.wire.Vxlan;

/**
 * VXLAN. The UDP source port tells the mirrored frame's flow (RFC 7348 section 5), so that links
 * which share their load keep each flow in order. The UDP checksum is zero, which RFC 7348 asks for
 * and RFC 6935 section 5 allows with IPv6, or computed over the whole frame.
 */
final class VxlanEdit extends TunnelEdit {
  private final boolean checksum;
  private final long fixedSum;

  private VxlanEdit(OuterHeader outer, boolean checksum, long fixedSum) {
    super(outer);
    this.checksum = checksum;
    this.fixedSum = fixedSum;
  }

  static VxlanEdit of(EncapsulationSpec.VxlanTunnel spec) {
    long[] sum = new long[1];
    int bytes = Udp.LENGTH + Vxlan.LENGTH;
    OuterHeader outer =
        OuterHeader.of(
            spec.endpoints(),
            Protocol.UDP,
            bytes,
            at -> {
              Udp.destinationPort(at, spec.port());
              Vxlan.header(at + Udp.LENGTH, spec.vni());
              sum[0] = Checksum.sum(at, bytes);
            });
    return new VxlanEdit(outer, spec.checksum(), sum[0] + outer.pseudoSum());
  }

  @Override
  @DataPath
  void fill(
      long at, Mbuf frame, int frameBytes, int originalBytes, long timestampNanos, boolean egress) {
    int sourcePort = FlowEntropy.port(frame);
    int length = Udp.LENGTH + Vxlan.LENGTH + frameBytes;
    Udp.sourcePort(at, sourcePort);
    Udp.datagramLength(at, length);
    if (checksum) {
      // The length stands in the header and in the pseudo-header.
      long header = fixedSum + Checksum.word(sourcePort) + 2 * Checksum.word(length);
      long sum = header + sum(frame, frameBytes);
      Memory.putShort(at + Udp.CHECKSUM, (short) Checksum.finishUdp(sum));
    }
  }

  /** The partial sum of a frame in however many segments of whatever lengths. */
  @DataPath
  private static long sum(Mbuf frame, int frameBytes) {
    long first = frame.address();
    long sum = 0;
    int done = 0;
    while (done < frameBytes && frame.address() != 0) {
      int bytes = Math.min(frame.dataLength(), frameBytes - done);
      long part = Checksum.sum(frame.data(), bytes);
      sum += (done & 1) == 0 ? part : Checksum.swap(part);
      done += bytes;
      frame.wrap(frame.next());
    }
    frame.wrap(first);
    return sum;
  }
}
