package io.gatun.mirror.encap;

import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;

/**
 * What one lane does to a frame before it is sent to the mirror's destination, in the frame's own
 * buffer, and how that is undone.
 *
 * <pre>
 *   headroom              | frame           before apply, after undo
 *   headroom     | header | frame           after apply
 *
 *   headroom              | frame           both before and after writeHeader:
 *   header mbuf: | header |                 chained before the frame by the caller
 * </pre>
 *
 * <p>A frame is an mbuf, or several, whose first segment holds at least 14 bytes; truncation is
 * done before, by the caller. Nothing is checked here: the caller has compared {@link #headroom}
 * and {@link #maxFrameBytes}. Bytes are what is on the wire, so checksums and tags that a NIC was
 * to fill in must have been; the mbuf's {@code ol_flags} and {@code tx_offload} are not read and
 * not changed.
 *
 * <p>One lcore: it may count (sequence numbers), so every lane has its own.
 */
public interface FrameEdit {
  /** {@link #maxFrameBytes} where there is no limit. */
  int UNLIMITED = Integer.MAX_VALUE;

  /**
   * Bytes that come before the frame; constant. Where the frame's headroom is smaller, {@link
   * #writeHeader} does it.
   */
  @DataPath
  int headroom();

  /**
   * Longest frame in bytes, after truncation, whose length the header's 16-bit fields can tell; of
   * a longer one nothing must be asked but that it be truncated to this. Constant.
   */
  @DataPath
  int maxFrameBytes();

  /**
   * Bytes at the front of the frame that {@link #apply} moves before its header instead of leaving
   * them where they are: 12 for RSPAN. Constant.
   */
  @DataPath
  default int moved() {
    return 0;
  }

  /** Whether {@code timestampNanos} is looked at; constant. Where not, callers give 0. */
  @DataPath
  boolean needsTimestamp();

  /**
   * Writes the header into the headroom and makes it part of the frame. The caller is the buffer's
   * only owner.
   *
   * @param mbuf the frame, of at most {@link #maxFrameBytes} in all of its segments, with at least
   *     {@link #headroom} bytes before it; its {@code packetLength} is right
   * @param originalBytes the frame's length before truncation
   * @param timestampNanos when it was seen, Unix time in nanoseconds
   * @param egress whether it was seen when it was sent, not when it was received
   */
  @DataPath
  void apply(Mbuf mbuf, int originalBytes, long timestampNanos, boolean egress);

  /**
   * Undoes {@link #apply} exactly: same bytes, same lengths. What the headroom held is not brought
   * back: it belongs to nobody.
   */
  @DataPath
  void undo(Mbuf mbuf);

  /**
   * Writes the header into an mbuf of its own. The frame is only read, so it may be shared.
   *
   * @param header empty, with at least {@link #headroom} + 12 bytes of tailroom; gets the header as
   *     its data. The caller chains it: {@code next}, {@code segments}, {@code packetLength}
   * @param frame the frame
   * @param frameBytes bytes of it that will follow, in all of its segments
   * @param originalBytes the frame's length before truncation
   * @param timestampNanos when it was seen, Unix time in nanoseconds
   * @param egress whether it was seen when it was sent
   * @return bytes at the front of {@code frame} that the header has taken over, which the caller
   *     strips ({@code adjust}) and gives back afterwards ({@code prepend}): 12 (the addresses) for
   *     RSPAN, otherwise 0
   */
  @DataPath
  int writeHeader(
      Mbuf header,
      Mbuf frame,
      int frameBytes,
      int originalBytes,
      long timestampNanos,
      boolean egress);
}
