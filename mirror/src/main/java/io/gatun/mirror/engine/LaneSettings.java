package io.gatun.mirror.engine;

import io.gatun.mirror.encap.FrameEdit;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import org.jspecify.annotations.Nullable;

/**
 * What a lane does with its frames.
 *
 * @param edit what stands before them; one lane's own, as it counts
 * @param snaplen most bytes of a frame; 0 for all
 * @param copies whether copies are sent instead of the buffers themselves
 * @param holds lossless: the source waits, rather than that a frame is left out
 * @param carriesOffloads whether the destination's port completes what packets ask of a NIC
 * @param backlog most frames that wait for a destination
 * @param holdMaxNanos how long a frame may wait, and how long a received packet is held back
 * @param deadlineNanos after which a destination that completes nothing counts as dead
 * @param limit most frames or bytes a second; null for any number
 */
public record LaneSettings(
    FrameEdit edit,
    int snaplen,
    boolean copies,
    boolean holds,
    boolean carriesOffloads,
    int backlog,
    long holdMaxNanos,
    long deadlineNanos,
    @Nullable RateLimit limit) {
  /** The least {@code --snaplen}: what an edit reads of a frame. */
  public static final int MIN_SNAPLEN = 14;

  /** The least backlog of a lossless lane: two bursts of the largest size. */
  public static final int MIN_BACKLOG_TO_HOLD = 2 * Burst.MAX_CAPACITY;

  public LaneSettings {
    if (snaplen != 0 && snaplen < MIN_SNAPLEN) {
      throw new IllegalArgumentException(
          "snaplen: %d is not 0 (all) or at least %d".formatted(snaplen, MIN_SNAPLEN));
    }
    if (backlog < (holds ? MIN_BACKLOG_TO_HOLD : 1)) {
      throw new IllegalArgumentException(
          "backlog: %d is less than %d, which a session that %s needs"
              .formatted(
                  backlog,
                  holds ? MIN_BACKLOG_TO_HOLD : 1,
                  holds ? "holds its source" : "mirrors"));
    }
  }

  /** Bytes put before a frame. */
  @DataPath
  int headroom() {
    return edit.headroom();
  }

  /** Whether frames go out as they are, as many as there are. */
  @DataPath
  boolean isUnedited() {
    return limit == null && snaplen == 0 && edit.headroom() == 0;
  }

  /** Most bytes of a frame that goes out, without its header. */
  @DataPath
  int mostBytes() {
    return snaplen == 0 ? edit.maxFrameBytes() : Math.min(snaplen, edit.maxFrameBytes());
  }
}
