package io.gatun.mirror.encap;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/** Nothing: the frame as it is. */
@DataPath
final class SpanEdit implements FrameEdit {
  @Override
  public int headroom() {
    return 0;
  }

  @Override
  public int maxFrameBytes() {
    return UNLIMITED;
  }

  @Override
  public boolean needsTimestamp() {
    return false;
  }

  @Override
  public void apply(Mbuf mbuf, int originalBytes, long timestampNanos, boolean egress) {}

  @Override
  public void undo(Mbuf mbuf) {}

  @Override
  public int writeHeader(
      Mbuf header,
      Mbuf frame,
      int frameBytes,
      int originalBytes,
      long timestampNanos,
      boolean egress) {
    return 0;
  }
}
