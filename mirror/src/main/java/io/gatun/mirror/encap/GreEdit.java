package io.gatun.mirror.encap;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Erspan;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.Gre;
import io.gatun.pmd.wire.Protocol;

/** Ethernet in GRE, and ERSPAN type I, which is the same under another type. */
final class GreEdit extends TunnelEdit {
  private GreEdit(OuterHeader outer) {
    super(outer);
  }

  static GreEdit of(EncapsulationSpec.GreTeb spec) {
    int flags = spec.key().isPresent() ? Gre.FLAG_KEY : 0;
    return new GreEdit(
        OuterHeader.of(
            spec.endpoints(),
            Protocol.GRE,
            Gre.lengthOf(flags),
            at -> {
              Gre.flags(at, flags);
              Gre.protocol(at, Ethernet.TYPE_TEB);
              spec.key().ifPresent(key -> Gre.key(at, (int) key));
            }));
  }

  static GreEdit of(EncapsulationSpec.Erspan1 spec) {
    return new GreEdit(
        OuterHeader.of(
            spec.endpoints(),
            Protocol.GRE,
            Gre.MIN_LENGTH,
            at -> Gre.protocol(at, Erspan.PROTOCOL)));
  }

  @Override
  @DataPath
  void fill(
      long at, Mbuf frame, int frameBytes, int originalBytes, long timestampNanos, boolean egress) {
    // Nothing in it changes.
  }
}
