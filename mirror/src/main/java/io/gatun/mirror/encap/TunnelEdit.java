package io.gatun.mirror.encap;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/** A header before the frame, which stays as it is: GRE, ERSPAN, VXLAN. */
@DataPath
abstract sealed class TunnelEdit implements FrameEdit
    permits GreEdit, ErspanTwoEdit, ErspanThreeEdit, VxlanEdit {
  private final OuterHeader outer;
  private final int length;
  private final int tunnel;
  private final int maxFrameBytes;

  TunnelEdit(OuterHeader outer) {
    this.outer = outer;
    length = outer.length();
    tunnel = outer.tunnel();
    maxFrameBytes = outer.maxFrameBytes();
  }

  /**
   * Completes what follows the IP header, of which all that does not change is written.
   *
   * @param at address of what follows the IP header, a {@link Memory#base}
   * @param frame the mirrored frame, not yet with a header
   */
  abstract void fill(
      long at, Mbuf frame, int frameBytes, int originalBytes, long timestampNanos, boolean egress);

  @Override
  public final int headroom() {
    return length;
  }

  @Override
  public final int maxFrameBytes() {
    return maxFrameBytes;
  }

  @Override
  public boolean needsTimestamp() {
    return false;
  }

  @Override
  public final void apply(Mbuf mbuf, int originalBytes, long timestampNanos, boolean egress) {
    long at = Memory.base(mbuf.data() - length);
    int frameBytes = mbuf.packetLength();
    outer.write(at, frameBytes);
    fill(at + tunnel, mbuf, frameBytes, originalBytes, timestampNanos, egress);
    mbuf.prepend(length);
  }

  @Override
  public final void undo(Mbuf mbuf) {
    mbuf.adjust(length);
  }

  @Override
  public final int writeHeader(
      Mbuf header,
      Mbuf frame,
      int frameBytes,
      int originalBytes,
      long timestampNanos,
      boolean egress) {
    long at = Memory.base(header.append(length));
    outer.write(at, frameBytes);
    fill(at + tunnel, frame, frameBytes, originalBytes, timestampNanos, egress);
    return 0;
  }
}
