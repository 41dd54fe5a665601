package io.gatun.offload.gateway;

import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.wire.Ethernet;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which MAC address lives behind which remote end point: a table that learns from source addresses,
 * as a bridge does (IEEE 802.1Q clause 8.7), one for all tenants.
 *
 * <pre>
 *  slots[2i]      tenant (16 bits) | MAC address (48 bits, as they lie in memory);  all ones: free
 *  slots[2i + 1]  seconds when last seen (32 bits) | remote (32 bits)
 * </pre>
 *
 * <p>Open addressing with linear probing; key and value share a cache line. The table is at most
 * half full, so that a lookup is one probe and a bit on average. Deletion shifts the followers back
 * instead of leaving tombstones: lookups stay as short after a day of ageing as after the first
 * packet. The hash has a random multiplier, and no entry lies further than {@value #MAX_PROBES}
 * slots from its home: somebody who picks addresses that collide gains nothing.
 *
 * <p>Group addresses cannot be keys, which makes a free slot's key one that nobody asks for in
 * vain: its remote is {@link #NONE}. One lcore; the counters may be read by any thread.
 */
public final class ForwardingTable {
  /** No remote. */
  public static final int NONE = -1;

  /** The smallest and the largest table, in slots. */
  public static final int MIN_CAPACITY = 16;

  /** See {@link #MIN_CAPACITY}. */
  public static final int MAX_CAPACITY = 1 << 24;

  static final int MAX_PROBES = 256;

  private static final int MAX_TENANT = 0xffff;
  private static final long FREE = -1L;
  private static final int STATIC = -1; // instead of seconds: never too old, never moved
  private static final int NO_PLACE = Integer.MIN_VALUE;

  private final long[] slots;
  private final int mask;
  private final int shift;
  private final int limit;
  private final long multiplier;
  private int cursor;

  private final Counter size = new Counter();
  private final Counter learned = new Counter();
  private final Counter moved = new Counter();
  private final Counter aged = new Counter();
  private final Counter full = new Counter();
  private final Counter refusedSources = new Counter();
  private final Counter staticViolations = new Counter();

  /**
   * Makes an empty table (control plane).
   *
   * @param capacity slots, a power of two from {@link #MIN_CAPACITY} to {@link #MAX_CAPACITY}, of
   *     which half can be used; each takes 16 bytes
   */
  public ForwardingTable(int capacity) {
    this(capacity, new SplittableRandom().nextLong());
  }

  /** With a known hash, for tests. */
  ForwardingTable(int capacity, long seed) {
    if (capacity < MIN_CAPACITY || capacity > MAX_CAPACITY || Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "forwarding table: %d slots are not a power of two in [%d, %d]"
              .formatted(capacity, MIN_CAPACITY, MAX_CAPACITY));
    }
    slots = new long[2 * capacity];
    Arrays.fill(slots, FREE);
    mask = capacity - 1;
    shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    limit = capacity / 2;
    multiplier = seed | 1;
  }

  /**
   * Where a station lives.
   *
   * @param tenant 0 to 65535
   * @param mac 48 bits as they lie in memory
   * @return its remote, or {@link #NONE}
   */
  @DataPath
  public int lookup(int tenant, long mac) {
    long key = key(tenant, mac);
    int slot = home(key);
    long found = slots[2 * slot];
    if (found == key) {
      return (int) slots[2 * slot + 1];
    }
    return found == FREE ? NONE : probe(key, slot);
  }

  /** The rest of a lookup, from behind {@code first} on. */
  @DataPath
  private int probe(long key, int first) {
    int slot = first;
    for (int i = 1; i < MAX_PROBES; i++) {
      slot = slot + 1 & mask;
      long found = slots[2 * slot];
      if (found == key) {
        return (int) slots[2 * slot + 1];
      }
      if (found == FREE) {
        return NONE;
      }
    }
    return NONE;
  }

  /**
   * Notes that a station sent something: it is added, moved or refreshed. A static entry stays as
   * it is; a group address or the null address is nobody's, and is refused.
   *
   * @param remote behind which it was heard, 0 or more
   * @param nowSeconds on a clock of the caller's, 0 or more
   * @return whether the table says now that the station lives there
   */
  @DataPath
  public boolean learn(int tenant, long mac, int remote, int nowSeconds) {
    if (mac == 0 || Ethernet.isGroup(mac)) {
      refusedSources.add(1);
      return false;
    }
    long key = key(tenant, mac);
    int slot = find(key);
    if (slot < 0) {
      return insert(key, slot, value(remote, nowSeconds));
    }
    long value = slots[2 * slot + 1];
    int before = (int) value;
    if (isStatic(value)) {
      if (before == remote) {
        return true;
      }
      staticViolations.add(1);
      return false;
    }
    if (before != remote) {
      moved.add(1);
    }
    slots[2 * slot + 1] = value(remote, nowSeconds);
    return true;
  }

  @DataPath
  private boolean insert(long key, int place, long value) {
    if (place == NO_PLACE || size.get() >= limit) {
      full.add(1);
      return false;
    }
    int slot = ~place;
    slots[2 * slot] = key;
    slots[2 * slot + 1] = value;
    size.add(1);
    learned.add(1);
    return true;
  }

  /**
   * Adds an entry that neither ages nor moves (control plane, before the loop starts).
   *
   * @throws IllegalArgumentException for a group address, whose frames go to the flood list
   * @throws IllegalStateException when the table is full
   */
  public void addStatic(int tenant, MacAddress mac, int remote) {
    long bits = mac.littleEndian();
    if (bits == 0 || Ethernet.isGroup(bits)) {
      throw new IllegalArgumentException(
          "static entry %s: the address of one station is needed; group frames go to all remotes"
              .formatted(mac));
    }
    if (tenant < 0 || tenant > MAX_TENANT || remote < 0) {
      throw new IllegalArgumentException(
          "static entry %s: tenant %d is not in [0, %d] or remote %d is negative"
              .formatted(mac, tenant, MAX_TENANT, remote));
    }
    int slot = find(key(tenant, bits));
    if (slot >= 0) {
      slots[2 * slot + 1] = value(remote, STATIC);
    } else if (!insert(key(tenant, bits), slot, value(remote, STATIC))) {
      throw new IllegalStateException(
          "static entry %s: the forwarding table is full (%d entries)".formatted(mac, limit));
    }
  }

  /** Forgets a station, a static one too; returns whether it was known. */
  @DataPath
  public boolean remove(int tenant, long mac) {
    int slot = find(key(tenant, mac));
    if (slot < 0) {
      return false;
    }
    delete(slot);
    return true;
  }

  /**
   * Forgets stations that were silent for {@code maxAgeSeconds}, looking at a part of the table:
   * the next call goes on where this one ended. An entry that a removal moves behind that place is
   * looked at in the next round.
   *
   * @param nowSeconds on the clock of {@link #learn}
   * @param slotsToVisit at most; the capacity for all of it
   * @return how many were forgotten
   */
  @DataPath
  public int age(int nowSeconds, int maxAgeSeconds, int slotsToVisit) {
    int forgotten = 0;
    int visited = 0;
    while (visited < slotsToVisit) {
      long value = slots[2 * cursor + 1];
      boolean old =
          slots[2 * cursor] != FREE
              && !isStatic(value)
              && nowSeconds - seen(value) >= maxAgeSeconds;
      if (old) {
        delete(cursor); // and look again: a follower may have come here
        forgotten++;
      } else {
        cursor = cursor + 1 & mask;
        visited++;
      }
    }
    aged.add(forgotten);
    return forgotten;
  }

  // ---- the table --------------------------------------------------------------------------------

  private static long key(int tenant, long mac) {
    return (long) tenant << 48 | mac;
  }

  private static long value(int remote, int seconds) {
    return (long) seconds << 32 | remote & 0xffff_ffffL;
  }

  private static int seen(long value) {
    return (int) (value >>> 32);
  }

  private static boolean isStatic(long value) {
    return seen(value) == STATIC;
  }

  // The last octets, in which stations differ, are the highest of the 48 bits: the exclusive-or
  // takes them to where the multiplication spreads them.
  private int home(long key) {
    return (int) ((key ^ key >>> 32) * multiplier >>> shift);
  }

  /** The slot of a key; the complement of the free slot it may take; {@link #NO_PLACE}. */
  private int find(long key) {
    int slot = home(key);
    for (int i = 0; i < MAX_PROBES; i++) {
      long found = slots[2 * slot];
      if (found == FREE) {
        return ~slot;
      }
      if (found == key) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
    return NO_PLACE;
  }

  /** Empties a slot and moves followers into the gap, each at most back to its home. */
  private void delete(int slot) {
    int gap = slot;
    int next = slot + 1 & mask;
    while (slots[2 * next] != FREE) {
      int fromHome = next - home(slots[2 * next]) & mask;
      int fromGap = next - gap & mask;
      if (fromHome >= fromGap) {
        slots[2 * gap] = slots[2 * next];
        slots[2 * gap + 1] = slots[2 * next + 1];
        gap = next;
      }
      next = next + 1 & mask;
    }
    slots[2 * gap] = FREE;
    slots[2 * gap + 1] = FREE;
    size.add(-1);
  }

  // ---- what can be seen -------------------------------------------------------------------------

  /** Slots; half of them can be used. */
  public int capacity() {
    return mask + 1;
  }

  /** Entries, static ones among them. */
  public int size() {
    return (int) size.get();
  }

  /** Entries ever made, static ones among them. */
  public long learned() {
    return learned.get();
  }

  /** Stations that were heard behind another remote than before. */
  public long moved() {
    return moved.get();
  }

  /** Entries that grew too old. */
  public long aged() {
    return aged.get();
  }

  /** Stations that were not learned because there was no place. */
  public long full() {
    return full.get();
  }

  /** Frames whose source was a group address or null. */
  public long refusedSources() {
    return refusedSources.get();
  }

  /** Frames from a static station, but from elsewhere. */
  public long staticViolations() {
    return staticViolations.get();
  }
}
