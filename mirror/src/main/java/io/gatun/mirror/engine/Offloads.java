package io.gatun.mirror.engine;

import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.TransmitCompleter;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Brings a frame to what left on the wire: what the first transmission asked of its NIC, the NIC
 * did to its own copy of the bytes, not in the buffer. One lcore.
 */
final class Offloads {
  private static final long ELSEWHERE = RteMbuf.F_INDIRECT | RteMbuf.F_EXTERNAL;

  private final @Nullable TransmitCompleter completer;
  private final Burst segments = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());

  /**
   * @param completer null where no module has one
   */
  Offloads(@Nullable TransmitCompleter completer) {
    this.completer = completer;
  }

  /** Whether a frame asks a NIC for something. */
  @DataPath
  boolean asks(Mbuf frame) {
    return (frame.flags() & RteMbufFlags.RTE_MBUF_F_TX_OFFLOAD_MASK) != 0;
  }

  /** Whether the bytes lie in the mbuf's own buffer, so that its headroom is nobody else's. */
  @DataPath
  boolean ownsBuffer(Mbuf frame) {
    return (frame.flags() & ELSEWHERE) == 0;
  }

  /**
   * Completes a frame.
   *
   * @return 0 when it is complete; how many {@link #segments} stand for it; -1 when it cannot be
   */
  @DataPath
  int complete(Mbuf frame) {
    return completer == null ? -1 : completer.complete(frame.address(), segments);
  }

  /** Where {@link #complete} leaves segments, for the caller to take. */
  @DataPath
  Burst segments() {
    return segments;
  }
}
