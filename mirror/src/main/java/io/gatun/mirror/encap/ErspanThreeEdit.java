package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Protocol;

/**
 * ERSPAN type III: GRE with a sequence number, then 12 bytes with a timestamp and the direction.
 *
 * <p>BSO is 0, "good or integrity not known": the frame check sequence is gone before DPDK sees a
 * frame. P is 1, as Linux has it.
 */
final class ErspanThreeEdit extends TunnelEdit {
  private static final int SEQUENCE = Gre.MIN_LENGTH;
  private static final int ERSPAN = SEQUENCE + Integer.BYTES;
  private static final int NANOS_PER_UNIT = 100;

  private final int firstWord;
  private final int lastWord;
  private int sequence;

  private ErspanThreeEdit(OuterHeader outer, int firstWord, int lastWord) {
    super(outer);
    this.firstWord = firstWord;
    this.lastWord = lastWord;
  }

  static ErspanThreeEdit of(EncapsulationSpec.Erspan3 spec) {
    int[] last = new int[1];
    OuterHeader outer =
        OuterHeader.of(
            spec.endpoints(),
            Protocol.GRE,
            ERSPAN + Erspan.LENGTH_III,
            at -> {
              Gre.flags(at, Gre.FLAG_SEQUENCE);
              Gre.protocol(at, Erspan.PROTOCOL_III);
              long erspan = at + ERSPAN;
              Erspan.securityGroup(erspan, spec.securityGroup());
              Erspan.ethernetPdu(erspan, true);
              Erspan.frameType(erspan, Erspan.FRAME_ETHERNET);
              Erspan.hardwareId(erspan, spec.hardwareId());
              Erspan.granularity(erspan, Erspan.GRANULARITY_100_NS);
              last[0] = Memory.getIntBigEndian(erspan + Erspan.LAST_WORD);
            });
    int first = Erspan.firstWord(Erspan.VERSION_III, spec.session());
    return new ErspanThreeEdit(outer, first, last[0]);
  }

  @Override
  public boolean needsTimestamp() {
    return true;
  }

  @Override
  @DataPath
  void fill(
      long at, Mbuf frame, int frameBytes, int originalBytes, long timestampNanos, boolean egress) {
    Memory.putIntBigEndian(at + SEQUENCE, sequence++);
    int tci = FrameTag.tci(frame);
    int tag = tci == FrameTag.NONE ? 0 : Erspan.tagBits(tci);
    long erspan = at + ERSPAN;
    Erspan.firstWord(erspan, firstWord | tag | Erspan.truncatedBit(frameBytes < originalBytes));
    Erspan.timestamp(erspan, (int) (timestampNanos / NANOS_PER_UNIT));
    Memory.putIntBigEndian(erspan + Erspan.LAST_WORD, lastWord | Erspan.egressBit(egress));
  }
}
