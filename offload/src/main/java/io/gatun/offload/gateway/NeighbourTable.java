package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Ethernet;
import io.gatun.pmd.wire.IpAddress;

/**
 * The next hops on the underlay, their MAC addresses, and the packets that wait for one. Neighbours
 * are added by configuration alone, never by what arrives, so that nobody can fill the table.
 *
 * <pre>
 *                 answer                       30 s without an answer
 *  INCOMPLETE ─────────────► REACHABLE ──────────────────────────────► STALE ──┐ probe: unicast,
 *      │  ▲ 1 s, 3 tries        ▲  ▲               answer                │  ▲──┘ unicast, everybody
 *      │  └─┘                   │  └────────────────────────────────────┘
 *      │ no answer              │ answer                                 │ no answer
 *      └────────────────────► FAILED ◄───────────────────────────────────┘
 *                               one try every 5 s while packets ask for it
 * </pre>
 *
 * <p>That is RFC 4861 section 7.3 without DELAY: a gateway's next hops are always in use, so that a
 * stale one is asked at once. ARP (RFC 826) has the same states. The address of a stale neighbour
 * is used until it fails. One lcore; the counters may be read by any thread.
 */
final class NeighbourTable {
  /** No neighbour; no MAC address. */
  static final int NONE = -1;

  /** Packets that may wait for one neighbour. */
  static final int MAX_WAITING = 64;

  static final int MAX_TRIES = 3;
  static final long RETRY_NANOS = 1_000_000_000L;
  static final long REACHABLE_NANOS = 30_000_000_000L;
  static final long FAILED_RETRY_NANOS = 5_000_000_000L;

  private static final int MAX_CAPACITY = 1 << 16;

  /** What is known of a neighbour. */
  enum State {
    INCOMPLETE,
    REACHABLE,
    STALE,
    FAILED
  }

  private final int capacity;
  private final IpAddress[] addresses;
  private final long[] highs;
  private final long[] lows;
  private final long[] macs;
  private final State[] states;
  private final boolean[] fixed;
  private final int[] tries;
  // A neighbour that is armed has something to do at its deadline; urgent: at the next tick.
  private final boolean[] armed;
  private final boolean[] urgent;
  private final long[] deadlines;
  // Rings of what waits: MAX_WAITING places for each neighbour, in one array.
  private final long[] waitingMbufs;
  private final int[] waitingTags;
  private final int[] heads;
  private final int[] counts;

  private int size;
  private int cursor;
  private boolean awake = true;
  private long wakeNanos;
  private boolean settled;
  private int polledTag;

  private final Counter resolved = new Counter();
  private final Counter failed = new Counter();
  private final Counter changed = new Counter();
  private final Counter displaced = new Counter();

