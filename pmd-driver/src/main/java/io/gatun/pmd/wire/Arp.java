package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * ARP for IPv4 over Ethernet: RFC 826.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |       Hardware type = 1       |    Protocol type = 0x0800     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * | HW octets = 6 |Prot. octets=4 |           Operation           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Sender Ethernet address                    |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |      Sender IPv4 address      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |    Target Ethernet address    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Target IPv4 address                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Ethernet addresses are as in {@link Ethernet}, IPv4 addresses as in {@link Ipv4}.
 */
@DataPath
public final class Arp {
  public static final int LENGTH = 28;

  public static final int OPERATION = 6;
  public static final int SENDER_MAC = 8;
  public static final int SENDER_IP = 14;
  public static final int TARGET_MAC = 18;
  public static final int TARGET_IP = 24;

  public static final int REQUEST = 1;
  public static final int REPLY = 2;

  // The six bytes before the operation: hardware type, protocol type, sizes of their addresses.
  private static final long ETHERNET_IPV4 = 0x0001_0800_0604L;

  private Arp() {}

  /** {@link #LENGTH}, or -1: cut, or not about IPv4 over Ethernet. */
  public static int length(long at, int available) {
    boolean isOurs =
        available >= LENGTH && Memory.getLongBigEndian(at) >>> Short.SIZE == ETHERNET_IPV4;
    return isOurs ? LENGTH : -1;
  }

  public static int operation(long at) {
    return Memory.getUnsignedShortBigEndian(at + OPERATION);
  }

  /** Stores the operation and the fixed bytes before it. */
  public static void operation(long at, int operation) {
    Memory.putLongBigEndian(at, ETHERNET_IPV4 << Short.SIZE | (operation & 0xffff));
  }

  public static long senderMac(long at) {
    return Ethernet.address(at + SENDER_MAC);
  }

  public static void senderMac(long at, long mac) {
    Ethernet.address(at + SENDER_MAC, mac);
  }

  public static int senderIp(long at) {
    return Memory.getIntBigEndian(at + SENDER_IP);
  }

  public static void senderIp(long at, int address) {
    Memory.putIntBigEndian(at + SENDER_IP, address);
  }

  public static long targetMac(long at) {
    return Ethernet.address(at + TARGET_MAC);
  }

  public static void targetMac(long at, long mac) {
    Ethernet.address(at + TARGET_MAC, mac);
  }

  public static int targetIp(long at) {
    return Memory.getIntBigEndian(at + TARGET_IP);
  }

  public static void targetIp(long at, int address) {
    Memory.putIntBigEndian(at + TARGET_IP, address);
  }
}
