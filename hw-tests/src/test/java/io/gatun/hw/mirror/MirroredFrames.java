package io.gatun.hw.mirror;

import io.gatun.hw.model.RandomPackets;
import io.gatun.mirror.encap.EncapsulationSpec;
import io.gatun.mirror.encap.FrameEdit;
import io.gatun.mirror.encap.FrameEdits;
import io.gatun.pmd.MacAddress;
import io.gatun.pmd.Mbuf;
import io.gatun.testing.FakeMbufs;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random frames, each sent by a random lane: every encapsulation over IPv4 and IPv6, with and
 * without an outer tag; whole and truncated; in one segment and in many; the header in the headroom
 * or in an mbuf of its own.
 */
final class MirroredFrames {
  static final String PORT_ADDRESS = "02:00:00:00:00:0a";

  private static final List<String> KINDS =
      List.of("rspan", "erspan1", "erspan2", "erspan3", "gre", "gre key", "vxlan", "vxlan csum");

  // 0: only what the header's length field asks for.
  private static final int[] SNAP_LENGTHS = {0, 0, 14, 15, 16, 18, 34, 60, 64, 128, 1514, 9018};
  private static final int FIRST_SEGMENT = 16;
  private static final long YEAR_2020_NANOS = 1_577_836_800_000_000_000L;

  /**
   * One lane.
   *
   * @param kind the first word of what was asked for
   * @param settings the rest
   * @param edit what is made of both
   */
  record Lane(String kind, Map<String, String> settings, FrameEdit edit) {
    /** The value of a setting, or what it is where nothing is said. */
    String get(String key, String otherwise) {
      return settings.getOrDefault(key, otherwise);
    }

    boolean isIpv4() {
      return get("local", "").contains(".");
    }

    boolean isTagged() {
      return settings.containsKey("vlan");
    }

    @Override
    public String toString() {
      return kind + settings;
    }
  }

  /**
   * One frame as it left.
   *
   * @param sequence how many the lane had sent before
   * @param original what was mirrored, after truncation
   * @param truncated whether it was longer before
   * @param timestampNanos when
   * @param egress in which direction
   * @param bytes what was sent
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sent(
      Lane lane,
      int sequence,
      byte[] original,
      boolean truncated,
      long timestampNanos,
      boolean egress,
      byte[] bytes) {}

  private final Random random;
  private final RandomPackets packets;
  private final List<Lane> lanes = new ArrayList<>();
  private final int[] sent;
  private final int limit;
  private final Mbuf mbuf = new Mbuf();
  private final Mbuf header = new Mbuf();

  /**
   * Frames from a seed.
   *
   * @param limit most bytes of a mirrored frame; 0 for all that there can be
   */
  MirroredFrames(int seed, int limit) {
    random = new Random(seed);
    packets = new RandomPackets(random, true, 1500);
    this.limit = limit;
    for (String kind : KINDS) {
      for (int i = 0; i < 8; i++) {
        lanes.add(lane(kind, i % 2 == 0, i / 2 % 2 == 0));
      }
    }
    sent = new int[lanes.size()];
  }

