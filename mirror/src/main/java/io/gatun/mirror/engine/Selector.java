package io.gatun.mirror.engine;

import io.gatun.mirror.filter.PacketFilter;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.FlowHash;
import io.gatun.pmd.wire.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Which packets a session wants: its filter, then one in N of those, on one lcore. Rate limits come
 * later, as what they refuse is counted as dropped.
 */
public final class Selector {
  private final @Nullable PacketFilter filter;
  private final int every;
  private final boolean byFlow;
  private final Mbuf mbuf = new Mbuf();
  private final Headers headers = new Headers();
  private int toSkip;

  /**
   * @param filter null for every packet
   * @param every 1 takes all, N one in N
   * @param byFlow whether all packets of one in N flows are taken, instead of every N-th packet
   */
  public Selector(@Nullable PacketFilter filter, int every, boolean byFlow) {
    this.filter = filter;
    this.every = every;
    this.byFlow = byFlow && every > 1;
    toSkip = every - 1;
  }

  /** Whether every packet is wanted, so that none need be asked for. */
  @DataPath
  boolean takesAll() {
    return filter == null && every == 1;
  }

  /** Whether this packet is wanted. */
  @DataPath
  boolean wants(long packet) {
    if (filter != null && !filter.matches(packet)) {
      return false;
    }
    if (every == 1) {
      return true;
    }
    if (byFlow) {
      return isInSample(packet);
    }
    if (toSkip > 0) {
      toSkip--;
      return false;
    }
    toSkip = every - 1;
    return true;
  }

  @DataPath
  private boolean isInSample(long packet) {
    mbuf.wrap(packet);
    long data = mbuf.data();
    int readable = mbuf.dataLength();
    return readable >= Ethernet.LENGTH
        && headers.parseEthernet(data, readable, mbuf.packetLength())
        && Integer.remainderUnsigned(FlowHash.of(data, headers), every) == 0;
  }

  /** Where the sample stands, for {@link #reset}. */
  @DataPath
  int mark() {
    return toSkip;
  }

  /** Forgets the packets that were asked for since {@link #mark}: they are asked for again. */
  @DataPath
  void reset(int mark) {
    toSkip = mark;
  }

  /**
   * Writes the indexes of the packets of {@code burst} that are wanted, in order, to {@code out}.
   *
   * @param from index of the first packet that is asked for
   * @return how many
   */
  @DataPath
  int select(Burst burst, int from, int[] out) {
    return filter == null && !byFlow
        ? selectEvery(burst.size(), from, out)
        : selectWanted(burst, from, out);
  }

  /** Jumps from one sampled packet to the next: those between are not touched. */
  @DataPath
  private int selectEvery(int size, int from, int[] out) {
    int count = 0;
    int next = from + toSkip;
    while (next < size) {
      out[count++] = next;
      next += every;
    }
    toSkip = next - size;
    return count;
  }

  @DataPath
  private int selectWanted(Burst burst, int from, int[] out) {
    int count = 0;
    for (int i = from; i < burst.size(); i++) {
      if (wants(burst.get(i))) {
        out[count++] = i;
      }
    }
    return count;
  }
}
