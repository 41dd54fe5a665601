package io.gatun.mirror.engine;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.pmd.Burst;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.Transmitter;
import java.lang.foreign.Arena;

/**
 * The short cut: one session, to one port that releases within its burst, from a queue that does so
 * too. First and second completion then follow their transmission at once, a burst at a time, and
 * no buffer needs a slot.
 *
 * <pre>
 *  burst:   share ──► transmit ──► (first completion: counts are 1 again)
 *  shadow:                         edit ──► transmit to the mirror ──► (second: the driver frees)
 * </pre>
 *
 * <p>Whatever is unusual (a packet that asks its NIC for something, or has no headroom; a driver
 * that takes part of a burst, or does not release) goes the long way through the table. One lcore.
 */
final class DirectLane {
  private static final int SAMPLE_EVERY = 64;

  private final MirrorEngine engine;
  private final BufferTable table;
  private final Tap tap;
  private final Burst shadow = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final int[] index = new int[Burst.MAX_CAPACITY];
  private final int[] lengths = new int[Burst.MAX_CAPACITY];
  private final Mbuf mbuf = new Mbuf();
  private int untilSample;
  private long bytes;

  DirectLane(MirrorEngine engine, Tap tap) {
    this.engine = engine;
    this.table = engine.table();
    this.tap = tap;
  }

  /** Whether the lane takes frames without a queue before it. */
  @DataPath
  boolean isOpen(Program what) {
    Lane lane = what.lane(0);
    return lane.isDirect() && lane.isOpen();
  }

  // ---- transmitted packets ----------------------------------------------------------------------

  /**
   * Transmits a burst and mirrors what its session wants of it.
   *
   * @return packets that the queue took; -1, with nothing done, when one of them is unusual
   */
  @DataPath
  int transmit(Program what, Burst burst, Transmitter queue) {
    Lane lane = what.lane(0);
    Lender lender = engine.lender();
    if (lender != null && !lane.copies() && lend(what, lane, burst, lender)) {
      return transmitLent(what, lane, burst, queue, lender);
    }
    int wanted = choose(what, lane, burst, 0);
    if (wanted < 0) {
      return -1;
    }
    int sent = queue.transmit(burst);
    while (wanted > 0 && index[wanted - 1] >= sent) {
      takeBack(lane, shadow.get(--wanted)); // not sent, so not mirrored
    }
    shadow.size(wanted);
    if (wanted == 0) {
      return sent;
    }
    if (!lane.copies() && !References.isSole(shadow.get(wanted - 1))) {
      ((EgressTap) tap).await(what, shadow);
      return sent;
    }
    lane.counters().addMatched(wanted);
    mirror(what, lane, wanted);
    return sent;
  }

  /** Lends what the session wants; false, with nothing changed, when a packet cannot be lent. */
  @DataPath
  private boolean lend(Program what, Lane lane, Burst burst, Lender lender) {
    int headroom = lane.settings().headroom();
    Selector selector = what.selector();
    if (selector.takesAll()) {
      bytes = lender.lendAll(burst, headroom, shadow);
      return bytes >= 0;
    }
    int mark = selector.mark();
    int count = selector.select(burst, 0, index);
    bytes = lender.lendSome(burst, index, count, headroom, shadow);
    if (bytes < 0) {
      selector.reset(mark);
    }
    return bytes >= 0;
  }

  @DataPath
  private int transmitLent(Program what, Lane lane, Burst burst, Transmitter queue, Lender lender) {
    int wanted = shadow.size();
    if (wanted == 0) {
      return queue.transmit(burst);
    }
    int total = burst.size();
    int sent = queue.transmit(burst);
    if (sent < total) {
      wanted = takeBackUnsent(what, sent, lender);
    }
    lane.counters().addMatched(wanted);
    int missing = lender.collect(shadow);
    if (shadow.size() != wanted) {
      demote(lane, missing);
    }
    if (!shadow.isEmpty()) {
      mirror(what, lane, shadow.size());
    }
    return sent;
  }

  /** What the queue did not take is not mirrored; returns how many lent packets it took. */
  @DataPath
  private int takeBackUnsent(Program what, int sent, Lender lender) {
    boolean all = what.selector().takesAll();
    int wanted = shadow.size();
    while (wanted > 0 && (all ? wanted - 1 : index[wanted - 1]) >= sent) {
      bytes -= mbuf.wrap(shadow.get(--wanted)).packetLength();
    }
    lender.takeBack(shadow, wanted);
    return wanted;
  }

  /** Somebody else has the packets, too, or the driver takes its time: from now on counts tell. */
  @DataPath
  private void demote(Lane lane, int missing) {
    ((EgressTap) tap).detector().demote();
    lane.drop(MirrorDrop.SHARED, tap.port(), missing);
    bytes = 0;
    for (int i = 0; i < shadow.size(); i++) {
      bytes += mbuf.wrap(shadow.get(i)).packetLength();
    }
  }

