package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Geneve;
import io.gatun.pmd.wire.GeneveOption;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Nvgre;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.Vxlan;
import io.gatun.pmd.wire.VxlanGpe;

/**
 * Reads the tunnel's own header of a received packet. It keeps what it found for the caller. One
 * lcore.
 */
final class TunnelParser {
  private final TunnelType type;
  private final int[] knownOptions;
  private int length;
  private long identifier;
  private DropReason refusal = DropReason.TUNNEL_FLAGS;

  TunnelParser(TunnelConfig config) {
    this.type = config.type();
    this.knownOptions = optionTypes(config.options());
  }

  /** Class and type of the options that are configured: their meaning is the operator's. */
  private static int[] optionTypes(byte[] options) {
    int[] types = new int[options.length / 4];
    int count = 0;
    int i = 0;
    while (i + 4 <= options.length) {
      types[count++] =
          (options[i] & 0xff) << 16 | (options[i + 1] & 0xff) << 8 | (options[i + 2] & 0xff);
      i += 4 + 4 * (options[i + 3] & 0x1f);
    }
    return java.util.Arrays.copyOf(types, count);
  }

  /** Bytes of the header that was read last. */
  @DataPath
  int length() {
    return length;
  }

  /** VNI, VSID or key of the header that was read last; -1 for none. */
  @DataPath
  long identifier() {
    return identifier;
  }

  /** Why the header that was read last was refused. */
  @DataPath
  DropReason refusal() {
    return refusal;
  }

  /**
   * Reads a header; false with a {@link #refusal} when it is cut or cannot be understood.
   *
   * @param available bytes from {@code at} on that can be read and belong to the packet
   */
  @DataPath
  boolean parse(long at, int available) {
    refusal = DropReason.MALFORMED_OUTER;
    return switch (type) {
      case VXLAN -> parseVxlan(at, available);
      case VXLAN_GPE -> parseVxlanGpe(at, available);
      case GENEVE -> parseGeneve(at, available);
      case GRE -> parseGre(at, available);
      case NVGRE -> parseNvgre(at, available);
      default -> { // IPIP; not named, as a switch without default makes an exception
        length = 0;
        identifier = -1;
        yield true;
      }
    };
  }

  /** RFC 7348 section 5: the I flag is set, the others are ignored. */
  @DataPath
  private boolean parseVxlan(long at, int available) {
    if (available < Vxlan.LENGTH) {
      return false;
    }
    refusal = DropReason.TUNNEL_FLAGS;
    length = Vxlan.LENGTH;
    identifier = Vxlan.vni(at);
    return (Vxlan.flags(at) & Vxlan.FLAG_VNI) != 0;
  }

  /** OAM packets are not payload, and what carries something else than Ethernet is refused. */
  @DataPath
  private boolean parseVxlanGpe(long at, int available) {
    if (available < VxlanGpe.LENGTH) {
      return false;
    }
    refusal = DropReason.TUNNEL_FLAGS;
    length = VxlanGpe.LENGTH;
    identifier = VxlanGpe.vni(at);
    int flags = VxlanGpe.flags(at);
    boolean ethernet =
        (flags & VxlanGpe.FLAG_NEXT_PROTOCOL) == 0
            || VxlanGpe.nextProtocol(at) == VxlanGpe.NEXT_ETHERNET;
    return (flags & VxlanGpe.FLAG_VNI) != 0
        && VxlanGpe.version(at) == 0
        && !VxlanGpe.isOam(at)
        && ethernet;
  }

  @DataPath
  private boolean parseGeneve(long at, int available) {
    int bytes = Geneve.length(at, available);
    if (bytes < 0 || !Geneve.isOptionsValid(at)) {
      return false;
    }
    refusal = DropReason.TUNNEL_FLAGS;
    length = bytes;
    identifier = Geneve.vni(at);
    if (Geneve.isControl(at) || Geneve.protocol(at) != Ethernet.TYPE_TEB) {
      return false;
    }
    if (Geneve.isCritical(at) && !isEveryCriticalOptionKnown(at)) {
      refusal = DropReason.CRITICAL_OPTION;
      return false;
    }
    return true;
  }

  /** RFC 8926 section 3.5: a critical option that is not understood drops the packet. */
  @DataPath
  private boolean isEveryCriticalOptionKnown(long at) {
    long option = at + Geneve.OPTIONS;
    long end = option + Geneve.optionsLength(at);
    while (option < end) {
      if (GeneveOption.isCritical(option) && !isKnown(option)) {
        return false;
      }
      option += GeneveOption.length(option, (int) (end - option));
    }
    return true;
  }

  @DataPath
  private boolean isKnown(long option) {
    int wanted = Memory.getIntBigEndian(option) >>> 8;
    for (int known : knownOptions) {
      if (known == wanted) {
        return true;
      }
    }
    return false;
  }

  @DataPath
  private boolean parseGre(long at, int available) {
    int bytes = Gre.length(at, available);
    if (bytes < 0) {
      refusal =
          available >= Gre.MIN_LENGTH && (Gre.flags(at) & Gre.REFUSED) != 0
              ? DropReason.TUNNEL_FLAGS
              : DropReason.MALFORMED_OUTER;
      return false;
    }
    refusal = DropReason.TUNNEL_FLAGS;
    length = bytes;
    identifier = Gre.hasKey(at) ? Gre.key(at) & 0xffff_ffffL : -1;
    return Gre.protocol(at) == Ethernet.TYPE_TEB;
  }

  @DataPath
  private boolean parseNvgre(long at, int available) {
    int bytes = Nvgre.length(at, available);
    if (bytes < 0) {
      refusal = available >= Gre.MIN_LENGTH ? DropReason.TUNNEL_FLAGS : DropReason.MALFORMED_OUTER;
      return false;
    }
    length = bytes;
    identifier = Nvgre.vsid(at);
    return true;
  }
}
