package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.Counter;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.Ethernet;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which MAC address an inner IP address has on the tenant's segment, as far as it was heard: a
 * cache of fixed size, in sets of {@value #WAYS} (the new takes the place of what was silent
 * longest in its set). Forgetting costs little: the next packet from there teaches it again.
 *
 * <p>IPv4 addresses are kept as IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2). One lcore.
 */
@DataPath
final class InnerHosts {
  static final long NONE = -1;
  static final int WAYS = 8;

  private static final long IPV4_MAPPED = 0xffffL << 32;

  private final long[] highs;
  private final long[] lows;
  private final long[] macs;
  private final int[] seen;
  private final int shift;
  private final long multiplier;

  private final Counter replaced = new Counter();

  /**
   * An empty cache.
   *
   * @param capacity addresses, a power of two of at least 16
   */
  InnerHosts(int capacity) {
    if (capacity < 2 * WAYS || Integer.bitCount(capacity) != 1) {
      throw new IllegalArgumentException(
          "inner hosts: %d is not a power of two of at least %d".formatted(capacity, 2 * WAYS));
    }
    highs = new long[capacity];
    lows = new long[capacity];
    macs = new long[capacity];
    seen = new int[capacity];
    Arrays.fill(macs, NONE);
    shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity / WAYS);
    multiplier = new SplittableRandom().nextLong() | 1;
  }

  /**
   * Notes who sent from an address. Nobody has a group's or the null MAC address, a multicast or
   * the unspecified IP address.
   *
   * @param at the IP address in memory
   * @param version 4 or 6
   * @param nowSeconds on a clock of the caller's
   * @return whether it is known now
   */
  boolean learn(long at, int version, long mac, int nowSeconds) {
    long high = high(at, version);
    long low = low(at, version);
    if (mac == 0 || Ethernet.isGroup(mac) || !isHost(version, high, low)) {
      return false;
    }
    int first = set(high, low);
    int place = first;
    for (int i = first; i < first + WAYS; i++) {
      if (macs[i] != NONE && lows[i] == low && highs[i] == high) {
        macs[i] = mac;
        seen[i] = nowSeconds;
        return true;
      }
      boolean better = macs[i] == NONE || seen[i] - seen[place] < 0;
      if (macs[place] != NONE && better) {
        place = i;
      }
    }
    if (macs[place] != NONE) {
      replaced.add(1);
    }
    highs[place] = high;
    lows[place] = low;
    macs[place] = mac;
    seen[place] = nowSeconds;
    return true;
  }

  /** The MAC address of the host with the IP address at {@code at}, or {@link #NONE}. */
  long mac(long at, int version) {
    int place = find(high(at, version), low(at, version));
    return place < 0 ? NONE : macs[place];
  }

  /** Whether the host was heard within the last {@code maxAgeSeconds}. */
  boolean isLocal(long at, int version, int nowSeconds, int maxAgeSeconds) {
    int place = find(high(at, version), low(at, version));
    return place >= 0 && nowSeconds - seen[place] <= maxAgeSeconds;
  }

  private int find(long high, long low) {
    int first = set(high, low);
    for (int i = first; i < first + WAYS; i++) {
      if (lows[i] == low && highs[i] == high && macs[i] != NONE) {
        return i;
      }
    }
    return -1;
  }

  /** Known hosts that gave way to others. */
  long replaced() {
    return replaced.get();
  }

  private int set(long high, long low) {
    long key = high * 31 + low;
    return (int) ((key ^ key >>> 32) * multiplier >>> shift) * WAYS;
  }

  private static long high(long at, int version) {
    return version == 4 ? 0 : Memory.getLongBigEndian(at);
  }

  private static long low(long at, int version) {
    return version == 4
        ? IPV4_MAPPED | Memory.getIntBigEndian(at) & 0xffff_ffffL
        : Memory.getLongBigEndian(at + 8);
  }

  private static boolean isHost(int version, long high, long low) {
    return version == 4
        ? OwnAddresses.isUnicast4((int) low)
        : high >>> 56 != 0xff && (high | low) != 0;
  }
}
