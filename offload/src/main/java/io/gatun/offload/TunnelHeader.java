package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Geneve;
import io.gatun.pmd.wire.GeneveOption;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Nvgre;
import io.gatun.pmd.wire.Vxlan;
import io.gatun.pmd.wire.VxlanGpe;

/** Writes the tunnel's own header into an {@link OuterHeader}. Control plane. */
final class TunnelHeader {
  private TunnelHeader() {}

  /** Bytes behind the IP or UDP header. */
  static int length(TunnelConfig config, long identifier) {
    return switch (config.type()) {
      case VXLAN, VXLAN_GPE, NVGRE -> 8;
      case GENEVE -> Geneve.MIN_LENGTH + config.options().length;
      case GRE -> Gre.lengthOf(greFlags(config, identifier));
      case IPIP -> 0;
    };
  }

  /** Writes it into zeroed bytes. */
  static void write(long at, TunnelConfig config, long identifier) {
    switch (config.type()) {
      case VXLAN -> Vxlan.header(at, (int) identifier);
      case VXLAN_GPE -> VxlanGpe.header(at, VxlanGpe.NEXT_ETHERNET, (int) identifier);
      case GENEVE -> writeGeneve(at, config.options(), (int) identifier);
      case NVGRE -> Nvgre.header(at, (int) identifier, 0);
      case GRE -> {
        Gre.flags(at, greFlags(config, identifier));
        Gre.protocol(at, Ethernet.TYPE_TEB);
        if (identifier >= 0) {
          Gre.key(at, (int) identifier);
        }
      }
      case IPIP -> {}
    }
  }

  /** The C bit is set when any option is critical (RFC 8926 section 3.4). */
  private static void writeGeneve(long at, byte[] options, int vni) {
    long first = at + Geneve.MIN_LENGTH;
    Memory.copy(options, 0, first, options.length);
    boolean critical = false;
    int offset = 0;
    while (offset < options.length) {
      int length = GeneveOption.length(first + offset, options.length - offset);
      if (length < 0) {
        throw new IllegalArgumentException(
            "--option: the %d bytes do not hold whole Geneve options".formatted(options.length));
      }
      critical |= GeneveOption.isCritical(first + offset);
      offset += length;
    }
    Geneve.header(at, options.length, critical ? Geneve.FLAG_CRITICAL : 0, Ethernet.TYPE_TEB, vni);
  }

  private static int greFlags(TunnelConfig config, long key) {
    return (config.greChecksum() ? Gre.FLAG_CHECKSUM : 0)
        | (key >= 0 ? Gre.FLAG_KEY : 0)
        | (config.greSequence() ? Gre.FLAG_SEQUENCE : 0);
  }
}