  /** Makes an empty table for up to {@code capacity} neighbours, 1 to 65536 (control plane). */
  NeighbourTable(int capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "neighbours: %d is not in [1, %d]".formatted(capacity, MAX_CAPACITY));
    }
    this.capacity = capacity;
    addresses = new IpAddress[capacity];
    highs = new long[capacity];
    lows = new long[capacity];
    macs = new long[capacity];
    states = new State[capacity];
    fixed = new boolean[capacity];
    tries = new int[capacity];
    armed = new boolean[capacity];
    urgent = new boolean[capacity];
    deadlines = new long[capacity];
    waitingMbufs = new long[capacity * MAX_WAITING];
    waitingTags = new int[capacity * MAX_WAITING];
    heads = new int[capacity];
    counts = new int[capacity];
  }

  // ---- control plane, before the loop starts ----------------------------------------------------

  /**
   * Adds a neighbour, which is asked for at the next tick.
   *
   * @return its index; the same for an address that is there already
   * @throws IllegalArgumentException for an address that no neighbour can have
   * @throws IllegalStateException when the table is full
   */
  int add(IpAddress address) {
    if (address.isMulticast() || address.isUnspecified()) {
      throw new IllegalArgumentException(
          "neighbour %s: the unicast address of a next hop is needed".formatted(address));
    }
    int known = find(address.version(), address.high(), address.low());
    if (known != NONE) {
      return known;
    }
    if (size == capacity) {
      throw new IllegalStateException(
          "neighbour %s: the table is full (%d)".formatted(address, capacity));
    }
    int n = size++;
    addresses[n] = address;
    highs[n] = address.high();
    lows[n] = address.low();
    macs[n] = NONE;
    restart(n, State.INCOMPLETE);
    return n;
  }

  /**
   * Adds a neighbour whose MAC address is known for good, or fixes that of a known one.
   *
   * @return its index
   */
  int addStatic(IpAddress address, MacAddress mac) {
    if (mac.value() == 0 || Ethernet.isGroup(mac.littleEndian())) {
      throw new IllegalArgumentException(
          "neighbour %s: %s is not the MAC address of one station".formatted(address, mac));
    }
    int n = add(address);
    fixed[n] = true;
    macs[n] = mac.littleEndian();
    states[n] = State.REACHABLE;
    armed[n] = false;
    urgent[n] = false;
    return n;
  }

  // ---- what the data path asks ------------------------------------------------------------------

  /** The neighbour's MAC address, 48 bits as they lie in memory; {@link #NONE} while unknown. */
  @DataPath
  long mac(int neighbour) {
    return macs[neighbour];
  }

  @DataPath
  State state(int neighbour) {
    return states[neighbour];
  }

  @DataPath
  IpAddress address(int neighbour) {
    return addresses[neighbour];
  }

  /** Neighbours in the table; their indexes are 0 to {@code size() - 1}. */
  @DataPath
  int size() {
    return size;
  }

  // ---- time -------------------------------------------------------------------------------------

  /**
   * Which neighbour is due for a request now: to be called until it returns {@link #NONE}, once a
   * millisecond or so. Where the request goes says {@link #probeMac}.
   *
   * @param nowNanos as {@link System#nanoTime}
   */
  @DataPath
  int tick(long nowNanos) {
    if (!awake && nowNanos - wakeNanos < 0) {
      return NONE;
    }
    while (cursor < size) {
      int n = cursor++;
      if (armed[n] && (urgent[n] || nowNanos - deadlines[n] >= 0) && isDue(n, nowNanos)) {
        return n;
      }
    }
    cursor = 0;
    sleep(nowNanos);
    return NONE;
  }

  /** The MAC address that the request due now goes to; {@link #NONE}: to everybody. */
  @DataPath
  long probeMac(int neighbour) {
    // The last try asks everybody: the neighbour may have a new card, which hears no unicast.
    boolean unicast = states[neighbour] == State.STALE && tries[neighbour] < MAX_TRIES;
    return unicast ? macs[neighbour] : NONE;
  }

  @DataPath
  private boolean isDue(int n, long nowNanos) {
    urgent[n] = false;
    if (states[n] == State.FAILED) {
      armed[n] = false; // until somebody asks again
      deadlines[n] = nowNanos + FAILED_RETRY_NANOS;
      return true;
    }
    if (states[n] == State.REACHABLE) {
      states[n] = State.STALE;
      tries[n] = 0;
    }
    if (tries[n] == MAX_TRIES) {
      states[n] = State.FAILED;
      macs[n] = NONE;
      armed[n] = false;
      deadlines[n] = nowNanos + FAILED_RETRY_NANOS;
      failed.add(1);
      settled = true;
      return false;
    }
    tries[n]++;
    deadlines[n] = nowNanos + RETRY_NANOS;
    return true;
  }

  /** Until the earliest deadline; at most a second, so that differences of times never overflow. */
  @DataPath
  private void sleep(long nowNanos) {
    long rest = RETRY_NANOS;
    for (int n = 0; n < size; n++) {
      if (armed[n]) {
        rest = urgent[n] ? 0 : Math.min(rest, Math.max(0, deadlines[n] - nowNanos));
      }
    }
    wakeNanos = nowNanos + rest;
    awake = false;
  }

  /** The link is up (again): everybody is asked anew, at once. */
  @DataPath
  void linkUp() {
    for (int n = 0; n < size; n++) {
      if (!fixed[n]) {
        restart(n, macs[n] == NONE ? State.INCOMPLETE : State.STALE);
      }
    }
  }

  @DataPath
  private void restart(int n, State state) {
    states[n] = state;
    tries[n] = 0;
    armed[n] = true;
    urgent[n] = true;
    awake = true;
  }

  // ---- what is heard ----------------------------------------------------------------------------

  /** {@link #heard(long, int, long, long, boolean, boolean)} of an answer to a request of ours. */
  @DataPath
  int heard(long at, int version, long mac, long nowNanos) {
    return heard(at, version, mac, nowNanos, true, true);
  }

  /**
   * Notes what a packet says about the owner of an address.
   *
   * @param at where the address lies in memory, in network byte order
   * @param version 4 or 6
   * @param mac as it lies in memory; {@link #NONE} when the packet does not say
   * @param confirmed whether it answers a request of ours, so that the neighbour hears us (RFC 4861
   *     section 7.2.5, the S flag)
   * @param override whether it replaces another address that is known (the O flag)
   * @return the neighbour, or {@link #NONE} when it is none or the address is nobody's
   */
  @DataPath
  int heard(long at, int version, long mac, long nowNanos, boolean confirmed, boolean override) {
    long high = version == 4 ? 0 : Memory.getLongBigEndian(at);
    long low =
        version == 4 ? Memory.getIntBigEndian(at) & 0xffff_ffffL : Memory.getLongBigEndian(at + 8);
    int n = find(version, high, low);
    boolean told = mac != NONE;
    if (n == NONE || told && (mac == 0 || Ethernet.isGroup(mac))) {
      return NONE;
    }
    if (!fixed[n] && (told || macs[n] != NONE)) {
      update(n, told ? mac : macs[n], nowNanos, confirmed, override);
    }
    return n;
  }

  @DataPath
  private void update(int n, long mac, long nowNanos, boolean confirmed, boolean override) {
    long before = macs[n];
    if (before == NONE) {
      resolved.add(1);
      settled = true;
    } else if (before != mac) {
      if (!override) {
        if (states[n] == State.REACHABLE) {
          restart(n, State.STALE); // somebody is wrong: ask
        }
        return;
      }
      changed.add(1);
    }
    macs[n] = mac;
    if (confirmed) {
      states[n] = State.REACHABLE;
      armed[n] = true;
      urgent[n] = false;
      deadlines[n] = nowNanos + REACHABLE_NANOS;
    } else if (before != mac) {
      restart(n, State.STALE);
    }
  }

  @DataPath
  private int find(int version, long high, long low) {
    for (int n = 0; n < size; n++) {
      if (lows[n] == low && highs[n] == high && addresses[n].version() == version) {
        return n;
      }
    }
    return NONE;
  }

  // ---- packets that wait ------------------------------------------------------------------------

  /**
   * Keeps a packet until the neighbour is resolved.
   *
   * @param tag whatever the caller wants back with it
   * @return an mbuf that the caller frees: 0 for none, the one that waited longest when too many
   *     wait, {@code mbuf} itself when the neighbour has failed
   */
  @DataPath
  long hold(int neighbour, long mbuf, int tag) {
    if (states[neighbour] == State.FAILED) {
      armed[neighbour] = true;
      awake = true;
      return mbuf;
    }
    long oldest = 0;
    if (counts[neighbour] == MAX_WAITING) {
      oldest = poll(neighbour);
      displaced.add(1);
    }
    int place = place(neighbour, counts[neighbour]);
    waitingMbufs[place] = mbuf;
    waitingTags[place] = tag;
    counts[neighbour]++;
    if (macs[neighbour] != NONE) {
      settled = true;
    }
    return oldest;
  }

  /**
   * A neighbour for which waiting matters no more: its packets can be sent if it has a {@link #mac}
   * now, or are to be freed if it has failed; {@link #NONE} when there is none.
   */
  @DataPath
  int drainable() {
    if (settled) {
      for (int n = 0; n < size; n++) {
        if (counts[n] != 0 && states[n] != State.INCOMPLETE) {
          return n;
        }
      }
      settled = false;
    }
    return NONE;
  }

  /** Takes out the packet that has waited longest for a neighbour; 0 when none waits. */
  @DataPath
  long poll(int neighbour) {
    if (counts[neighbour] == 0) {
      return 0;
    }
    int place = place(neighbour, 0);
    heads[neighbour] = heads[neighbour] + 1 & MAX_WAITING - 1;
    counts[neighbour]--;
    polledTag = waitingTags[place];
    return waitingMbufs[place];
  }

  /** The tag of the packet that {@link #poll} took out last. */
  @DataPath
  int polledTag() {
    return polledTag;
  }

  /** Takes out any packet that waits, for an end without a leak; 0 when none does. */
  @DataPath
  long pollAny() {
    for (int n = 0; n < size; n++) {
      if (counts[n] != 0) {
        return poll(n);
      }
    }
    return 0;
  }

  /** Packets that wait for a neighbour. */
  @DataPath
  int waiting(int neighbour) {
    return counts[neighbour];
  }

  @DataPath
  private int place(int neighbour, int index) {
    return neighbour * MAX_WAITING + (heads[neighbour] + index & MAX_WAITING - 1);
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** How often a neighbour's MAC address became known. */
  long resolved() {
    return resolved.get();
  }

  /** How often a neighbour did not answer any more. */
  long failed() {
    return failed.get();
  }

  /** How often a neighbour's MAC address became another one. */
  long changed() {
    return changed.get();
  }

  /** Packets that waited and gave way to later ones. */
  long displaced() {
    return displaced.get();
  }
}