  /** Shares, or copies, what the session wants, into the shadow; -1 when a packet is unusual. */
  @DataPath
  private int choose(Program what, Lane lane, Burst burst, int from) {
    bytes = 0;
    shadow.size(0);
    if (lane.copies()) {
      return chooseCopies(what, lane, burst, from);
    }
    int headroom = lane.settings().headroom();
    int most = lane.settings().mostBytes();
    boolean all = what.selector().takesAll();
    int mark = what.selector().mark();
    int count = all ? burst.size() - from : what.selector().select(burst, from, index);
    long sum = 0;
    for (int i = 0; i < count; i++) {
      int at = all ? from + i : index[i];
      long packet = Memory.base(burst.get(at));
      if (!PlainPacket.share(packet, headroom, most)) {
        unshare(i);
        what.selector().reset(mark);
        return -1;
      }
      index[i] = at;
      sum += Memory.getInt(packet + RteMbuf.PKT_LEN);
      shadow.set(i, packet);
    }
    bytes = sum;
    shadow.size(count);
    return count;
  }

  @DataPath
  private void unshare(int count) {
    for (int i = 0; i < count; i++) {
      References.release(shadow.get(i));
    }
  }

  @DataPath
  private int chooseCopies(Program what, Lane lane, Burst burst, int from) {
    boolean all = what.selector().takesAll();
    for (int i = from; i < burst.size(); i++) {
      if (engine.offloads().asks(mbuf.wrap(burst.get(i)))) {
        return -1;
      }
    }
    int wanted = all ? burst.size() - from : what.selector().select(burst, from, index);
    int count = 0;
    for (int i = 0; i < wanted; i++) {
      int at = all ? from + i : index[i];
      long packet = burst.get(at);
      mbuf.wrap(packet);
      long twin = engine.pool().copy(packet);
      if (twin == 0) {
        lane.counters().addMatched(1);
        lane.drop(MirrorDrop.NO_MBUF, tap.port(), 1);
        continue;
      }
      bytes += mbuf.packetLength();
      index[count] = at;
      shadow.set(count++, twin);
    }
    shadow.size(count);
    return count;
  }

  @DataPath
  private void takeBack(Lane lane, long packet) {
    bytes -= mbuf.wrap(packet).packetLength();
    if (lane.copies()) {
      engine.free(packet);
    } else {
      References.release(packet);
    }
  }

  /** Sends the shadow, whose buffers are the mirror's alone; the driver frees them. */
  @DataPath
  private void mirror(Program what, Lane lane, int count) {
    if (!prepare(lane, count)) {
      return;
    }
    int sent = send(lane);
    if (lane.copies()) {
      lane.counters().addCopied(sent);
    }
    if (!shadow.isEmpty()) {
      keep(what, lane, sent);
    }
    lane.counters().addMirrored(sent, bytes);
  }

  /** Transmits the shadow; every now and then takes the time until it has come back. */
  @DataPath
  private int send(Lane lane) {
    Transmitter queue = ((PortOutlet) lane.outlet()).queue();
    if (--untilSample >= 0) {
      return queue.transmit(shadow);
    }
    untilSample = SAMPLE_EVERY;
    long begin = System.nanoTime();
    int sent = queue.transmit(shadow);
    lane.counters().addCompleted(System.nanoTime() - begin, sent);
    return sent;
  }

  /** What the destination's ring did not take waits in the backlog, edited as it is. */
  @DataPath
  private void keep(Program what, Lane lane, int sent) {
    boolean unedited = lane.settings().isUnedited();
    long now = engine.readClock();
    for (int i = 0; i < shadow.size(); i++) {
      Mbuf frame = mbuf.wrap(shadow.get(i));
      int length = unedited ? frame.packetLength() : lengths[sent + i];
      bytes -= length;
      if (table.available() == 0 || !lane.mayWait()) {
        lane.drop(MirrorDrop.DESTINATION_FULL, tap.port(), 1);
        engine.free(frame.address());
      } else {
        int slot = table.allocate(frame.address(), BufferTable.HELD, tap, what, 0, now);
        table.isOrphan[slot] = true;
        table.isEdited[slot] = true;
        table.length[slot] = length;
        lane.enter(slot, now);
      }
    }
    shadow.size(0);
    engine.freeNow();
  }

  /** Puts headers before the frames and shortens them; false when the long way was taken. */
  @DataPath
  private boolean prepare(Lane lane, int count) {
    LaneSettings settings = lane.settings();
    if (settings.isUnedited()) {
      return true;
    }
    long unixNanos = clock(settings);
    if (settings.limit() != null) {
      return prepareWithinRate(lane, count, unixNanos);
    }
    for (int i = 0; i < count; i++) {
      edit(lane, mbuf.wrap(shadow.get(i)), i, unixNanos);
    }
    return true;
  }

