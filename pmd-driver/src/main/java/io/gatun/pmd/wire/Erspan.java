package io.gatun.pmd.wire;

import io.gatun.bindings.Memory;
import io.gatun.pmd.DataPath;

/**
 * The ERSPAN header, between {@link Gre} and a mirrored Ethernet frame: draft-foschiano-erspan-03,
 * sections 4.1 (type I), 4.2 (type II) and 4.3 (type III).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Ver  |         VLAN          | COS |En |T|    Session id     |  type II: version 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |       Reserved        |                 Index                 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Ver  |         VLAN          | COS |BSO|T|    Session id     |  type III: version 2
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           Timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |              SGT              |P|   FT    |   Hw id   |D|Gra|O|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   Platform    |        Platform specific, 8 bytes in all      |  if O
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 *
 * <p>Type I has no header at all: GRE with {@link #PROTOCOL} and <em>without</em> the S flag is
 * followed by the frame itself. Types II and III have the S flag and a sequence number in GRE.
 */
@DataPath
public final class Erspan {
  /** GRE's protocol type of types I and II. */
  public static final int PROTOCOL = 0x88be;

  /** GRE's protocol type of type III. */
  public static final int PROTOCOL_III = 0x22eb;

  /** {@link #version} of type II. */
  public static final int VERSION_II = 1;

  /** {@link #version} of type III. */
  public static final int VERSION_III = 2;

  public static final int LENGTH_II = 8;

  /** Of type III without the platform specific subheader. */
  public static final int LENGTH_III = 12;

  /** Of the platform specific subheader behind type III. */
  public static final int SUBHEADER_LENGTH = 8;

  public static final int INDEX = 4;
  public static final int TIMESTAMP = 4;
  public static final int LAST_WORD = 8;

  /** {@link #encapsulation}: the frame had no tag. */
  public static final int UNTAGGED = 0;

  /** {@link #encapsulation}: the frame had an ISL header. */
  public static final int ISL = 1;

  /** {@link #encapsulation}: the frame had an 802.1Q tag, which is not in the copy. */
  public static final int TAG_REMOVED = 2;

  /** {@link #encapsulation}: the frame's 802.1Q tag is in the copy. */
  public static final int TAG_PRESERVED = 3;

  /** {@link #frameType}: an Ethernet frame. */
  public static final int FRAME_ETHERNET = 0;

  /** {@link #frameType}: an IP packet without a link layer. */
  public static final int FRAME_IP = 2;

  /** {@link #granularity}: 100 µs; the timestamp wraps after five days. */
  public static final int GRANULARITY_100_US = 0;

  /** {@link #granularity}: 100 ns; the timestamp wraps after 429 s. */
  public static final int GRANULARITY_100_NS = 1;

  /** {@link #granularity}: the nanoseconds of IEEE 1588; the subheader may hold the seconds. */
  public static final int GRANULARITY_IEEE_1588 = 2;

  public static final int MAX_SESSION = 0x3ff;
  public static final int MAX_INDEX = 0xf_ffff;
  public static final int MAX_HARDWARE_ID = 0x3f;

  private static final int VERSION_SHIFT = 28;
  private static final int VLAN_SHIFT = 16;
  private static final int COS_SHIFT = 13;
  private static final int ENCAPSULATION_SHIFT = 11;
  private static final int TRUNCATED_SHIFT = 10;
  private static final int SECURITY_GROUP_SHIFT = 16;
  private static final int ETHERNET_PDU_SHIFT = 15;
  private static final int FRAME_TYPE_SHIFT = 10;
  private static final int HARDWARE_ID_SHIFT = 4;
  private static final int DIRECTION_SHIFT = 3;
  private static final int GRANULARITY_SHIFT = 1;

  private static final int VLAN_MASK = 0xfff;
  private static final int FRAME_TYPE_MASK = 0x1f;

