package io.gatun.offload;

import io.gatun.pmd.DataPath;

/**
 * What the outer pass must know of an inner packet, packed into one word, so that the queue between
 * the passes needs no object for each.
 *
 * <pre>
 *  63            32 31      26  25    24  23     16 15            0
 *  |   flow hash   |  zero    | soft | IPv6 |  TOS   |  path number  |
 * </pre>
 */
@DataPath
final class FlowNote {
  private static final int TOS_SHIFT = 16;
  private static final long IPV6_BIT = 1L << 24;
  private static final long SOFTWARE_BIT = 1L << 25;
  private static final int HASH_SHIFT = 32;

  private FlowNote() {}

  /**
   * Packs a note.
   *
   * @param path number of its {@link OuterHeader}, 0 to 65535
   * @param tos inner TOS or traffic class; 0 without IP
   * @param ipVersion of the inner packet
   * @param hash of its flow
   * @param nic whether the NIC may be asked for something
   */
  static long of(int path, int tos, int ipVersion, int hash, boolean nic) {
    return path
        | (long) tos << TOS_SHIFT
        | (ipVersion == 6 ? IPV6_BIT : 0)
        | (nic ? 0 : SOFTWARE_BIT)
        | (long) hash << HASH_SHIFT;
  }

  static int path(long note) {
    return (int) note & 0xffff;
  }

  static int tos(long note) {
    return (int) (note >>> TOS_SHIFT) & 0xff;
  }

  static boolean isIpv6(long note) {
    return (note & IPV6_BIT) != 0;
  }

  static boolean mayUseNic(long note) {
    return (note & SOFTWARE_BIT) == 0;
  }

  static int hash(long note) {
    return (int) (note >>> HASH_SHIFT);
  }
}
