package io.gatun.offload.gateway;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;
import io.gatun.pmd.wire.IpAddress;
import io.gatun.pmd.wire.Ipv6;
import java.util.Arrays;

/** The gateway's own addresses on the underlay, and who may speak to them. One lcore. */
final class OwnAddresses {
  private static final long LOOPBACK_6 = 1;

  private IpAddress[] addresses = {};
  private long[] highs = {};
  private long[] lows = {};
  private long[] hostMasks = {};

  /**
   * Adds an address (control plane, before the loop starts).
   *
   * @param prefix bits of the network, 0 to 32 or 128
   */
  void add(IpAddress address, int prefix) {
    int bits = 8 * address.bytes();
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException(
          "own address %s/%d: the prefix is not in [0, %d]".formatted(address, prefix, bits));
    }
    if (address.isMulticast() || address.isUnspecified()) {
      throw new IllegalArgumentException(
          "own address %s: a unicast address is needed".formatted(address));
    }
    int count = addresses.length;
    addresses = Arrays.copyOf(addresses, count + 1);
    highs = Arrays.copyOf(highs, count + 1);
    lows = Arrays.copyOf(lows, count + 1);
    hostMasks = Arrays.copyOf(hostMasks, count + 1);
    addresses[count] = address;
    highs[count] = address.high();
    lows[count] = address.low();
    // /31 and /32 have no broadcast address (RFC 3021).
    hostMasks[count] = address.version() == 4 && prefix < 31 ? (1L << 32 - prefix) - 1 : 0;
  }

  @DataPath
  int size() {
    return addresses.length;
  }

  @DataPath
  IpAddress get(int index) {
    return addresses[index];
  }

  /** Whether the address in memory at {@code at} is one of ours. */
  @DataPath
  boolean isOwn(long at, int version) {
    return version == 4
        ? isOwn(4, 0, Memory.getIntBigEndian(at) & 0xffff_ffffL)
        : isOwn(6, Memory.getLongBigEndian(at), Memory.getLongBigEndian(at + 8));
  }

  @DataPath
  private boolean isOwn(int version, long high, long low) {
    for (int i = 0; i < highs.length; i++) {
      if (lows[i] == low && highs[i] == high && addresses[i].version() == version) {
        return true;
      }
    }
    return false;
  }

  /** Whether the IPv6 destination is the solicited-node group of one of ours. */
  @DataPath
  boolean isOwnGroup(long ip) {
    long low = Ipv6.destinationLow(ip);
    if (!NeighbourMessages.isSolicitedNode(Ipv6.destinationHigh(ip), low)) {
      return false;
    }
    for (int i = 0; i < highs.length; i++) {
      if (addresses[i].version() == 6 && ((lows[i] ^ low) & 0xff_ffffL) == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether an answer may go to the source address at {@code at}: it is that of one host, and none
   * of ours (RFC 1122 section 3.2.1.3, RFC 4443 section 2.4).
   */
  @DataPath
  boolean isAnswerable(long at, int version) {
    if (version == 6) {
      long high = Memory.getLongBigEndian(at);
      long low = Memory.getLongBigEndian(at + 8);
      boolean special = high >>> 56 == 0xff || high == 0 && (low == 0 || low == LOOPBACK_6);
      return !special && !isOwn(6, high, low);
    }
    long source = Memory.getIntBigEndian(at) & 0xffff_ffffL;
    if (!isUnicast4((int) source) || isOwn(4, 0, source)) {
      return false;
    }
    for (int i = 0; i < highs.length; i++) {
      if (hostMasks[i] != 0 && source == (lows[i] | hostMasks[i])) {
        return false; // the network's broadcast address
      }
    }
    return true;
  }

  /** Neither network 0 nor 127, neither multicast nor beyond (RFC 1122 section 3.2.1.3). */
  @DataPath
  static boolean isUnicast4(int address) {
    int first = address >>> 24;
    return first != 0 && first != 127 && first < 224;
  }
}