  List<Sent> take(int count) {
    List<Sent> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(next());
    }
    return frames;
  }

  // ---- lanes ------------------------------------------------------------------------------------

  private Lane lane(String words, boolean v4, boolean tagged) {
    String kind = words.split(" ", -1)[0];
    Map<String, String> settings = new HashMap<>();
    switch (words) {
      case "rspan" -> put(settings, "pcp", 8);
      case "erspan2" -> put(put(settings, "session", 1024), "index", 1 << 20);
      case "erspan3" -> put(put(put(settings, "session", 1024), "hwid", 64), "sgt", 65_536);
      case "gre key" -> put(settings, "key", Integer.MAX_VALUE);
      case "vxlan" -> put(settings, "vni", 1 << 24);
      case "vxlan csum" -> {
        put(settings, "vni", 1 << 24).put("csum", "on");
        settings.put("port", random.nextBoolean() ? "8472" : "4789");
      }
      default -> {}
    }
    if (kind.equals("rspan")) {
      settings.put("vlan", Integer.toString(1 + random.nextInt(4094)));
    } else {
      ends(settings, v4, tagged);
    }
    FrameEdit edit =
        FrameEdits.of(EncapsulationSpec.parse(kind, settings), MacAddress.parse(PORT_ADDRESS));
    return new Lane(kind, settings, edit);
  }

  private Map<String, String> put(Map<String, String> settings, String key, int bound) {
    settings.put(key, Integer.toString(random.nextInt(bound)));
    return settings;
  }

  private void ends(Map<String, String> settings, boolean v4, boolean tagged) {
    int host = 1 + random.nextInt(100);
    settings.put("local", v4 ? "192.0.2." + host : "2001:db8::" + host);
    settings.put("remote", v4 ? "198.51.100." + host : "2001:db8:1::" + host);
    if (random.nextBoolean()) {
      settings.put("mac", "02:00:00:00:01:" + (10 + random.nextInt(90)));
      put(settings, "dscp", 64);
      settings.put("ttl", Integer.toString(1 + random.nextInt(255)));
    }
    if (tagged) {
      settings.put("vlan", random.nextInt(4095) + ":" + random.nextInt(8));
    }
  }

  // ---- frames -----------------------------------------------------------------------------------

  private Sent next() {
    int number = random.nextInt(lanes.size());
    Lane lane = lanes.get(number);
    byte[] whole = packets.next().bytes();
    int snap = SNAP_LENGTHS[random.nextInt(SNAP_LENGTHS.length)];
    int most = Math.min(whole.length, lane.edit().maxFrameBytes());
    most = snap == 0 ? most : Math.min(most, snap);
    most = limit == 0 ? most : Math.min(most, limit);
    byte[] original = Arrays.copyOf(whole, most);
    long nanos = YEAR_2020_NANOS + random.nextLong(1L << 60);
    boolean egress = random.nextBoolean();
    byte[] bytes = send(lane, original, whole.length, nanos, egress);
    boolean truncated = most < whole.length;
    return new Sent(lane, sent[number]++, original, truncated, nanos, egress, bytes);
  }

  private byte[] send(Lane lane, byte[] frame, int originalBytes, long nanos, boolean egress) {
    FrameEdit edit = lane.edit();
    try (FakeMbufs mbufs = new FakeMbufs()) {
      long packet = mbufs.chain(frame, segments(frame.length));
      mbuf.wrap(packet);
      if (random.nextBoolean()) {
        edit.apply(mbuf, originalBytes, nanos, egress);
        byte[] applied = mbufs.bytes(packet);
        edit.undo(mbuf);
        if (!Arrays.equals(mbufs.bytes(packet), frame)) {
          throw new AssertionError(lane + " is not undone");
        }
        return applied;
      }
      header.wrap(mbufs.fresh());
      mbuf.adjust(edit.writeHeader(header, mbuf, frame.length, originalBytes, nanos, egress));
      ByteArrayOutputStream both = new ByteArrayOutputStream();
      both.writeBytes(mbufs.bytes(header.address()));
      both.writeBytes(mbufs.bytes(packet));
      return both.toByteArray();
    }
  }

  /** Lengths of all segments, each of which fits an mbuf. */
  private int[] segments(int bytes) {
    List<Integer> lengths = new ArrayList<>();
    boolean small = random.nextBoolean();
    int left = bytes;
    while (left > 0) {
      int least = Math.min(left, lengths.isEmpty() ? FIRST_SEGMENT : 0);
      int most = Math.min(left, FakeMbufs.DATA_ROOM);
      int length = small && bytes < 5000 ? least + random.nextInt(most - least + 1) : most;
      lengths.add(length);
      left -= length;
    }
    return lengths.stream().mapToInt(Integer::intValue).toArray();
  }
}
