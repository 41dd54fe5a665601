package io.gatun.pmd;

import io.gatun.bindings.FastPath;
import io.gatun.bindings.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A table of mbuf addresses in native memory: what receive fills, stages work on and transmit
 * empties. It owns the mbufs that it holds, until they are transmitted, freed or taken out.
 *
 * <p>One lcore. Addresses, not objects: look into a packet with {@link Mbuf#wrap}.
 */
@DataPath
public final class Burst {
  /** The most packets that a burst can hold; drivers take their count as an unsigned 16 bits. */
  public static final int MAX_CAPACITY = 512;

  /** Keeps an automatic arena from freeing the table as long as the burst is there. */
  @SuppressWarnings("UnusedVariable")
  private final MemorySegment table;

  private final long address;
  private final int capacity;
  private int size;

  private Burst(MemorySegment table, int capacity) {
    this.table = table;
    this.address = table.address();
    this.capacity = capacity;
  }

  /**
   * Makes a burst whose table lives as long as {@code arena}, or as the burst where that is
   * automatic (control plane).
   *
   * @param capacity in packets, 1 to {@link #MAX_CAPACITY}
   */
  public static Burst allocate(int capacity, Arena arena) {
    Checks.range("burst", capacity, 1, MAX_CAPACITY);
    return new Burst(arena.allocate((long) capacity * Long.BYTES, 64), capacity);
  }

  /** Address of the table, {@code struct rte_mbuf **}. */
  public long address() {
    return address;
  }

  public int capacity() {
    return capacity;
  }

  /** How many packets the burst holds. */
  public int size() {
    return size;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** How many packets fit beside those it holds. */
  public int remaining() {
    return capacity - size;
  }

  /** Address of the mbuf at {@code index}, 0 to {@code size() - 1}; unchecked. */
  public long get(int index) {
    return Memory.getLong(Memory.base(address) + ((long) index << 3));
  }

  /** Replaces the mbuf at {@code index}; the one before is the caller's now. Unchecked. */
  public void set(int index, long mbuf) {
    Memory.putLong(address + ((long) index << 3), mbuf);
  }

  /**
   * Appends an mbuf.
   *
   * @return false, with the mbuf still the caller's, when the burst is full
   */
  public boolean add(long mbuf) {
    if (size == capacity) {
      return false;
    }
    Memory.putLong(address + ((long) size << 3), mbuf);
    size++;
    return true;
  }

  /**
   * Says how many packets the table holds now: after a call that filled it, or when a stage has
   * taken packets out and closed the gaps. Packets beyond are no longer the burst's.
   */
  public void size(int newSize) {
    size = newSize;
  }

  /** Takes the first {@code count} packets out, which somebody else owns now; the rest moves up. */
  public void removeFirst(int count) {
    int rest = size - count;
    if (rest > 0) {
      Memory.copy(address + ((long) count << 3), address, (long) rest << 3);
    }
    size = rest;
  }

  /** Frees all packets to their pools; returns how many there were. */
  public int free() {
    int count = size;
    if (count > 0) {
      FastPath.rte_pktmbuf_free_bulk(address, count);
      size = 0;
    }
    return count;
  }
}
