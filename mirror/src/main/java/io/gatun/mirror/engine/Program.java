package io.gatun.mirror.engine;

import io.gatun.pmd.DataPath;
import java.util.List;

/**
 * What a tap does: sessions, each with the lanes that its packets take. Immutable: a change is
 * another program. Bit {@code i} of a mask stands for lane {@code i}; a buffer takes its lanes in
 * the order of their bits.
 */
public final class Program {
  /** No session. */
  static final Program NOTHING = new Program(List.of());

  /** The most lanes of a tap. */
  public static final int MAX_LANES = 64;

  private final Selector[] selectors;
  private final long[] masks;
  private final Lane[] lanes;
  private final boolean isDirect;
  private final boolean holds;
  private final long holdMaxNanos;

  /** A session of this tap: whom it wants and where they go. */
  public record Part(Selector selector, List<Lane> lanes) {
    public Part {
      lanes = List.copyOf(lanes);
    }
  }

  /**
   * @param parts sessions in the order in which a buffer visits them
   * @throws IllegalArgumentException when there are more than {@link #MAX_LANES} lanes
   */
  public Program(List<Part> parts) {
    List<Lane> all = parts.stream().flatMap(part -> part.lanes().stream()).toList();
    if (all.size() > MAX_LANES) {
      throw new IllegalArgumentException(
          "%d destinations at one port and direction: at most %d are possible"
              .formatted(all.size(), MAX_LANES));
    }
    lanes = all.toArray(Lane[]::new);
    selectors = parts.stream().map(Part::selector).toArray(Selector[]::new);
    masks = new long[selectors.length];
    int bit = 0;
    for (int i = 0; i < masks.length; i++) {
      int count = parts.get(i).lanes().size();
      masks[i] = (count == Long.SIZE ? -1L : (1L << count) - 1) << bit;
      bit += count;
    }
    isDirect = lanes.length == 1 && lanes[0].isDirect();
    holds = all.stream().anyMatch(Lane::holds);
    holdMaxNanos = all.stream().mapToLong(Lane::holdMaxNanos).max().orElse(0);
  }

  /** The lanes that want a packet. */
  @DataPath
  long select(long packet) {
    long mask = 0;
    for (int i = 0; i < selectors.length; i++) {
      if (selectors[i].wants(packet)) {
        mask |= masks[i];
      }
    }
    return mask;
  }

  @DataPath
  Lane lane(int bit) {
    return lanes[bit];
  }

  @DataPath
  int laneCount() {
    return lanes.length;
  }

  /** The only session's selector, of a direct program. */
  @DataPath
  Selector selector() {
    return selectors[0];
  }

  /** One lane to a port that releases within the burst: no buffer need be remembered. */
  @DataPath
  boolean isDirect() {
    return isDirect;
  }

  /** Whether the source waits for one of the lanes. */
  @DataPath
  boolean holds() {
    return holds;
  }

  /** Whether the source waits now: for a lossless lane that is not dead. */
  @DataPath
  boolean waits() {
    if (holds) {
      for (Lane lane : lanes) {
        if (lane.holds() && lane.isAlive()) {
          return true;
        }
      }
    }
    return false;
  }

  /** How long a received packet may be held back for these lanes. */
  @DataPath
  long holdMaxNanos() {
    return holdMaxNanos;
  }

  /** Whether a lossless lane has no room for {@code packets} more. */
  @DataPath
  boolean isCongested(int packets) {
    for (Lane lane : lanes) {
      if (lane.holds() && !lane.hasRoom(packets)) {
        return true;
      }
    }
    return false;
  }
}