  // In a tag as in the header: the three bits from bit 13 upwards.
  private static final int COS_BITS = 0x7 << COS_SHIFT;

  private Erspan() {}

  /** The length of the header, 8, 12 or 20, or -1: cut, or neither version 1 nor 2. */
  public static int length(long at, int available) {
    if (available < LENGTH_II) {
      return -1;
    }
    int version = version(at);
    if (version == VERSION_II) {
      return LENGTH_II;
    }
    if (version != VERSION_III || available < LENGTH_III) {
      return -1;
    }
    int length = hasSubheader(at) ? LENGTH_III + SUBHEADER_LENGTH : LENGTH_III;
    return length > available ? -1 : length;
  }

  // ---- the first word, of both types
  // -------------------------------------------------------------

  /** The first 32 bits of a header, where there is neither a tag nor truncation. */
  public static int firstWord(int version, int session) {
    return version << VERSION_SHIFT | (session & MAX_SESSION);
  }

  /**
   * What a frame's own 802.1Q tag adds to the first word: its id and its priority as class of
   * service. Those of the draft that have no place in it (DEI) are left out.
   */
  public static int tagBits(int tci) {
    return (tci & VLAN_MASK) << VLAN_SHIFT | (tci & COS_BITS);
  }

  /** What {@link #encapsulation} adds to the first word. */
  public static int encapsulationBits(int encapsulation) {
    return encapsulation << ENCAPSULATION_SHIFT;
  }

  /** What the truncated bit adds to the first word. */
  public static int truncatedBit(boolean truncated) {
    return (truncated ? 1 : 0) << TRUNCATED_SHIFT;
  }

  /** Stores the first 32 bits. */
  public static void firstWord(long at, int word) {
    Memory.putIntBigEndian(at, word);
  }

  /** {@link #VERSION_II} or {@link #VERSION_III}; 0 was type I's, in early devices. */
  public static int version(long at) {
    return get(at, VERSION_SHIFT, 0xf);
  }

  public static void version(long at, int version) {
    set(at, VERSION_SHIFT, 0xf, version);
  }

  /** The VLAN of the mirrored frame, 0 where it had none. */
  public static int vlan(long at) {
    return get(at, VLAN_SHIFT, VLAN_MASK);
  }

  public static void vlan(long at, int id) {
    set(at, VLAN_SHIFT, VLAN_MASK, id);
  }

  /** Class of service (802.1Q priority) of the mirrored frame, 0 to 7. */
  public static int classOfService(long at) {
    return get(at, COS_SHIFT, 0x7);
  }

  public static void classOfService(long at, int priority) {
    set(at, COS_SHIFT, 0x7, priority);
  }

  /** Type II: En, {@link #UNTAGGED} to {@link #TAG_PRESERVED}. */
  public static int encapsulation(long at) {
    return get(at, ENCAPSULATION_SHIFT, 0x3);
  }

  public static void encapsulation(long at, int encapsulation) {
    set(at, ENCAPSULATION_SHIFT, 0x3, encapsulation);
  }

  /** Type III: BSO; 0 good or not known, 1 short, 2 oversized, 3 bad (checksum or alignment). */
  public static int integrity(long at) {
    return get(at, ENCAPSULATION_SHIFT, 0x3);
  }

  public static void integrity(long at, int integrity) {
    set(at, ENCAPSULATION_SHIFT, 0x3, integrity);
  }

  /** Whether the copy is shorter than the mirrored frame was. */
  public static boolean isTruncated(long at) {
    return get(at, TRUNCATED_SHIFT, 1) != 0;
  }

  public static void truncated(long at, boolean truncated) {
    set(at, TRUNCATED_SHIFT, 1, truncated ? 1 : 0);
  }

  /** The session, 0 to {@link #MAX_SESSION}. */
  public static int session(long at) {
    return get(at, 0, MAX_SESSION);
  }

