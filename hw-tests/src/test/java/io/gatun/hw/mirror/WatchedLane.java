package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.engine.Lane;
import io.gatun.mirror.engine.LaneCounters;
import io.gatun.mirror.engine.LaneSettings;
import io.gatun.mirror.engine.MirrorDrop;
import io.gatun.mirror.engine.Selector;
import io.gatun.mirror.filter.LengthFilter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A lane with what is known of it and what its destination has got. */
final class WatchedLane {
  private static final int KINDS = 8;
  private static final int ADDRESSES = 12;
  private static final int TAG = 4;

  /** Why a lossless lane may leave a packet out: what the packet is, or what the user did. */
  private static final Set<MirrorDrop> EXCUSES =
      EnumSet.of(
          MirrorDrop.SHARED,
          MirrorDrop.TOO_SHORT,
          MirrorDrop.OFFLOAD,
          MirrorDrop.REFUSED,
          MirrorDrop.RATE_LIMITED,
          MirrorDrop.REMOVED,
          MirrorDrop.LINK_DOWN);

  /** Why a destination that counts as dead may: nobody waits for it. */
  private static final Set<MirrorDrop> EXCUSES_OF_THE_DEAD =
      EnumSet.of(MirrorDrop.DESTINATION_DEAD, MirrorDrop.LOCKED_LIMIT);

  final Lane lane;
  final LaneSettings settings;
  final Selector selector;
  private final @Nullable LengthFilter filter;
  private final boolean isSampled;
  private final boolean isRspan;
  private final int number;
  private final WatchedAddresses addresses;
  private final BitSet[] seen;
  private final long[] last;
  private final int mostBytes;

  boolean isUnordered;

  /** Whether dropped packets come here, whose source cannot wait. */
  boolean takesDropped;

  private long wanted;
  private long frames;
  private long bytes;
  private long chained;
  private long truncated;

  WatchedLane(
      Lane lane,
      LaneSettings settings,
      @Nullable LengthFilter filter,
      int every,
      boolean byFlow,
      boolean isRspan,
      int number,
      WatchedAddresses addresses) {
    this.lane = lane;
    this.settings = settings;
    this.filter = filter;
    this.isRspan = isRspan;
    this.number = number;
    this.addresses = addresses;
    selector = new Selector(filter, every, byFlow);
    isSampled = every > 1;
    seen = new BitSet[addresses.taps()];
    Arrays.setAll(seen, _ -> new BitSet());
    last = new long[seen.length];
    Arrays.fill(last, -1);
    FrameEdit edit = settings.edit();
    mostBytes =
        settings.snaplen() == 0
            ? edit.maxFrameBytes()
            : Math.min(settings.snaplen(), edit.maxFrameBytes());
  }

  int number() {
    return number;
  }

  /** A packet of so many bytes passed a tap whose program has this lane. */
  void passed(int length) {
    if (filter == null || filter.matchesLength(length)) {
      wanted++;
    }
  }

  /** A frame arrived at the destination. */
  void arrived(long mbuf, byte[] sent) {
    byte[] frame = withoutHeader(sent);
    if (!MirrorFrames.isRight(frame)) {
      throw new AssertionError("%s: wrong bytes: %s".formatted(this, Arrays.toString(sent)));
    }
    int length = MirrorFrames.length(frame);
    int kind = MirrorFrames.kind(frame);
    require(frame.length == Math.min(length, mostBytes), "cut at " + frame.length);
    long id = MirrorFrames.number(frame);
    int tap = MirrorWorld.tapOf(id);
    long place = MirrorWorld.placeOf(id) * KINDS + Math.max(kind - MirrorFrames.COMPLETED, 0);
    require(!seen[tap].get((int) place), "a frame came twice");
    seen[tap].set((int) place);
    require(isUnordered || place > last[tap], "frames in another order than at the tap");
    last[tap] = Math.max(place, last[tap]);
    if (!settings.copies() && kind < MirrorFrames.FIRST_SEGMENT) {
      long address = addresses.of(id);
      if (mbuf != address) {
        require(Memory.getLong(mbuf + RteMbuf.NEXT) == address, "another buffer");
        chained++;
      }
    }
    frames++;
    bytes += length;
    truncated += frame.length < length ? 1 : 0;
  }

  private byte[] withoutHeader(byte[] sent) {
    if (!isRspan) {
      return Arrays.copyOfRange(sent, settings.edit().headroom(), sent.length);
    }
    byte[] frame = new byte[sent.length - TAG];
    System.arraycopy(sent, 0, frame, 0, ADDRESSES);
    System.arraycopy(sent, ADDRESSES + TAG, frame, ADDRESSES, frame.length - ADDRESSES);
    return frame;
  }

  private void require(boolean right, String what) {
    if (!right) {
      throw new AssertionError(this + ": " + what);
    }
  }

  /**
   * Compares the counters with what was seen, when nothing is on its way.
   *
   * @param isWhole whether every packet went all its way
   */
  void checkCounters(boolean isWhole, boolean mayDie) {
    LaneCounters counters = lane.counters();
    require(
        counters.mirrored() == frames,
        "%d frames, counted %d".formatted(frames, counters.mirrored()));
    require(counters.bytes() == bytes, "%d bytes, counted %d".formatted(bytes, counters.bytes()));
    require(counters.truncated() >= truncated, "truncated");
    if (!settings.copies()) {
      require(counters.chained() >= chained, "chained");
    }
    if (!isWhole) {
      return;
    }
    require(
        counters.matched() + counters.extraSegments() == counters.mirrored() + counters.dropped(),
        "matched %d and %d more, mirrored %d, dropped %s"
            .formatted(
                counters.matched(),
                counters.extraSegments(),
                counters.mirrored(),
                counters.droppedByReason()));
    require(
        isSampled ? counters.matched() <= wanted : counters.matched() == wanted,
        "%d packets match, counted %d".formatted(wanted, counters.matched()));
    if (settings.holds()) {
      for (MirrorDrop reason : MirrorDrop.values()) {
        boolean excused =
            EXCUSES.contains(reason)
                || (mayDie && EXCUSES_OF_THE_DEAD.contains(reason))
                || (takesDropped && reason == MirrorDrop.LOCKED_LIMIT);
        require(excused || counters.dropped(reason) == 0, "lossless, but dropped: " + reason);
      }
    }
  }

  @Override
  public String toString() {
    return "lane %d (%s, snaplen %d%s%s%s, backlog %d, hold %d, deadline %d)"
        .formatted(
            number,
            settings.edit().getClass().getSimpleName(),
            settings.snaplen(),
            settings.copies() ? ", copies" : "",
            settings.holds() ? ", lossless" : "",
            settings.carriesOffloads() ? ", carries offloads" : "",
            settings.backlog(),
            settings.holdMaxNanos(),
            settings.deadlineNanos());
  }
}
