package io.gatun.offload;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.offload.plan.OffloadPlan;
import io.gatun.offload.plan.Shape;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Protocol;
import io.gatun.pmd.wire.TunnelType;
import io.gatun.pmd.wire.VlanTag;
import java.lang.foreign.Arena;

/**
 * The transmit side of a tunnel: a packet goes through the inner pass ({@link #submit}), waits in a
 * queue, and goes through the outer pass ({@link #outer}).
 *
 * <pre>
 *  submit(mbuf, path) ──► inner pass ──► PassQueue ──► outer pass ──► outer(burst) ──► transmit
 *                          segments                     again, alone, when the ring was full
 * </pre>
 *
 * <p>The inner header of a packet as it was received is complete already: it is only read, for the
 * entropy of its flow. It is completed where somebody asked for that in the mbuf ({@code
 * RTE_MBUF_F_TX_*}, as DPDK applications do), and where the packet is cut into segments because it
 * would be too large for the path.
 *
 * <p>One lcore owns it.
 */
public final class Encapsulator {
  /** The packet has been taken. */
  public static final int QUEUED = 0;

  /** The packet is larger than the path and cannot be segmented; it stays the caller's. */
  public static final int TOO_BIG = 1;

  /** The queue is full: run the outer pass and try again; the packet stays the caller's. */
  public static final int NO_ROOM = 2;

  /** The packet cannot be sent and has been dropped. */
  public static final int DROPPED = 3;

  private static final int QUEUE_CAPACITY = 2048;
  private static final int MAX_PATHS = 65536;
  private static final long REQUESTS = InnerPass.REQUESTS;

  private final InnerPass inner;
  private final OuterPass outerPass;
  private final PassQueue queue = new PassQueue(QUEUE_CAPACITY);
  private final Drops drops;
  private final PassCounters innerCounters = new PassCounters();
  private final PassCounters outerCounters = new PassCounters();
  private final Burst segments;
  private final Mbuf flyweight = new Mbuf();
  private final boolean needsFrameSum;
  private final boolean nicWantsLengths;
  private final boolean nicLongL2;
  private final long localHigh;
  private final long localLow;
  private final int localVersion;
  private final int udpPort; // -1 for a tunnel without UDP
  private final boolean ipip;
  private final boolean plain;
  private final boolean plainOuter;
  private OuterHeader[] paths = new OuterHeader[0];
  private int submitted;

  /**
   * Makes the passes.
   *
   * @param config of the tunnel
   * @param plan who does what
   * @param pool where segments and chained headers come from
   * @param dataRoom bytes of a buffer of that pool behind the headroom
   * @param drops takes what cannot be sent
   */
  public Encapsulator(
      TunnelConfig config, OffloadPlan plan, MempoolCache pool, int dataRoom, Drops drops) {
    this.drops = drops;
    inner = new InnerPass(config, plan, pool, dataRoom);
    outerPass = new OuterPass(config, plan, pool, drops);
    segments = Burst.allocate(Segmenter.MAX_SEGMENTS, Arena.ofAuto());
    needsFrameSum = (config.udpChecksum() && !plan.outerUdpChecksum()) || config.greChecksum();
    nicWantsLengths = plan.shape() == Shape.BOTH_IN_NIC;
    nicLongL2 = plan.shape() == Shape.INNER_IN_NIC_LONG_L2;
    plainOuter = outerPass.isPlain();
    plain = config.type().carriesEthernet() && !needsFrameSum && !nicWantsLengths;
    udpPort = config.type().isUdp() ? config.udpPort() : -1;
    ipip = config.type() == TunnelType.IPIP;
    IpAddress local = config.local();
    localVersion = local.version();
    localLow =
        localVersion == 4
            ? Integer.reverseBytes((int) local.low())
            : Long.reverseBytes(local.low());
    localHigh = Long.reverseBytes(local.high());
  }

  /**
   * Adds a path, before the lcore starts.
   *
   * @return its number for {@link #submit}
   */
  public int addPath(OuterHeader header) {
    if (paths.length == MAX_PATHS) {
      throw new IllegalArgumentException(
          "paths: at most %d pairs of tenant and remote".formatted(MAX_PATHS));
    }
    OuterHeader[] more = java.util.Arrays.copyOf(paths, paths.length + 1);
    more[paths.length] = header;
    paths = more;
    return more.length - 1;
  }

  /** A path by number. */
  @DataPath
  public OuterHeader path(int number) {
    return paths[number];
  }

