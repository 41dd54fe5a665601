package io.gatun.hw.mirror;

import io.gatun.bindings.Memory;
import io.gatun.bindings.RteMbuf;
import io.gatun.bindings.RteMbufFlags;
import io.gatun.pmd.Burst;
import io.gatun.pmd.Mbuf;
import io.gatun.pmd.MempoolCache;
import io.gatun.pmd.TransmitCompleter;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Frames whose bytes follow from a number that they carry, and what stands for software offloads.
 *
 * <pre>
 *   0..11  12    14       22      24
 *  | ... | kind | number | length | ...
 * </pre>
 */
final class MirrorFrames {
  static final int MIN_LENGTH = 24;
  static final int PLAIN = 0;
  static final int COMPLETED = 1;

  /** The kind of the first segment of a frame that was cut. */
  static final int FIRST_SEGMENT = 2;

  /** The flag of packets that ask for something. */
  static final long ASKS = RteMbufFlags.RTE_MBUF_F_TX_IPV4 | RteMbufFlags.RTE_MBUF_F_TX_IP_CKSUM;

  private static final int KIND_AT = 12;
  private static final int NUMBER_AT = 14;
  private static final int LENGTH_AT = 22;
  private static final int SEGMENT_LENGTH = 60;
  private static final byte[] BLOCK = new byte[1 << 16];

  private final MempoolCache cache;
  private final Burst burst = Burst.allocate(Burst.MAX_CAPACITY, Arena.ofAuto());
  private final Mbuf mbuf = new Mbuf();

  static {
    new Random(1).nextBytes(BLOCK);
  }

  MirrorFrames(MempoolCache cache) {
    this.cache = cache;
  }

