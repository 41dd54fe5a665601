package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Protocol;

/** ERSPAN type II: GRE with a sequence number, then 8 bytes. */
final class ErspanTwoEdit extends TunnelEdit {
  static final int SEQUENCE = Gre.MIN_LENGTH;
  static final int ERSPAN = SEQUENCE + Integer.BYTES;
  private static final int TAGGED = Erspan.encapsulationBits(Erspan.TAG_PRESERVED);

  private final int firstWord;
  private int sequence;

  ErspanTwoEdit(EncapsulationSpec.Erspan2 spec) {
    super(
        OuterHeader.of(
            spec.endpoints(),
            Protocol.GRE,
            ERSPAN + Erspan.LENGTH_II,
            at -> {
              Gre.flags(at, Gre.FLAG_SEQUENCE);
              Gre.protocol(at, Erspan.PROTOCOL);
              Erspan.index(at + ERSPAN, spec.index());
            }));
    firstWord = Erspan.firstWord(Erspan.VERSION_II, spec.session());
  }

  @Override
  @DataPath
  void fill(
      long at, Mbuf frame, int frameBytes, int originalBytes, long timestampNanos, boolean egress) {
    Memory.putIntBigEndian(at + SEQUENCE, sequence++);
    int tci = FrameTag.tci(frame);
    int tag = tci == FrameTag.NONE ? 0 : Erspan.tagBits(tci) | TAGGED;
    Erspan.firstWord(
        at + ERSPAN, firstWord | tag | Erspan.truncatedBit(frameBytes < originalBytes));
  }
}
