package io.gatun.hw.model;

import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_RSS_HASH;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
import static io.gatun.bindings.RteEthBits.RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_FDIR;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_FDIR_ID;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_IP_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
import static io.gatun.bindings.RteMbufFlags.RTE_MBUF_F_RX_RSS_HASH;

import io.gatun.hw.model.NicBehaviour.Verdicts;
import io.gatun.hw.model.RxLayers.Layer;

/** The receiving side: what a family's driver says about a frame in the mbuf that carries it. */
final class RxEngine {
  /**
   * What goes into the mbuf beside the bytes.
   *
   * @param flags {@code ol_flags}
   * @param packetType {@code packet_type}
   * @param rssHash {@code hash.rss}
   * @param mark {@code hash.fdir.hi}
   */
  record Report(long flags, int packetType, int rssHash, int mark) {}

  /** No flow rule with MARK has met the frame. */
  static final int NO_MARK = -1;

  private final Verdicts verdicts;
  private final long enabled;
  private final boolean hashesInner;

  /**
   * For a port with the {@code enabled} {@code RTE_ETH_RX_OFFLOAD_*}.
   *
   * @param hashesInner RSS by the innermost headers ({@code RTE_ETH_RSS_LEVEL_INNERMOST})
   */
  RxEngine(NicBehaviour behaviour, long enabled, boolean hashesInner) {
    this.verdicts = behaviour.verdicts();
    this.enabled = enabled;
    this.hashesInner = hashesInner;
  }

  Report receive(byte[] frame, int mark) {
    RxLayers seen = RxLayers.parse(frame);
    RxLayers layers = knowsTunnel(seen) ? seen : seen.withoutTunnel();
    long flags = verdicts(frame, layers);
    int hash = 0;
    if (has(RTE_ETH_RX_OFFLOAD_RSS_HASH) && layers.hasIp()) {
      flags |= RTE_MBUF_F_RX_RSS_HASH;
      hash = Toeplitz.hash(frame, hashesInner ? layers.innermost() : layers.outermost());
    }
    if (mark != NO_MARK) {
      flags |= RTE_MBUF_F_RX_FDIR | RTE_MBUF_F_RX_FDIR_ID;
    }
    int type = verdicts == Verdicts.NONE ? 0 : PacketTypes.of(layers, verdicts == Verdicts.MERGED);
    return new Report(flags, type, hash, mark == NO_MARK ? 0 : mark);
  }

  private boolean has(long offload) {
    return (enabled & offload) != 0;
  }

  private boolean knowsTunnel(RxLayers layers) {
    return switch (verdicts) {
      case NONE, OUTERMOST, OUTERMOST_WITHOUT_BAD_UDP -> false;
      case PER_HEADER, PER_HEADER_WITH_OUTER_L4, ONLY_GOOD -> true;
      case MERGED ->
          switch (layers.tunnel()) {
            case VXLAN, GENEVE, NVGRE -> true; // "VXLAN, NVGRE, and GENEVE packets" (enic.rst)
            default -> false;
          };
    };
  }

  // ---- checksums --------------------------------------------------------------------------------

  private long verdicts(byte[] frame, RxLayers layers) {
    return switch (verdicts) {
      case NONE -> 0;
      case OUTERMOST -> goodUnlessWrong(frame, layers, false);
      case OUTERMOST_WITHOUT_BAD_UDP -> {
        long flags = goodUnlessWrong(frame, layers, true);
        boolean udp = layers.hasIp() && layers.outermost().isUdp();
        yield udp ? flags & ~RTE_MBUF_F_RX_L4_CKSUM_BAD : flags;
      }
      case PER_HEADER -> goodUnlessWrong(frame, layers, false) | outerIp(frame, layers);
      case PER_HEADER_WITH_OUTER_L4 ->
          layers.hasIp() // the bit L3L4P: "check if HW has decoded the packet and checksum"
              ? goodUnlessWrong(frame, layers, false)
                  | outerIp(frame, layers)
                  | outerL4(frame, layers)
              : 0;
      case ONLY_GOOD -> merged(frame, layers, false);
      case MERGED -> merged(frame, layers, true);
    };
  }

  /** Of the innermost headers that the NIC sees. */
  private long goodUnlessWrong(byte[] frame, RxLayers layers, boolean zeroIsWrong) {
    Layer layer = layers.hasIp() ? layers.innermost() : null;
    boolean badIp = layer != null && !layer.isIpRight(frame);
    boolean badL4 = layer != null && layer.hasL4Checksum(frame) && !layer.isL4Right(frame);
    if (layer != null && zeroIsWrong && layer.isUdp() && !layer.hasL4Checksum(frame)) {
      badL4 = true;
    }
    long flags = 0;
    if (has(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM)) {
      flags |= badIp ? RTE_MBUF_F_RX_IP_CKSUM_BAD : RTE_MBUF_F_RX_IP_CKSUM_GOOD;
    }
    if (has(RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)) {
      flags |= badL4 ? RTE_MBUF_F_RX_L4_CKSUM_BAD : RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    }
    return flags;
  }

  private long outerIp(byte[] frame, RxLayers layers) {
    return has(RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM)
            && layers.isTunnelled()
            && !layers.outermost().isIpRight(frame)
        ? RTE_MBUF_F_RX_OUTER_IP_CKSUM_BAD
        : 0;
  }

  private long outerL4(byte[] frame, RxLayers layers) {
    if (!has(RTE_ETH_RX_OFFLOAD_OUTER_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_OUTER_IPV4_CKSUM)) {
      return 0;
    }
    boolean bad =
        layers.isTunnelled()
            && layers.outermost().hasL4Checksum(frame)
            && !layers.outermost().isL4Right(frame);
    return bad ? RTE_MBUF_F_RX_OUTER_L4_CKSUM_BAD : RTE_MBUF_F_RX_OUTER_L4_CKSUM_GOOD;
  }

  /** One verdict for all layers; the families differ in whether they say BAD. */
  private long merged(byte[] frame, RxLayers layers, boolean saysBad) {
    if (!layers.hasIp()) {
      return 0;
    }
    boolean ip = layers.layers().stream().allMatch(layer -> layer.isIpRight(frame));
    boolean l4 =
        layers.layers().stream()
            .allMatch(layer -> !layer.hasL4Checksum(frame) || layer.isL4Right(frame));
    Layer innermost = layers.innermost();
    long flags = 0;
    if (has(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) && (innermost.isV4() || !saysBad)) {
      flags |= ip ? RTE_MBUF_F_RX_IP_CKSUM_GOOD : saysBad ? RTE_MBUF_F_RX_IP_CKSUM_BAD : 0;
    }
    if (has(RTE_ETH_RX_OFFLOAD_UDP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
        && (innermost.isTcp() || innermost.isUdp())) {
      flags |= l4 ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : saysBad ? RTE_MBUF_F_RX_L4_CKSUM_BAD : 0;
    }
    return flags;
  }
}