  /** The bytes of a frame. */
  static byte[] bytes(long number, int length, int kind) {
    int from = (int) (number * 37) & 0x3fff;
    byte[] bytes = Arrays.copyOfRange(BLOCK, from, from + length);
    bytes[KIND_AT] = (byte) kind;
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[NUMBER_AT + i] = (byte) (number >>> 8 * i);
    }
    bytes[LENGTH_AT] = (byte) length;
    bytes[LENGTH_AT + 1] = (byte) (length >>> 8);
    return bytes;
  }

  static long number(byte[] frame) {
    long number = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      number = number << 8 | frame[NUMBER_AT + i] & 0xff;
    }
    return number;
  }

  static int kind(byte[] frame) {
    return frame[KIND_AT] & 0xff;
  }

  /** The length before truncation. */
  static int length(byte[] frame) {
    return frame[LENGTH_AT] & 0xff | (frame[LENGTH_AT + 1] & 0xff) << 8;
  }

  /** Whether the bytes are those of a frame, or of its beginning. */
  static boolean isRight(byte[] frame) {
    if (frame.length < MIN_LENGTH || length(frame) < frame.length) {
      return false;
    }
    byte[] whole = bytes(number(frame), length(frame), kind(frame));
    return Arrays.equals(frame, 0, frame.length, whole, 0, frame.length);
  }

  /**
   * Makes a packet.
   *
   * @param headroom of its first segment
   * @param asks whether it asks a NIC for something
   * @return 0 when there are no buffers
   */
  long make(
      long number, int length, int segments, int headroom, boolean asks, SplittableRandom random) {
    if (!cache.allocate(burst, segments)) {
      return 0;
    }
    byte[] bytes = bytes(number, length, PLAIN);
    int done = 0;
    for (int i = 0; i < segments; i++) {
      mbuf.wrap(burst.get(i));
      Memory.putShort(
          mbuf.address() + RteMbuf.DATA_OFF, (short) (i == 0 ? headroom : random.nextInt(64)));
      boolean isLast = i + 1 == segments;
      int most = length - done - (segments - 1 - i);
      int here = isLast ? length - done : 1 + random.nextInt(Math.max(most, 1));
      Memory.copy(bytes, done, mbuf.data(), here);
      mbuf.dataLength(here);
      mbuf.next(isLast ? 0 : burst.get(i + 1));
      done += here;
    }
    mbuf.wrap(burst.get(0));
    mbuf.packetLength(length);
    mbuf.segments(segments);
    mbuf.flags(asks ? ASKS : 0);
    burst.size(0);
    return mbuf.address();
  }

  /** Makes a packet another one of the same length. */
  void rewrite(long packet, long number) {
    byte[] bytes = bytes(number, mbuf.wrap(packet).packetLength(), PLAIN);
    int done = 0;
    for (long at = packet; at != 0; at = mbuf.next()) {
      mbuf.wrap(at);
      Memory.copy(bytes, done, mbuf.data(), mbuf.dataLength());
      done += mbuf.dataLength();
    }
    mbuf.wrap(packet);
    mbuf.flags(0);
  }

  /** What a driver finds out about a received packet. */
  void note(long packet, long number) {
    mbuf.wrap(packet);
    mbuf.flags(RteMbufFlags.RTE_MBUF_F_RX_RSS_HASH | RteMbufFlags.RTE_MBUF_F_RX_VLAN);
    mbuf.rssHash((int) number);
    mbuf.vlanTci((int) number & 0xfff);
    mbuf.packetType((int) number & 0xff);
    mbuf.port((int) number & 0xff);
    Memory.putInt(packet + RteMbuf.DYNAMIC, (int) number * 3);
  }

  /** Whether a packet still has what {@link #note} wrote. */
  boolean isNoted(long packet, long number) {
    mbuf.wrap(packet);
    return mbuf.flags() == (RteMbufFlags.RTE_MBUF_F_RX_RSS_HASH | RteMbufFlags.RTE_MBUF_F_RX_VLAN)
        && mbuf.rssHash() == (int) number
        && mbuf.vlanTci() == ((int) number & 0xfff)
        && mbuf.packetType() == ((int) number & 0xff)
        && mbuf.port() == ((int) number & 0xff)
        && Memory.getInt(packet + RteMbuf.DYNAMIC) == (int) number * 3;
  }

  /** Has a packet ask its NIC for something. */
  static void ask(long packet) {
    Memory.putLong(packet + RteMbuf.OL_FLAGS, ASKS);
  }

  /** Adds a reference, as if somebody else had the packet as well. */
  static void share(long packet) {
    for (long at = packet; at != 0; at = Memory.getLong(at + RteMbuf.NEXT)) {
      Memory.getAndAddUnsignedShort(at + RteMbuf.REFCNT, 1);
    }
  }

  /** Makes one packet of many buffers. */
  static void chain(Burst buffers) {
    for (int i = 0; i + 1 < buffers.size(); i++) {
      Memory.putLong(buffers.get(i) + RteMbuf.NEXT, buffers.get(i + 1));
    }
    Memory.putShort(buffers.get(0) + RteMbuf.NB_SEGS, (short) buffers.size());
  }

  /**
   * Stands for the software offloads: completes a packet, cuts it, or cannot, by its number. What
   * they do to bytes is tested elsewhere.
   */
  static final class Completer implements TransmitCompleter {
    private final MempoolCache cache;
    private final Mbuf mbuf = new Mbuf();
    private long calls;

    Completer(MempoolCache cache) {
      this.cache = cache;
    }

    long calls() {
      return calls;
    }

    /** How many frames stand for a packet: 0 for itself, -1 when it cannot be completed. */
    static int outcome(long number) {
      return switch ((int) (number % 4)) {
        case 0 -> 3;
        case 1 -> -1;
        default -> 0;
      };
    }

    @Override
    public int complete(long packet, Burst out) {
      calls++;
      byte[] frame = io.gatun.hw.model.CompletingDevice.bytes(packet);
      long number = number(frame);
      int frames = outcome(number);
      if (frames == 0) {
        mbuf.wrap(packet);
        mbuf.flags(0);
        if (mbuf.dataLength() > KIND_AT) {
          Memory.putByte(mbuf.data() + KIND_AT, (byte) COMPLETED);
        }
      } else if (frames > 0) {
        if (!cache.allocate(out, frames)) {
          return -1;
        }
        for (int i = 0; i < frames; i++) {
          mbuf.wrap(out.get(out.size() - frames + i));
          byte[] segment = bytes(number, SEGMENT_LENGTH, FIRST_SEGMENT + i);
          Memory.copy(segment, 0, mbuf.append(SEGMENT_LENGTH), SEGMENT_LENGTH);
        }
      }
      return frames;
    }
  }
}