  public int paths() {
    return paths.length;
  }

  /** Counters of the inner pass; any thread. */
  public PassCounters innerCounters() {
    return innerCounters;
  }

  /** Counters of the outer pass; any thread. */
  public PassCounters outerCounters() {
    return outerCounters;
  }

  /** The queue between the passes; its depth may be read by any thread. */
  public PassQueue queue() {
    return queue;
  }

  /**
   * Runs the inner pass on the plain ones among received packets: those that need nothing but a
   * look at their flow.
   *
   * @param in Ethernet frames
   * @param from index of the first one
   * @param path for all of them
   * @return index of the first packet that has not been taken: not a plain one, or no room
   */
  @DataPath
  public int submitPlain(Burst in, int from, int path) {
    if (!plain) {
      return from;
    }
    long table = Memory.base(in.address());
    int limit = paths[path].frameLimit();
    int local = localVersion == 4 ? (int) localLow : 0;
    int end = Math.min(in.size(), from + queue.free());
    int i = from;
    while (i < end) {
      long mbuf = Memory.base(Memory.getLong(table + ((long) i << 3)));
      long at =
          Memory.base(Memory.getLong(mbuf + RteMbuf.BUF_ADDR))
              + Memory.getUnsignedShort(mbuf + RteMbuf.DATA_OFF);
      int available = Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN);
      if (Memory.getInt(mbuf + RteMbuf.PKT_LEN) > limit
          || (Memory.getLong(mbuf + RteMbuf.OL_FLAGS) & REQUESTS) != 0) {
        break;
      }
      long note = PlainFrame.note(at, available, path, local);
      if (note == 0) {
        break;
      }
      queue.add(mbuf, note, 0);
      i++;
    }
    submitted += i - from;
    return i;
  }

  /**
   * Runs the inner pass on a packet: an Ethernet frame, or an IP packet for a tunnel that carries
   * those.
   *
   * @param path number that {@link #addPath} gave
   * @return {@link #QUEUED}, {@link #TOO_BIG}, {@link #NO_ROOM} or {@link #DROPPED}
   */
  @DataPath
  public int submit(long packet, int path) {
    long mbuf = Memory.base(packet);
    int length = Memory.getInt(mbuf + RteMbuf.PKT_LEN);
    long flags = Memory.getLong(mbuf + RteMbuf.OL_FLAGS);
    if ((flags & RteMbufFlags.RTE_MBUF_F_TX_VLAN) != 0) {
      return submitTagged(mbuf, path);
    }
    long at = Mbuf.data(mbuf);
    OuterHeader header = paths[path];
    if (!inner.parse(at, Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN), length)) {
      return drop(mbuf, DropReason.MALFORMED_INNER);
    }
    if (isOwn(at)) {
      return drop(mbuf, DropReason.OWN_PACKET);
    }
    boolean nic = nicBytes(header) + inner.l2Length() <= OffloadPlan.MAX_L2_BYTES;
    inner.useNic(nic);
    long note = FlowNote.of(path, inner.tos(at), inner.ipVersion(), inner.hash(at), nic);
    if (length > header.frameLimit() || (flags & REQUESTS) != 0) {
      return complete(mbuf, at, length, flags, header, note);
    }
    if (queue.free() == 0) {
      return NO_ROOM;
    }
    if (nicWantsLengths) {
      inner.writeLengths(mbuf);
    }
    queue.add(mbuf, note, needsFrameSum ? MbufChain.sum(mbuf, 0, length) : 0);
    submitted++;
    return QUEUED;
  }

  /**
   * What the NIC is told as the layer-2 header, but for the inner Ethernet header; 0 without NIC.
   */
  @DataPath
  private int nicBytes(OuterHeader header) {
    if (nicWantsLengths) {
      return header.length() - header.l4Offset();
    }
    return nicLongL2 ? header.length() : 0;
  }

  /**
   * Inserts the VLAN tag that the mbuf asks for first. The NIC could not: it would put it into the
   * first Ethernet header, which is the outer one's.
   */
  @DataPath
  private int submitTagged(long mbuf, int path) {
    if (Memory.getUnsignedShort(mbuf + RteMbuf.DATA_LEN) < Ethernet.LENGTH) {
      return drop(mbuf, DropReason.MALFORMED_INNER);
    }
    if (Memory.getUnsignedShort(mbuf + RteMbuf.REFCNT) != 1) {
      return drop(mbuf, DropReason.UNSUPPORTED); // somebody else reads the addresses that move
    }
    flyweight.wrap(mbuf);
    if (!VlanTag.insert(flyweight, flyweight.vlanTci())) {
      return drop(mbuf, DropReason.NO_HEADROOM);
    }
    flyweight.flags(flyweight.flags() & ~RteMbufFlags.RTE_MBUF_F_TX_VLAN);
    return submit(mbuf, path);
  }

  @DataPath
  private int drop(long mbuf, DropReason reason) {
    drops.drop(mbuf, reason);
    return DROPPED;
  }

  /**
   * A packet of this tunnel that is to be sent through this tunnel leads round in a circle. The
   * address alone does not tell: a tenant may use the same one.
   */
  @DataPath
  private boolean isOwn(long at) {
    return inner.ipVersion() == localVersion
        && inner.comesFrom(at, localLow, localHigh)
        && isTunnelled(at);
  }

  @DataPath
  private boolean isTunnelled(long at) {
    if (udpPort >= 0) {
      return inner.udpDestination(at) == udpPort;
    }
    int protocol = inner.protocol();
    return ipip ? protocol == Protocol.IPV4 || protocol == Protocol.IPV6 : protocol == Protocol.GRE;
  }

  /** A packet with something to do: to be completed, to be cut, or too big. */
  @DataPath
  private int complete(long mbuf, long at, int length, long flags, OuterHeader header, long note) {
    if (!inner.canComplete(flags)) {
      return drop(mbuf, DropReason.UNSUPPORTED);
    }
    boolean shared = Memory.getUnsignedShort(mbuf + RteMbuf.REFCNT) != 1;
    if (shared) {
      inner.useNic(false); // it writes into the buffer, which somebody else reads
    }
    int size = inner.segmentSize(mbuf, flags, length, header.frameLimit());
    if (size < 0) {
      return TOO_BIG;
    }
    if (shared && size == 0) {
      size = inner.wholeSize(); // a copy, as one segment
      if (size == 0) {
        return drop(mbuf, DropReason.UNSUPPORTED);
      }
    }
    int count = inner.segments(size);
    if (queue.free() < Math.max(count, 1) || count > segments.capacity()) {
      if (count >= queue.capacity() || count > segments.capacity()) {
        return drop(mbuf, DropReason.PASS_QUEUE_FULL);
      }
      return NO_ROOM;
    }
    if (size == 0) {
      inner.complete(mbuf, at, flags, segments);
    } else if (!inner.segment(mbuf, at, size, segments)) {
      return drop(mbuf, DropReason.NO_MBUF);
    }
    int made = segments.size();
    for (int i = 0; i < made; i++) {
      long segment = segments.get(i);
      queue.add(segment, note, needsFrameSum ? inner.frameSum(segment) : 0);
    }
    segments.size(0);
    submitted++;
    if (made > 1) {
      innerCounters.segments(made);
    }
    return QUEUED;
  }

  /**
   * Runs the outer pass: moves packets from the queue to {@code out} until that is full. What a
   * full transmit ring left in {@code out} is complete and stays as it is.
   *
   * @return how many were added
   */
  @DataPath
  public int outer(Burst out) {
    int before = out.size();
    int room = Math.min(out.remaining(), queue.size());
    if (submitted > 0) {
      innerCounters.packets(submitted);
      submitted = 0;
      queue.mark();
    }
    int done = 0;
    while (done < room) {
      if (plainOuter) {
        int complete = outerPass.completePlain(queue, paths, out, room - done);
        queue.remove(complete);
        done += complete;
        if (done == room) {
          break;
        }
      }
      completeOne(out);
      done++;
    }
    int added = out.size() - before;
    if (added > 0) {
      outerCounters.packets(added);
    }
    queue.publish();
    return added;
  }

  @DataPath
  private void completeOne(Burst out) {
    long note = queue.note(0);
    long mbuf = queue.mbuf(0);
    long complete = outerPass.complete(mbuf, paths[FlowNote.path(note)], note, queue.sum(0));
    queue.remove(1);
    if (complete != 0) {
      out.add(complete);
    } else {
      outerCounters.errors(1);
    }
  }

  /** Frees what waits; the loop has ended. Returns how many packets that were. */
  public int drain() {
    int count = 0;
    while (queue.size() > 0) {
      long mbuf = queue.mbuf(0);
      queue.remove(1);
      drops.free(mbuf);
      count++;
    }
    drops.flush();
    queue.publish();
    return count;
  }
}
