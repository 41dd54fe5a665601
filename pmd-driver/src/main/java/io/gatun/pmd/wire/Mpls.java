package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * An MPLS label stack entry: RFC 3032 section 2.1; traffic class: RFC 5462.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Label                 | TC  |S| Time to live  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>S marks the bottom of the stack. What follows it is not named: label 0 announces IPv4, label 2
 * IPv6, and other labels mean what the routers agreed on.
 */
@DataPath
public final class Mpls {
  /** Of one entry. */
  public static final int LENGTH = 4;

  /** A deeper stack is malformed. */
  public static final int MAX_ENTRIES = 16;

  private static final int LABEL_SHIFT = 12;
  private static final int LABEL_MASK = 0xf_ffff;
  private static final int CLASS_SHIFT = 9;
  private static final int CLASS_MASK = 0x7;
  private static final int BOTTOM = 0x100;
  private static final int TIME_TO_LIVE_MASK = 0xff;

  private Mpls() {}

  /** {@link #LENGTH} of one entry, or -1 when {@code available} bytes do not hold it. */
  public static int length(long at, int available) {
    return available < LENGTH ? -1 : LENGTH;
  }

  /** The length of the stack down to its bottom, or -1: cut, or above {@link #MAX_ENTRIES}. */
  public static int stackLength(long at, int available) {
    for (int entry = 0; entry < MAX_ENTRIES; entry++) {
      int offset = entry * LENGTH;
      if (available - offset < LENGTH) {
        return -1;
      }
      if (isBottom(at + offset)) {
        return offset + LENGTH;
      }
    }
    return -1;
  }

  /** The 32 bits of the entry. */
  public static int entry(long at) {
    return Memory.getIntBigEndian(at);
  }

  public static void entry(long at, int bits) {
    Memory.putIntBigEndian(at, bits);
  }

  /** 20 bits. */
  public static int label(long at) {
    return entry(at) >>> LABEL_SHIFT;
  }

  public static void label(long at, int label) {
    entry(at, (entry(at) & ~(LABEL_MASK << LABEL_SHIFT)) | label << LABEL_SHIFT);
  }

  /** 3 bits. */
  public static int trafficClass(long at) {
    return entry(at) >>> CLASS_SHIFT & CLASS_MASK;
  }

  public static void trafficClass(long at, int trafficClass) {
    int others = entry(at) & ~(CLASS_MASK << CLASS_SHIFT);
    entry(at, others | (trafficClass & CLASS_MASK) << CLASS_SHIFT);
  }

  /** Whether it is the last entry of its stack. */
  public static boolean isBottom(long at) {
    return (entry(at) & BOTTOM) != 0;
  }

  public static void isBottom(long at, boolean bottom) {
    entry(at, bottom ? entry(at) | BOTTOM : entry(at) & ~BOTTOM);
  }

  public static int timeToLive(long at) {
    return entry(at) & TIME_TO_LIVE_MASK;
  }

  public static void timeToLive(long at, int hops) {
    entry(at, (entry(at) & ~TIME_TO_LIVE_MASK) | (hops & TIME_TO_LIVE_MASK));
  }
}