  public static void session(long at, int session) {
    set(at, 0, MAX_SESSION, session);
  }

  // ---- type II
  // -----------------------------------------------------------------------------------

  /** Port and direction in the sender's own numbering, 0 to {@link #MAX_INDEX}. */
  public static int index(long at) {
    return get(at + INDEX, 0, MAX_INDEX);
  }

  public static void index(long at, int index) {
    set(at + INDEX, 0, MAX_INDEX, index);
  }

  // ---- type III
  // ----------------------------------------------------------------------------------

  /** The time in units of {@link #granularity}, modulo 2^32. */
  public static int timestamp(long at) {
    return Memory.getIntBigEndian(at + TIMESTAMP);
  }

  public static void timestamp(long at, int timestamp) {
    Memory.putIntBigEndian(at + TIMESTAMP, timestamp);
  }

  /** The security group tag (SGT) of the mirrored frame. */
  public static int securityGroup(long at) {
    return get(at + LAST_WORD, SECURITY_GROUP_SHIFT, 0xffff);
  }

  public static void securityGroup(long at, int group) {
    set(at + LAST_WORD, SECURITY_GROUP_SHIFT, 0xffff, group);
  }

  /** P: the payload is an Ethernet protocol frame (PDU). */
  public static boolean isEthernetPdu(long at) {
    return get(at + LAST_WORD, ETHERNET_PDU_SHIFT, 1) != 0;
  }

  public static void ethernetPdu(long at, boolean is) {
    set(at + LAST_WORD, ETHERNET_PDU_SHIFT, 1, is ? 1 : 0);
  }

  /** {@link #FRAME_ETHERNET} or {@link #FRAME_IP}. */
  public static int frameType(long at) {
    return get(at + LAST_WORD, FRAME_TYPE_SHIFT, FRAME_TYPE_MASK);
  }

  public static void frameType(long at, int type) {
    set(at + LAST_WORD, FRAME_TYPE_SHIFT, FRAME_TYPE_MASK, type);
  }

  /** The part of the sender that saw the frame, 0 to {@link #MAX_HARDWARE_ID}. */
  public static int hardwareId(long at) {
    return get(at + LAST_WORD, HARDWARE_ID_SHIFT, MAX_HARDWARE_ID);
  }

  public static void hardwareId(long at, int id) {
    set(at + LAST_WORD, HARDWARE_ID_SHIFT, MAX_HARDWARE_ID, id);
  }

  /** D: whether the frame was seen when it was sent, not when it was received. */
  public static boolean isEgress(long at) {
    return get(at + LAST_WORD, DIRECTION_SHIFT, 1) != 0;
  }

  public static void egress(long at, boolean egress) {
    set(at + LAST_WORD, DIRECTION_SHIFT, 1, egress ? 1 : 0);
  }

  /** What the direction adds to the last word. */
  public static int egressBit(boolean egress) {
    return (egress ? 1 : 0) << DIRECTION_SHIFT;
  }

  /** Gra: the unit of {@link #timestamp}. */
  public static int granularity(long at) {
    return get(at + LAST_WORD, GRANULARITY_SHIFT, 0x3);
  }

  public static void granularity(long at, int granularity) {
    set(at + LAST_WORD, GRANULARITY_SHIFT, 0x3, granularity);
  }

  /** O: whether the platform specific subheader follows. */
  public static boolean hasSubheader(long at) {
    return get(at + LAST_WORD, 0, 1) != 0;
  }

  public static void subheader(long at, boolean follows) {
    set(at + LAST_WORD, 0, 1, follows ? 1 : 0);
  }

  private static int get(long word, int shift, int mask) {
    return Memory.getIntBigEndian(word) >>> shift & mask;
  }

  private static void set(long word, int shift, int mask, int value) {
    int others = Memory.getIntBigEndian(word) & ~(mask << shift);
    Memory.putIntBigEndian(word, others | (value & mask) << shift);
  }
}