  @DataPath
  private boolean prepareWithinRate(Lane lane, int count, long unixNanos) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      Mbuf frame = mbuf.wrap(shadow.get(i));
      if (lane.isWithinRate(frame.packetLength(), tap.port())) {
        shadow.set(kept, frame.address());
        edit(lane, frame, kept++, unixNanos);
      } else {
        bytes -= frame.packetLength();
        engine.free(frame.address());
      }
    }
    shadow.size(kept);
    return kept > 0;
  }

  /** Reads the clock where a header or a rate asks for it; Unix time. */
  @DataPath
  private long clock(LaneSettings settings) {
    boolean reads = settings.edit().needsTimestamp() || settings.limit() != null;
    return reads ? engine.unixNanos(engine.readClock()) : 0;
  }

  @DataPath
  private void edit(Lane lane, Mbuf frame, int at, long unixNanos) {
    int original = frame.packetLength();
    lengths[at] = original;
    int most = lane.settings().mostBytes();
    if (original > most) {
      frame.dataLength(most); // it lies in one segment: see PlainPacket
      frame.packetLength(most);
      lane.counters().addTruncated();
    }
    lane.settings().edit().apply(frame, original, unixNanos, tap.isEgress());
  }

  // ---- received packets -------------------------------------------------------------------------

  /**
   * Mirrors what the session wants of the packets that were appended to a burst, and leaves them
   * there: both completions are over when it returns.
   *
   * @param from index of the first new packet
   * @return index of the first packet that must take the long way; the burst's size for none
   */
  @DataPath
  int received(Program what, Burst burst, int from) {
    Lane lane = what.lane(0);
    int wanted = choose(what, lane, burst, from);
    if (wanted < 0) {
      return from;
    }
    if (wanted == 0) {
      return burst.size();
    }
    lane.counters().addMatched(wanted);
    if (lane.copies()) {
      mirror(what, lane, wanted);
      return burst.size();
    }
    return mirrorShared(what, lane, burst, wanted);
  }

  @DataPath
  private int mirrorShared(Program what, Lane lane, Burst burst, int wanted) {
    int count = prepareShared(lane, wanted);
    int sent = send(lane);
    shadow.size(0);
    for (int i = sent; i < count; i++) {
      Mbuf frame = mbuf.wrap(burst.get(index[i]));
      undo(lane, frame, i);
      References.release(frame.address());
      bytes -= frame.packetLength();
      lane.drop(MirrorDrop.DESTINATION_FULL, tap.port(), 1);
    }
    lane.counters().addMirrored(sent, bytes);
    if (sent > 0 && !References.isSole(burst.get(index[sent - 1]))) {
      return ((IngressTap) tap).await(what, lane, burst, index, sent, this);
    }
    for (int i = 0; i < sent; i++) {
      undo(lane, mbuf.wrap(burst.get(index[i])), i);
    }
    return burst.size();
  }

  /** As {@link #prepare}, but what the rate forbids stays where it is. */
  @DataPath
  private int prepareShared(Lane lane, int wanted) {
    LaneSettings settings = lane.settings();
    if (settings.isUnedited()) {
      return wanted;
    }
    long unixNanos = clock(settings);
    int kept = 0;
    for (int i = 0; i < wanted; i++) {
      Mbuf frame = mbuf.wrap(shadow.get(i));
      if (lane.isWithinRate(frame.packetLength(), tap.port())) {
        index[kept] = index[i];
        shadow.set(kept, frame.address());
        edit(lane, frame, kept++, unixNanos);
      } else {
        bytes -= frame.packetLength();
        References.release(frame.address());
      }
    }
    shadow.size(kept);
    return kept;
  }

  /** Makes a frame what it was: number {@code at} of those edited last. */
  @DataPath
  void undo(Lane lane, Mbuf frame, int at) {
    LaneSettings settings = lane.settings();
    if (settings.isUnedited()) {
      return;
    }
    settings.edit().undo(frame);
    if (lengths[at] > settings.mostBytes()) {
      frame.dataLength(lengths[at]);
      frame.packetLength(lengths[at]);
    }
  }

  /** Tells the table how frame number {@code at} was edited, for the lane to undo. */
  @DataPath
  void hand(Lane lane, int slot, int at) {
    LaneSettings settings = lane.settings();
    table.lane[slot] = lane;
    table.isRetained[slot] = true;
    table.isEdited[slot] = true;
    table.hasHeader[slot] = settings.headroom() > 0;
    Mbuf frame = mbuf.wrap(table.mbuf[slot]);
    int length = frame.packetLength() - settings.headroom();
    boolean isShort = lengths[at] > settings.mostBytes();
    table.length[slot] = length;
    table.originalData[slot] = frame.data() + settings.headroom();
    table.firstLength[slot] = isShort ? lengths[at] : frame.dataLength() - settings.headroom();
    if (isShort) {
      table.cutSegment[slot] = table.mbuf[slot];
      table.cutLengths[slot] = (long) lengths[at] << 32 | 1L << 16 | lengths[at];
    }
  }
}
