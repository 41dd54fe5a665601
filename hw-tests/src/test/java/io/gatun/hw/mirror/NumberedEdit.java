package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.pmd.Mbuf;

/** A header that says whose it is, so that lanes which share a destination can be told apart. */
final class NumberedEdit implements FrameEdit {
  private final int headroom;
  private final int maxFrameBytes;
  private final byte number;

  NumberedEdit(int headroom, int maxFrameBytes, int number) {
    this.headroom = headroom;
    this.maxFrameBytes = maxFrameBytes;
    this.number = (byte) number;
  }

  @Override
  public int headroom() {
    return headroom;
  }

  @Override
  public int maxFrameBytes() {
    return maxFrameBytes;
  }

  @Override
  public boolean needsTimestamp() {
    return true;
  }

  @Override
  public void apply(Mbuf mbuf, int originalBytes, long timestampNanos, boolean egress) {
    require(mbuf, mbuf.packetLength(), originalBytes, timestampNanos);
    fill(mbuf.prepend(headroom));
  }

  @Override
  public void undo(Mbuf mbuf) {
    if (Memory.getByte(mbuf.data()) != number || mbuf.adjust(headroom) == 0) {
      throw new AssertionError("a header is undone that is not there");
    }
  }

  @Override
  public int writeHeader(
      Mbuf header,
      Mbuf frame,
      int frameBytes,
      int originalBytes,
      long timestampNanos,
      boolean egress) {
    require(frame, frameBytes, originalBytes, timestampNanos);
    fill(header.append(headroom));
    return 0;
  }

  private void require(Mbuf frame, int frameBytes, int originalBytes, long timestampNanos) {
    if (frameBytes != frame.packetLength()
        || frameBytes > maxFrameBytes
        || originalBytes < frameBytes
        || Math.abs(timestampNanos / 1_000_000 - System.currentTimeMillis()) > 60_000) {
      throw new AssertionError(
          "frame %d, original %d, at %d".formatted(frameBytes, originalBytes, timestampNanos));
    }
  }

  private void fill(long at) {
    Memory.fill(at, headroom, number);
  }
}
